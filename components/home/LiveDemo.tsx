'use client';
/** The landscape of the first page, computed on this very device while one watches. Nothing is sent anywhere. */
import { useEffect, useState } from 'react';
import { startDemo, type Demo, type DemoState } from '#client/demo.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { DEFAULT_CAMERA } from '#lib/session/camera.ts';
import { BY_RATIO } from '#lib/session/look.ts';
import { formatCount } from '#lib/session/words.ts';
import { LandscapeView } from '#components/landscape/LandscapeView.tsx';
import type { PlanePoint } from '#components/landscape/scene.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import { useTrajectoryOf } from '#components/session/useTrajectory.ts';
import { marksOf } from '#components/session/marksOf.ts';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { useLasting } from '#components/useLasting.ts';
import { useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import styles from './HomeScreen.module.css';

/** The coarsest level: from here on the whole picture is at least estimated. */
/** The picture of the home page is made of seeds alone. */
const NO_VECTORS = new Map<string, Float32Array>();
const ENOUGH_POINTS = 81;

type LiveDemoProps = { readonly name: string; readonly recipe: unknown; readonly onAlive: () => void };

export function LiveDemo({ name, recipe, onAlive }: LiveDemoProps) {
  const demo = useLasting(name, () => startDemo(name, recipe), (started) => started.stop());
  return demo && <Running demo={demo} onAlive={onAlive} />;
}

function Running({ demo, onAlive }: { readonly demo: Demo; readonly onAlive: () => void }) {
  const source = useStore(demo.surface);
  const state = useStore(demo.state);
  const hasEnough = state.kind !== 'starting' && state.kind !== 'unable' && state.measured >= ENOUGH_POINTS;
  useEffect(() => {
    if (hasEnough) onAlive();
  }, [hasEnough, onAlive]);
  return (
    <>
      {hasEnough && source && <Landscape demo={demo} source={source} />}
      <DemoBadge state={state} />
    </>
  );
}

function Landscape({ demo, source }: { readonly demo: Demo; readonly source: SurfaceSource }) {
  const theme = useResolvedTheme();
  const reducedMotion = useMedia('(prefers-reduced-motion: reduce)');
  const subject = useStore(demo.subject);
  const geography = useTrajectoryOf(demo.sliceId, demo.recipe, subject, NO_VECTORS);
  const [camera, setCamera] = useState(DEFAULT_CAMERA);
  const [cursor, setCursor] = useState<PlanePoint | null>(null);
  const trajectory = geography?.kind === 'known' ? marksOf(geography.geography.trajectory) : [];
  return (
    <div className={styles.demo}>
      <LandscapeView
        source={source}
        look={BY_RATIO}
        camera={camera}
        onCamera={setCamera}
        cursor={cursor}
        onCursor={setCursor}
        pins={[]}
        onPin={() => undefined}
        people={[]}
        trajectory={trajectory}
        checkpoints={[]}
        theme={theme}
        reducedMotion={reducedMotion}
        axisLabels={['α', 'β']}
        hasAccuracy
      />
    </div>
  );
}

function DemoBadge({ state }: { readonly state: DemoState }) {
  if (state.kind === 'starting') return <p className={styles.badge}>{say('demo.starting')}</p>;
  if (state.kind === 'unable') return <p className={styles.badge}>{say('demo.unable', { reason: state.reason })}</p>;
  return (
    <div className={styles.badge} data-demo={state.kind}>
      <strong>{say(state.kind === 'done' ? 'demo.done' : 'demo.badge')}</strong>
      <small>
        {state.report.why} · {formatCount(state.measured)} of {formatCount(state.total)} points
      </small>
      <ProgressBar label={say('demo.badge')} done={state.measured} total={state.total} />
    </div>
  );
}
