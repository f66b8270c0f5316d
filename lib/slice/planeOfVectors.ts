/**
 * The plane of two kept vectors around a checkpoint, as far as the loss is about doubled along each by its curvature.
 *
 * Half the width is √(2·loss/|curvature|): there ½·λ·r² is the loss at the centre. It knows no files. Rule S13 in docs/SPEC.md.
 */
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { Axis, SliceRecipe } from './recipe.ts';

export type CurvedVector = { readonly digest: string; readonly title: string; readonly curvature: number };

const COUNT = 41;
/** No axis is longer than so many times the other: where the loss hardly bends, a plane of its width would leave what is known. */
const LONGEST = 4;
/** Of a loss that is nearly zero there is nothing to double. */
const LEAST_LOSS = 0.05;

export function planeOfVectors({ recipe, checkpoint, loss, axes }: { readonly recipe: SliceRecipe; readonly checkpoint: string; readonly loss: number; readonly axes: readonly [CurvedVector, CurvedVector] }): SliceRecipe {
  const reaches = axes.map(({ curvature }) => Math.sqrt((2 * Math.max(loss, LEAST_LOSS)) / Math.max(Math.abs(curvature), 1e-12)));
  const shortest = Math.min(...reaches);
  const { format, subject, samples, loss: name } = recipe;
  return {
    format,
    subject,
    samples,
    loss: name,
    mode: STANDARD_MODE,
    centre: checkpoint,
    axes: axes.map(({ digest, title }, index): Axis => {
      const reach = Number(Math.min(reaches[index]!, LONGEST * shortest).toPrecision(2));
      return { direction: { kind: 'vector', digest, title }, min: -reach, max: reach, count: COUNT };
    }),
  };
}
