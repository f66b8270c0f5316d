/** The fields of a question about curvature as they are typed, and what they ask for. Pure. */
import { namedGroups } from '#lib/analysis/namedGroups.ts';
import type { GroupChoice } from '#lib/analysis/parameterGroup.ts';
import type { CurvaturePoint } from '#lib/analysis/requests/curvaturePoint.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

export type PointDraft = {
  readonly checkpoint: string;
  readonly samples: string;
  /** `all`, `matrices`, or a layer or stage as `groupsOf` names it. */
  readonly group: string;
};

export const draftFor = ({ centre, samples }: SliceRecipe): PointDraft => ({ checkpoint: centre, samples: String(samples[0]!.count), group: 'all' });

export type GroupOption = { readonly value: string; readonly title: string; readonly choice: GroupChoice };

export function groupsOf(manifest: SubjectManifest): readonly GroupOption[] {
  const hasMatrix = manifest.network.parameter_order.some(({ shape }) => shape.length >= 2);
  return [
    { value: 'all', title: 'all parameters', choice: 'all' },
    ...(hasMatrix ? [{ value: 'matrices', title: 'tensors with two or more axes', choice: 'matrices' } as const] : []),
    ...namedGroups(manifest.network).map(({ kind, name, tensors, size }) => ({ value: `${kind} ${name}`, title: `${kind} ${name} (${formatCount(size)})`, choice: { tensors } })),
  ];
}

/** The parameters that the draft means. */
export const choiceOf = ({ group }: Pick<PointDraft, 'group'>, manifest: SubjectManifest): GroupChoice => groupsOf(manifest).find(({ value }) => value === group)?.choice ?? 'all';

/** What the draft asks for; what is wrong with it, the request says when it is read. */
export function pointOf({ checkpoint, samples, group }: PointDraft, { subject, loss, samples: [first] }: SliceRecipe, manifest: SubjectManifest): CurvaturePoint {
  return { subject, checkpoint, samples: { set: first!.set, count: Number(samples) }, loss, parameters: choiceOf({ group }, manifest) };
}
