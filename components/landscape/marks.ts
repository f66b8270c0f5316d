/** What stands on a slice beside the surface itself: pins, people and checkpoints. Plain records: they know no store. */
import type { PlanePoint } from './scene.ts';

export const PIN_KINDS = ['low', 'question', 'idea', 'warning', 'note'] as const;
export type PinKind = (typeof PIN_KINDS)[number];

export type Pin = PlanePoint & {
  readonly id: string;
  readonly kind: PinKind;
  readonly text: string;
  /** Empty for what was found and not written. */
  readonly author: string;
  /** How far the pinned point lies outside this slice; null where it lies in it. */
  readonly distance: number | null;
  /** On a layer of a volume next to the one that is shown. */
  readonly isBeside?: boolean;
};

export type PersonCursor = PlanePoint & { readonly id: string; readonly name: string; readonly colour: string };

export type CheckpointMark = PlanePoint & {
  readonly id: string;
  readonly title: string;
  readonly epoch: number | null;
  /** Out of the slice, in parameter space; a and b are its least-squares projection. */
  readonly distance: number;
  readonly onPlane: boolean;
};

export const PIN_TITLES: Readonly<Record<PinKind, string>> = {
  low: 'Low point',
  question: 'Question',
  idea: 'Idea',
  warning: 'Warning',
  note: 'Note',
};

/** What a mark far outside the slice fades to, so that it can still be read. */
const FAINTEST = 0.3;

/** Opacity of each checkpoint: full in the slice, faintest for the farthest of them. */
export function opacitiesOf(marks: readonly CheckpointMark[]): readonly number[] {
  const farthest = Math.max(0, ...marks.map(({ distance, onPlane }) => (onPlane ? 0 : distance)));
  return marks.map(({ distance, onPlane }) => (onPlane || farthest === 0 ? 1 : 1 - (1 - FAINTEST) * (distance / farthest)));
}

/** A pin in words, for its button. */
export function pinWords({ kind, text, author, distance, isBeside }: Pin, formatDistance: (distance: number) => string): string {
  const by = author === '' ? '' : ` by ${author}`;
  const where = isBeside ? ' On the next layer.' : distance === null ? '' : ` ${formatDistance(distance)} outside this slice.`;
  return `${PIN_TITLES[kind]}${by}: ${text}.${where}`.replace(/([.!?])\.( |$)/, '$1$2');
}
