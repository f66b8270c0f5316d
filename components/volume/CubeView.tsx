'use client';
/**
 * A volume as a glass box: surfaces of equal loss, the planes placed in it, and one plane that is moved by its handles or by keys.
 *
 * It draws and listens; where the plane stands its parent keeps. Browser only.
 */
import { useEffect, useEffectEvent, useId, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { WholeSource } from '#client/surfaceStore.ts';
import type { Look } from '#lib/session/look.ts';
import type { Cut, Triple } from '#lib/slice/cut.ts';
import { cutAt, FLAT, movedAlong, stepped, turnedAbout, type Pose } from '#lib/slice/pose.ts';
import type { PersonPlane } from '#components/session/usePlanesOnSlice.ts';
import type { ColouredPath } from './cubeLayers.ts';
import { createCubeStage, type CubeStage, type Project } from './cubeStage.ts';
import type { CutSource } from './cutSource.ts';
import { dragged, HANDLES, placeOfHandle, type HandleName } from './handles.ts';
import { AXIS_NAMES } from '#lib/session/words.ts';
import styles from './Volume.module.css';

type CubeViewProps = {
  readonly whole: WholeSource;
  readonly plane: CutSource;
  readonly look: Look;
  readonly pose: Pose;
  readonly ranges: Cut['ranges'];
  /** Degrees that a dragged angle rests on; 0 for none. */
  readonly snap: number;
  readonly onPose: (pose: Pose) => void;
  readonly placed: readonly Cut[];
  /** Planes that others move at this moment. */
  readonly others: readonly PersonPlane[];
  readonly paths: readonly ColouredPath[];
  readonly isDark: boolean;
};

const HANDLE_TITLES: Readonly<Record<HandleName, string>> = { centre: 'Drag to move the plane along its normal', u: 'Drag to tilt or roll the plane by its u end', v: 'Drag to tilt or roll the plane by its v end' };
/** What the name of a person is called among the marks. */
const personMark = (id: string): string => `person ${id}`;

const STEP_DEGREES = 5;
const SNAP_DEGREES = 15;

export function CubeView(props: CubeViewProps) {
  const { whole, plane, look, pose, ranges, snap, placed, others, paths, isDark } = props;
  const holder = useRef<HTMLDivElement>(null);
  const stage = useRef<CubeStage | null>(null);
  const project = useRef<Project | null>(null);
  const marks = useRef(new Map<string, HTMLElement>());
  const drag = useRef<{ readonly handle: HandleName; readonly from: Pose; readonly x: number; readonly y: number; readonly project: Project } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const helpId = useId();
  const reach = Math.min(ranges[0].max, ranges[1].max) * 0.98;
  const cut = cutAt(pose, ranges);
  const coloured = useMemo(() => others.map(({ colour, pose: theirs }) => ({ colour, cut: cutAt(theirs, ranges) })), [others, ranges]);

  const place = useEffectEvent((next: Project) => {
    project.current = next;
    const [alpha, beta, gamma] = whole.surface.tiling.grid.axes;
    const ends: Record<string, Triple> = { α: [alpha!.max, beta!.min, gamma!.min], β: [alpha!.min, beta!.max, gamma!.min], γ: [alpha!.min, beta!.min, gamma!.max] };
    for (const { id, pose: theirs } of others) ends[personMark(id)] = placeOfHandle(theirs, 'u', reach);
    for (const [name, element] of marks.current) {
      const [x, y] = next(ends[name] ?? placeOfHandle(pose, name as HandleName, reach));
      element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`;
    }
  });
  const first = useEffectEvent(() => ({ look, cut, placed, others: coloured, paths, isDark }));

  useEffect(() => {
    if (!holder.current) return undefined;
    const made = createCubeStage(holder.current, whole, plane, first(), { onDrawn: (next) => place(next), onFailed: (error) => setFailure(error.message) });
    stage.current = made;
    return () => {
      stage.current = null;
      made.destroy();
    };
  }, [whole, plane]);
  useEffect(() => stage.current?.update({ look, cut, placed, others: coloured, paths, isDark }));

  const press = (event: KeyboardEvent) => {
    const degrees = event.shiftKey ? SNAP_DEGREES : STEP_DEGREES;
    const step = 0.05 * (ranges[0].max - ranges[0].min);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => (event.altKey ? stage.current?.turn(-10, 0) : props.onPose({ ...pose, turn: stepped(pose.turn, degrees, -1) })),
      ArrowRight: () => (event.altKey ? stage.current?.turn(10, 0) : props.onPose({ ...pose, turn: stepped(pose.turn, degrees, 1) })),
      ArrowUp: () => (event.altKey ? stage.current?.turn(0, 10) : props.onPose({ ...pose, tilt: stepped(pose.tilt, degrees, 1) })),
      ArrowDown: () => (event.altKey ? stage.current?.turn(0, -10) : props.onPose({ ...pose, tilt: stepped(pose.tilt, degrees, -1) })),
      PageUp: () => props.onPose(movedAlong(pose, 'n', step)),
      PageDown: () => props.onPose(movedAlong(pose, 'n', -step)),
      ',': () => props.onPose(turnedAbout(pose, 'n', -degrees)),
      '.': () => props.onPose(turnedAbout(pose, 'n', degrees)),
      '0': () => props.onPose(FLAT),
    };
    const act = event.ctrlKey || event.metaKey ? undefined : actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const begin = (handle: HandleName) => (event: PointerEvent<HTMLElement>) => {
    if (!project.current || event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = { handle, from: pose, x: event.clientX, y: event.clientY, project: project.current };
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const now = drag.current;
    if (now) props.onPose(dragged(now.from, now.handle, [event.clientX - now.x, event.clientY - now.y], reach, now.project, event.shiftKey ? SNAP_DEGREES : snap));
  };
  const end = () => {
    drag.current = null;
  };
  const mark = (name: string) => (element: HTMLElement | null) => {
    if (element) marks.current.set(name, element);
    else marks.current.delete(name);
  };

  return (
    <div className={styles.cube}>
      <div className={styles.canvas} role="application" aria-roledescription="oblique plane in a volume" aria-label="The volume, and the plane that is moved through it" aria-describedby={helpId} tabIndex={0} onKeyDown={press}>
        <div ref={holder} className={styles.fill} />
      </div>
      {AXIS_NAMES.map((name) => (
        <span key={name} ref={mark(name)} className={styles.axis} aria-hidden="true">
          {name}
        </span>
      ))}
      {HANDLES.map((name) => (
        <span key={name} ref={mark(name)} className={styles.handle} data-handle={name} title={HANDLE_TITLES[name]} aria-hidden="true" onPointerDown={begin(name)} onPointerMove={move} onPointerUp={end} onPointerCancel={end}>
          {name === 'centre' ? '↕' : name}
        </span>
      ))}
      {others.map(({ id, name, colour }) => (
        <span key={id} ref={mark(personMark(id))} className={styles.person} data-person-plane={name} style={{ ['--person' as string]: `rgb(${colour.join(' ')})` }}>
          {name}
        </span>
      ))}
      {failure !== null && (
        <p className={styles.failure} role="alert">
          This browser could not draw the volume: {failure} The numbers beside it work all the same; WebGL 2 is needed for the picture.
        </p>
      )}
      <p id={helpId} className="aside">
        Left and right arrow turn the plane, up and down tilt it, by 5 degrees or with Shift by 15. Comma and full stop roll it. Page up and page down move it along its normal. 0 lays it flat through the centre. Alt and arrow keys turn the box.
      </p>
    </div>
  );
}
