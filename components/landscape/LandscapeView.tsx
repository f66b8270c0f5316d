'use client';
/**
 * The landscape: relief and map of one plane, with its labels, pins, people and training run.
 *
 * It draws and listens; what to look at, and what a click means, its parent decides. Load it in the
 * browser only (`ssr: false`): the canvas has no meaning on a server.
 */
import { scaleLinear } from 'd3-scale';
import { useEffect, useEffectEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { DEFAULT_CAMERA, type Camera } from '#lib/session/camera.ts';
import type { Grid } from '#lib/slice/grid.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { lossScaleOf, rangeOf } from './lossScale.ts';
import type { CheckpointMark, PersonCursor, Pin, RunMarks } from './marks.ts';
import { Overlay } from './Overlay.tsx';
import { placeMarks } from './placeMarks.ts';
import { stepOf } from './readoutWords.ts';
import { keyAction } from './keys.ts';
import { nearestSample, type PlanePoint } from './scene.ts';
import { SpokenState } from './SpokenState.tsx';
import { createStage, type Stage, type StageInput, type StageView } from './stage.ts';
import type { SurfaceSource } from './surfaceSource.ts';
import type { DrawnLook } from './colourMaps.ts';
import type { Tint } from './heightFieldLayer.ts';
import { MAP, ORBIT, type ViewId } from './viewLayout.ts';
import styles from './LandscapeView.module.css';

export type LandscapeViewProps = {
  readonly source: SurfaceSource;
  readonly look: DrawnLook;
  readonly camera: Camera;
  readonly onCamera: (camera: Camera) => void;
  /** The crosshair. */
  readonly cursor: PlanePoint | null;
  readonly onCursor: (cursor: PlanePoint) => void;
  /** A click or tap on the slice, exactly there, or Enter at the crosshair. A click moves the crosshair to the nearest sample. */
  readonly onPick?: (point: PlanePoint) => void;
  /** Where the pointer is, at most once per picture; null when it leaves. */
  readonly onHover?: (point: PlanePoint | null) => void;
  readonly pins: readonly Pin[];
  readonly onPin: (id: string) => void;
  readonly people: readonly PersonCursor[];
  readonly trajectory: readonly CheckpointMark[];
  /** Checkpoints that no training run joins: each stands alone. */
  readonly checkpoints: readonly CheckpointMark[];
  /** Other networks of the same form. */
  readonly runs?: readonly RunMarks[];
  readonly theme: 'light' | 'dark';
  readonly reducedMotion: boolean;
  readonly axisLabels: readonly [alpha: string, beta: string];
  readonly hasAccuracy: boolean;
  /** Laid over the colours; absent or null for none. */
  readonly tint?: Tint | null;
  readonly section?: StageInput['section'];
};

const NO_RUNS: readonly RunMarks[] = [];

export function LandscapeView(props: LandscapeViewProps) {
  const { source, look, camera, cursor, pins, people, trajectory, runs = NO_RUNS, theme, reducedMotion, axisLabels, hasAccuracy, tint = null, section = null } = props;
  const { grid } = source.surface.tiling;
  const holder = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage | null>(null);
  const overlays = useRef(new Map<ViewId, HTMLDivElement>());
  const drawn = useRef<readonly StageView[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const version = useGrowth(source);
  const helpId = useId();

  const floorTicks = useMemo(() => floorTicksOf(grid), [grid]);
  const range = rangeOf(look, source.surface.range(look.set));
  const ticks = { ...floorTicks, loss: range ? lossScaleOf(look.heightScale, range).ticks(5) : [] };
  const input: StageInput = { look, camera, cursor, trajectory, runs, ticks: floorTicks, isDark: theme === 'dark', isStill: reducedMotion, tint, section };

  const place = useEffectEvent(() => {
    for (const view of drawn.current) {
      const overlay = overlays.current.get(view.room.id);
      if (overlay) placeMarks(overlay, view);
    }
  });
  const onDrawn = useEffectEvent((views: readonly StageView[]) => {
    drawn.current = views;
    place();
  });
  const onCamera = useEffectEvent((next: Camera) => props.onCamera(next));
  const onClick = useEffectEvent((point: PlanePoint) => {
    props.onCursor(nearestSample(grid, point));
    props.onPick?.(point);
  });
  const firstInput = useEffectEvent(() => input);

  useEffect(() => {
    if (!holder.current) return undefined;
    const made = createStage(holder.current, source, firstInput(), {
      onCamera: (next) => onCamera(next),
      onClick: (point) => onClick(point),
      onDrawn: (views) => onDrawn(views),
      onFailed: (error) => setFailure(error.message),
    });
    stage.current = made;
    return () => {
      stage.current = null;
      drawn.current = [];
      made.destroy();
    };
  }, [source]);

  useEffect(() => stage.current?.update({ look, camera, cursor, trajectory, runs, ticks: floorTicks, isDark: theme === 'dark', isStill: reducedMotion, tint, section }), [look, camera, cursor, trajectory, runs, floorTicks, theme, reducedMotion, tint, section]);
  useLayoutEffect(() => place(), [pins, people, trajectory, runs, props.checkpoints, cursor, version, look]);

  const hover = useRef(0);
  const point = (event: React.PointerEvent) => {
    if (!props.onHover || hover.current !== 0 || event.buttons !== 0) return;
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    hover.current = requestAnimationFrame(() => {
      hover.current = 0;
      if (stage.current) props.onHover?.(stage.current.pointAt(x, y));
    });
  };

  const press = (event: React.KeyboardEvent) => {
    const action = keyAction(event, grid, cursor, camera);
    if (!action) return;
    event.preventDefault();
    if (action.cursor) props.onCursor(action.cursor);
    if (action.camera) props.onCamera(action.camera === 'reset' ? { ...DEFAULT_CAMERA, view: camera.view } : action.camera);
    if (action.isPick && cursor) props.onPick?.(cursor);
  };

  const views: readonly ViewId[] = camera.view === 'both' ? [ORBIT, MAP] : [camera.view];
  return (
    <div className={styles.landscape}>
      <div
        className={styles.stage}
        role="application"
        aria-roledescription="loss landscape"
        aria-label={`${source.surface.tiling.measure ? 'Convexity' : 'Loss'} over ${axisLabels[0]} and ${axisLabels[1]}`}
        aria-describedby={helpId}
        tabIndex={0}
        onKeyDown={press}
        onPointerMove={point}
        onPointerLeave={() => props.onHover?.(null)}
        onContextMenu={(event) => event.preventDefault()}
      >
        <div ref={holder} className={styles.canvas} />
      </div>
      {views.map((view) => (
        <Overlay
          key={view}
          ref={(element) => {
            if (element) overlays.current.set(view, element);
            else overlays.current.delete(view);
          }}
          view={view}
          heightTitle={source.surface.tiling.measure ? '−λmin/λmax' : 'loss'}
          ticks={ticks}
          steps={{ alpha: stepOf(grid.axes[0]!), beta: stepOf(grid.axes[1]!) }}
          axisLabels={axisLabels}
          cursor={cursor}
          pins={pins}
          onPin={props.onPin}
          people={people}
          trajectory={trajectory}
          checkpoints={props.checkpoints}
          runs={runs}
        />
      ))}
      {failure !== null && (
        <p className={styles.failure} role="alert">
          This browser could not draw the landscape: {failure} The read-out and the values stay available; WebGL 2 is needed for the picture.
        </p>
      )}
      <p id={helpId} className={styles.spoken}>
        Arrow keys move the crosshair by one point, with Shift by ten. Alt and arrow keys turn, plus and minus zoom, 0 resets. 1 shows the relief, 2 the map from above.
      </p>
      <SpokenState source={source} version={version} set={look.set} cursor={cursor} hasAccuracy={hasAccuracy} />
    </div>
  );
}

function floorTicksOf({ axes }: Grid): { readonly alpha: readonly number[]; readonly beta: readonly number[] } {
  const ticks = (axis: number) => {
    const { min, max } = axes[axis] ?? { min: 0, max: 1 };
    return scaleLinear().domain([min, max]).ticks(5);
  };
  return { alpha: ticks(0), beta: ticks(1) };
}
