/** What stands beside the open slice, and how the two are compared. It travels in links. */
import * as z from 'zod/mini';
import type { SetName } from '#lib/network/subject.ts';
import { sliceIdSchema } from '#lib/slice/recipe.ts';

/** One pane: a slice, seen over one set of its samples. */
export type PaneRef = { readonly sliceId: string; readonly set: SetName };

export type Comparison = {
  /** Beside the slice that is open anyway: one to three. */
  readonly panes: readonly PaneRef[];
  readonly isScaleLocked: boolean;
  readonly isCameraLocked: boolean;
  /** The open slice less the first pane. */
  readonly hasDifference: boolean;
  /** The open slice and the first pane in one place, in turn. */
  readonly isBlinking: boolean;
};

export const NO_COMPARISON: Comparison = { panes: [], isScaleLocked: true, isCameraLocked: true, hasDifference: false, isBlinking: false };
export const MOST_PANES = 3;

export const isSamePane = (one: PaneRef, other: PaneRef): boolean => one.sliceId === other.sliceId && one.set === other.set;

const pane: z.ZodMiniType<PaneRef> = z.strictObject({ sliceId: sliceIdSchema, set: z.enum(['train', 'test']) });

export const comparisonSchema: z.ZodMiniType<Comparison> = z.strictObject({
  panes: z.array(pane).check(
    z.maxLength(MOST_PANES, `at most ${MOST_PANES} panes stand beside a slice`),
    z.refine((panes) => panes.every((one, index) => panes.findIndex((other) => isSamePane(one, other)) === index), { message: 'no pane may stand there twice' }),
  ),
  isScaleLocked: z.boolean(),
  isCameraLocked: z.boolean(),
  hasDifference: z.boolean(),
  isBlinking: z.boolean(),
});
