/** The labels, pins, people and checkpoints over one view. It says what stands where; placeMarks.ts puts it there. */
import type { Ref } from 'react';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { PersonMark, PinMark, Whisker } from './MarkShapes.tsx';
import { checkpointWords, cssOf, opacitiesOf, whiskersOf, type CheckpointMark, type PersonCursor, type Pin, type RunMarks } from './marks.ts';
import type { PlanePoint } from './scene.ts';
import type { ViewId } from './viewLayout.ts';
import styles from './Overlay.module.css';

export type OverlayProps = {
  readonly ref: Ref<HTMLDivElement>;
  readonly view: ViewId;
  /** What the height is. */
  readonly heightTitle: string;
  readonly ticks: { readonly alpha: readonly number[]; readonly beta: readonly number[]; readonly loss: readonly number[] };
  readonly steps: { readonly alpha: number; readonly beta: number };
  readonly axisLabels: readonly [alpha: string, beta: string];
  readonly cursor: PlanePoint | null;
  readonly pins: readonly Pin[];
  readonly onPin: (id: string) => void;
  readonly people: readonly PersonCursor[];
  readonly trajectory: readonly CheckpointMark[];
  readonly checkpoints: readonly CheckpointMark[];
  readonly runs: readonly RunMarks[];
};

/** Above this many people only their points are drawn: names would cover the surface. */
const MANY_PEOPLE = 12;

export function Overlay({ heightTitle, ref, view, ticks, steps, axisLabels, cursor, pins, onPin, people, trajectory, checkpoints, runs }: OverlayProps) {
  const groups = [{ trajectory, checkpoints }, ...runs];
  const marks = groups.flatMap((group) => [...group.trajectory, ...group.checkpoints]);
  const ends = groups.flatMap((group) => [...group.trajectory.map((_, index) => endOf(index, group.trajectory.length)), ...group.checkpoints.map(() => 'alone' as const)]);
  const opacities = opacitiesOf(marks);
  const whiskers = whiskersOf(marks);
  return (
    <div ref={ref} className={styles.overlay} data-view={view}>
      <svg className={styles.lines} aria-hidden="true">
        <line data-ruler="" className={styles.ruler} />
      </svg>
      {ticks.alpha.map((value) => (
        <Tick key={`a${value}`} axis="alpha" value={value} text={formatCoordinate(value, tickStep(ticks.alpha, steps.alpha))} />
      ))}
      {ticks.beta.map((value) => (
        <Tick key={`b${value}`} axis="beta" value={value} text={formatCoordinate(value, tickStep(ticks.beta, steps.beta))} />
      ))}
      {view === '3d' && ticks.loss.map((value) => <Tick key={`l${value}`} axis="loss" value={value} text={formatLoss(value)} />)}
      <AxisTitle axis="alpha" text={axisLabels[0]} />
      <AxisTitle axis="beta" text={axisLabels[1]} />
      {view === '3d' && <AxisTitle axis="loss" text={heightTitle} />}
      {marks.map((mark, index) => (
        <span key={mark.id} className={styles.mark} data-mark="checkpoint" data-a={mark.a} data-b={mark.b}>
          <Whisker length={whiskers[index]!} />
          <span
            className={styles.bead}
            data-end={ends[index]}
            style={{ opacity: opacities[index], ...(mark.colour && { ['--bead' as string]: cssOf(mark.colour) }) }}
            role="img"
            aria-label={checkpointWords(mark, 'outside this slice')}
            title={checkpointWords(mark, 'outside this slice')}
          />
          {isNamed(mark, ends[index]) && (
            <span className={styles.beadName} data-name={ends[index]} aria-hidden="true">
              {mark.of ?? mark.title}
            </span>
          )}
        </span>
      ))}
      {cursor && (
        <span className={styles.mark} data-mark="cursor" data-a={cursor.a} data-b={cursor.b} aria-hidden="true">
          <span className={styles.cursor} />
        </span>
      )}
      {people.map((person) => (
        <span key={person.id} className={styles.mark} data-mark="person" data-a={person.a} data-b={person.b}>
          <PersonMark person={person} isNamed={people.length <= MANY_PEOPLE} />
        </span>
      ))}
      {pins.map((pin) => (
        <span key={pin.id} className={styles.mark} data-mark="pin" data-a={pin.a} data-b={pin.b} data-text={pin.text}>
          <PinMark pin={pin} onPin={onPin} />
        </span>
      ))}
    </div>
  );
}

type End = 'first' | 'last' | 'alone' | undefined;

const endOf = (index: number, length: number): End => (index === 0 ? 'first' : index === length - 1 ? 'last' : undefined);

/** Among several runs a name says which it is, once: where its path ends. */
function isNamed({ onPlane, of }: CheckpointMark, end: End): boolean {
  if (of !== undefined) return end === 'last';
  return end === 'alone' ? onPlane : end !== undefined;
}

function Tick({ axis, value, text }: { readonly axis: 'alpha' | 'beta' | 'loss'; readonly value: number; readonly text: string }) {
  return (
    <span className={styles.tick} data-tick={axis} data-value={value} aria-hidden="true">
      <span>{text}</span>
    </span>
  );
}

function AxisTitle({ axis, text }: { readonly axis: 'alpha' | 'beta' | 'loss'; readonly text: string }) {
  return (
    <span className={styles.axisTitle} data-axis-title={axis} aria-hidden="true">
      <span>{text}</span>
    </span>
  );
}

const tickStep = (ticks: readonly number[], otherwise: number): number => (ticks.length > 1 ? ticks[1]! - ticks[0]! : otherwise);
