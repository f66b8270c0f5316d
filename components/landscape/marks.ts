/** What stands on a slice beside the surface itself: pins, people and checkpoints. Plain records: they know no store. */
import { formatLoss, formatShare } from '#lib/session/words.ts';
import type { Rgb } from '#components/hues.ts';
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
  /** Share of its squared distance from the slice's origin that lies within the slice. */
  readonly captured: number;
  readonly onPlane: boolean;
  /** Of which network, where several stand on the slice. */
  readonly of?: string;
  /** Where it is not the usual one. */
  readonly colour?: Rgb;
};

/** Another network of the same form on the slice. */
export type RunMarks = { readonly id: string; readonly title: string; readonly colour: Rgb; readonly trajectory: readonly CheckpointMark[]; readonly checkpoints: readonly CheckpointMark[] };

/** Of the training path and the checkpoints of a slice's own network. */
export const PATH_COLOUR: Rgb = [226, 96, 36];

/** A colour for a style sheet. */
export const cssOf = (colour: Rgb): string => `rgb(${colour.join(' ')})`;

export const PIN_TITLES: Readonly<Record<PinKind, string>> = {
  low: 'Low point',
  question: 'Question',
  idea: 'Idea',
  warning: 'Warning',
  note: 'Note',
};

/** What a mark far outside the slice fades to, so that it can still be read. */
const FAINTEST = 0.3;

/** Opacity of each checkpoint: full in the slice, faintest for the farthest. @param farthest of all that are drawn together */
export function opacitiesOf(marks: readonly CheckpointMark[], farthest = farthestOf(marks)): readonly number[] {
  return marks.map(({ distance, onPlane }) => (onPlane || farthest === 0 ? 1 : 1 - (1 - FAINTEST) * (distance / farthest)));
}

/** Of the longest whisker and of the shortest, in pixels. */
const WHISKER = { longest: 46, shortest: 7 } as const;

/** Length of each checkpoint's whisker, in pixels: in proportion to its distance off the slice, none for what lies on it. */
export function whiskersOf(marks: readonly CheckpointMark[]): readonly number[] {
  const farthest = farthestOf(marks);
  return marks.map(({ distance, onPlane }) => (onPlane || farthest === 0 ? 0 : Math.max(WHISKER.shortest, WHISKER.longest * (distance / farthest))));
}

/** The distance that the longest whisker stands for; 0 where every checkpoint lies on the slice. */
export const farthestOf = (marks: readonly CheckpointMark[]): number => Math.max(0, ...marks.map(({ distance, onPlane }) => (onPlane ? 0 : distance)));

/** A checkpoint in words: its name, and how far off the slice it lies. @param off `outside this slice` */
export function checkpointWords({ title, epoch, distance, captured, onPlane, of }: CheckpointMark, off: string): string {
  const when = epoch === null || title.includes(String(epoch)) ? '' : `, epoch ${epoch}`;
  return `${of === undefined ? '' : `${of}: `}${title}${when}${onPlane ? ', in this slice' : `, ${formatLoss(distance)} ${off}; ${formatShare(captured)} of its squared distance is captured`}`;
}

/** A pin in words, for its button. */
export function pinWords({ kind, text, author, distance, isBeside }: Pin, formatDistance: (distance: number) => string): string {
  const by = author === '' ? '' : ` by ${author}`;
  const where = isBeside ? ' On the next layer.' : distance === null ? '' : ` ${formatDistance(distance)} outside this slice.`;
  return `${PIN_TITLES[kind]}${by}: ${text}.${where}`.replace(/([.!?])\.( |$)/, '$1$2');
}
