'use client';
/** A volume with an oblique plane in it: the box with its handles, the plane as a landscape, its numbers, and the way to place it for everyone. */
import { useEffect, useMemo, useState } from 'react';
import type { WholeSource } from '#client/surfaceStore.ts';
import type { Bead } from '#lib/analysis/checkpointsOnSlice.ts';
import { canonicalJson } from '#lib/digest.ts';
import type { Look } from '#lib/session/look.ts';
import type { Cut } from '#lib/slice/cut.ts';
import { cutAt, type Pose } from '#lib/slice/pose.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { PATH_COLOUR } from '#components/landscape/marks.ts';
import { Readout } from '#components/landscape/Readout.tsx';
import { LandscapeView } from '#components/landscape/LandscapeView.tsx';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { useMay } from '#components/session/useMay.ts';
import { usePlanesOnSlice } from '#components/session/usePlanesOnSlice.ts';
import { runMarksOf } from '#components/session/runMarks.ts';
import { useResolvedTheme } from '#components/session/useResolvedTheme.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';
import { CubeView } from './CubeView.tsx';
import type { ColouredPath } from './cubeLayers.ts';
import { CutFields, SNAP_DEGREES, type Landmark } from './CutFields.tsx';
import { useCutPlane } from './useCutPlane.ts';
import styles from './Volume.module.css';

type VolumeStageProps = {
  readonly whole: WholeSource;
  readonly manifest: SubjectManifest;
  readonly look: Look;
  readonly geography: GeographyOutcome | null;
  readonly pose: Pose;
  readonly onPose: (pose: Pose) => void;
  readonly hasAccuracy: boolean;
};

const MEASURING_WORDS = {
  estimated: 'Estimated from the volume.',
  measuring: 'Measuring this plane on this device …',
  done: 'Measured on this device. Place it, and everyone sees it, measured and checked.',
} as const;

/** Samples per side while it is moved: few, so that it follows. */
const LIVE_COUNT = 33;

export function VolumeStage({ whole, manifest, look, geography, pose, onPose, hasAccuracy }: VolumeStageProps) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const theme = useResolvedTheme();
  const reducedMotion = useMedia('(prefers-reduced-motion: reduce)');
  const slices = useStore(session.slices);
  const annotations = useStore(session.annotations);
  const [snap, setSnap] = useState(SNAP_DEGREES);
  const [isMeasuring, setMeasuringWanted] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const ranges = useMemo(() => rangesFor(whole), [whole]);
  const { plane, measuring } = useCutPlane(session, whole, manifest, pose, ranges, isMeasuring);
  const version = useGrowth(plane);
  const known = geography?.kind === 'known' ? geography.geography : null;
  const paths = useMemo((): readonly ColouredPath[] => {
    const placesOf = (beads: readonly Bead[]) => beads.map(({ a, b, c }) => [a, b, c] as const);
    const colours = [PATH_COLOUR, ...runMarksOf(known?.runs ?? []).map(({ colour }) => colour)];
    return known ? [known, ...known.runs].map(({ trajectory }, index) => ({ colour: colours[index]!, places: placesOf(trajectory) })) : [];
  }, [known]);
  const landmarks = useMemo((): readonly Landmark[] => {
    const checkpoints = (known ? [known, ...known.runs] : []).flatMap((run) => [...run.trajectory, ...run.checkpoints]).map(({ id, title, of, a, b, c }): Landmark => (of === undefined ? { id, title, place: [a, b, c] } : { id: `${of} ${id}`, title: `${of}: ${title}`, place: [a, b, c] }));
    const pins = [...annotations].flatMap(([id, { slice, text, a, b, c = 0 }]): readonly Landmark[] => (slice === whole.sliceId ? [{ id, title: `Pin: ${text.slice(0, 40)}`, place: [a, b, c] }] : []));
    return [...checkpoints, ...pins];
  }, [known, annotations, whole]);
  const placed = useMemo(() => {
    const axes = canonicalJson(whole.recipe.axes);
    return [...slices.values()].flatMap(({ recipe, isPutAway }) => (!isPutAway && recipe.cut && recipe.subject === whole.recipe.subject && canonicalJson(recipe.axes) === axes ? [recipe.cut] : []));
  }, [slices, whole]);

  const others = usePlanesOnSlice(session, whole.sliceId);
  // Others see it move: told like a cursor, kept nowhere until it is placed.
  useEffect(() => session.point({ slice: whole.sliceId, at: null, plane: pose }), [session, whole, pose]);
  useEffect(() => () => session.point({ slice: whole.sliceId, at: null }), [session, whole]);

  const place = () => {
    const outcome = session.place({ ...whole.recipe, cut: cutAt(pose, ranges) });
    if ('problems' in outcome) setProblem(outcome.problems.map(({ message }) => message).join('; '));
    else view.chooseSlice(outcome.sliceId);
  };

  return (
    <div className={styles.volume}>
      <CubeView whole={whole} plane={plane} look={look} pose={pose} ranges={ranges} snap={snap} onPose={onPose} placed={placed} others={others} paths={paths} isDark={theme === 'dark'} />
      <div className={styles.plane}>
        <LandscapeView
          source={plane}
          look={look}
          camera={view.camera.view === 'both' ? { ...view.camera, view: '3d' } : view.camera}
          onCamera={view.setCamera}
          cursor={view.crosshair}
          onCursor={view.setCrosshair}
          pins={[]}
          onPin={() => {}}
          people={[]}
          trajectory={[]}
          checkpoints={[]}
          theme={theme}
          reducedMotion={reducedMotion}
          axisLabels={['u', 'v']}
          hasAccuracy={hasAccuracy}
        />
      </div>
      <div className={styles.board}>
        <CutFields pose={pose} step={(ranges[0].max - ranges[0].min) / 40} snap={snap} onSnap={setSnap} onPose={onPose} landmarks={landmarks} />
        <div className={styles.side}>
          <div className={styles.row}>
            <Toggle kind="checkbox" label="Measure it as it rests" isOn={isMeasuring} onChange={setMeasuringWanted} />
            <span role="status" className={styles.status}>
              {measuring.kind === 'failed' ? measuring.reason : MEASURING_WORDS[measuring.kind]}
            </span>
          </div>
          <ProblemText text={problem ?? undefined} />
          <Readout surface={plane.surface} version={version} set={look.set} cursor={view.crosshair} hasAccuracy={hasAccuracy} />
          <div className={styles.row}>
            {edit && (
              <Button tone="accent" icon="plus" onClick={place}>
                Place this plane
              </Button>
            )}
          </div>
        </div>
      </div>
    </div>
  );
}

/** As far as the volume's longest half axis, to both sides. */
function rangesFor({ surface }: WholeSource): Cut['ranges'] {
  const reach = Math.max(...surface.tiling.grid.axes.map(({ min, max }) => (max - min) / 2));
  const range = { min: -reach, max: reach, count: LIVE_COUNT };
  return [range, range];
}
