/**
 * The other networks whose checkpoints stand on a slice: runs of one form, so that all of them are points of one parameter space.
 *
 * The slice is of one network, whose loss it shows; of a run it shows where its training went. It does not know how axes were made.
 * Rule S23 in docs/SPEC.md.
 */
import { formDifference } from '#lib/network/form.ts';
import type { SubjectManifest, SubjectWeights } from '#lib/network/subject.ts';
import type { Problem } from '#lib/parsed.ts';

/** Beside the network itself: as many as there are colours to tell their paths apart. */
export const MAX_RUNS = 7;

/** A network of a session, as far as its training is concerned. */
export type Run = Pick<SubjectWeights, 'id' | 'manifest' | 'checkpoints'>;

/** What is wrong with the runs of a slice of one network, each beside its place. @param runs ids of networks */
export function runProblems(runs: readonly string[], manifest: SubjectManifest, subject: string, subjectOf: (id: string) => SubjectManifest | undefined): readonly Problem[] {
  return runs.flatMap((id, index): readonly Problem[] => {
    const path = `runs.${index}`;
    if (id === subject || runs.indexOf(id) < index) return [{ path, message: 'a network may be named once' }];
    const other = subjectOf(id);
    if (!other) return [{ path, message: `no network here has the id ${id.slice(0, 12)}…` }];
    const difference = formDifference(manifest.network, other.network);
    return difference === null ? [] : [{ path, message: `${other.title} has parameters of another form than ${manifest.title}, so it has no place on this slice: ${difference}` }];
  });
}

/** Ids of the checkpoints that show where a training went: its path where it has one, else all that there are. */
export const pathIdsOf = ({ trajectory, checkpoints }: Pick<SubjectManifest, 'trajectory' | 'checkpoints'>): readonly string[] => (trajectory.length > 1 ? trajectory : checkpoints.map(({ id }) => id));

/** θ of some checkpoints of a network, in order. @throws for an id that it does not have */
export const pointsOf = ({ manifest, checkpoints }: Run, ids: readonly string[]): readonly Float32Array[] =>
  ids.map((id) => {
    const point = checkpoints[manifest.checkpoints.findIndex((each) => each.id === id)];
    if (!point) throw new Error(`${manifest.name} has no checkpoint ${id}`);
    return point;
  });

/** The mean of some points, rounded to float32. */
export function meanOf(points: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(points[0]?.length ?? 0);
  for (const point of points) for (let index = 0; index < sum.length; index++) sum[index]! += point[index]!;
  return Float32Array.from(sum, (value) => value / points.length);
}
