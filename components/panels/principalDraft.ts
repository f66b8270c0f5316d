/**
 * What stands in the form for principal axes: of which checkpoints, by which method, and the axes once they are made.
 *
 * Method I takes the path of one training run, method II any checkpoints, also those of other networks of the same form. It makes the
 * vectors and their files' words; it keeps nothing.
 */
import type { VectorFile } from '#lib/formats/vectorFile.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems, type Parsed } from '#lib/parsed.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { pooledWalkShare } from '#lib/analysis/pooledWalk.ts';
import { principalAxes, type PrincipalMethod } from '#lib/analysis/principalAxes.ts';
import { walkShare } from '#lib/analysis/randomWalk.ts';
import type { PrincipalMade } from '#lib/session/honesty/vectorMade.ts';
import type { VectorName } from '#lib/slice/recipe.ts';
import { meanOf, pathIdsOf, pointsOf, type Run } from '#lib/slice/runs.ts';
import { formatShare } from '#lib/session/words.ts';

export type PrincipalDraft = {
  readonly method: PrincipalMethod;
  readonly isCentred: boolean;
  /** Checkpoints whose spread is looked for. */
  readonly rows: readonly string[];
  /** Other networks of the same form, by id, in the order of the catalogue: of each, its path counts too. */
  readonly runs: readonly string[];
  /** What the axes go through: the last of a path, the middle of a window; null for the mean of all rows. */
  readonly origin: string | null;
  /** The axes that were made of all this; empty until they are. */
  readonly made: readonly VectorName[];
  /** The mean that they go through; null where they go through a checkpoint. */
  readonly mean: VectorName | null;
  /** What random walks would show in as many axes; null where the axes go through a place that is none of the points nor their mean. */
  readonly walk: number | null;
  /** Why they cannot be made, in words. */
  readonly problem: string | null;
};

/** What of a draft depends on all else in it. */
export const UNMADE = { made: [], mean: null, walk: null, problem: null } as const;

/** The training path where there is one, else every checkpoint. */
export function principalDraftFor({ trajectory, checkpoints }: Pick<SubjectManifest, 'trajectory' | 'checkpoints'>): PrincipalDraft {
  const rows = trajectory.length > 2 ? trajectory : checkpoints.map(({ id }) => id);
  return { method: 'components', isCentred: false, rows, runs: [], origin: rows.at(-1) ?? '', ...UNMADE };
}

export type MadeAxes = {
  readonly axes: readonly VectorFile[];
  /** What the axes go through, where that is a mean. */
  readonly mean: VectorFile | null;
  readonly walk: number | null;
  /** Every point that they were made of. */
  readonly points: readonly Float32Array[];
};

/** @param runs the networks that the draft names beside the subject, with their weights, in its order */
export function makePrincipal({ method, isCentred, rows, origin }: PrincipalDraft, subject: Run, runs: readonly Run[], count: number): Parsed<MadeAxes> {
  const named = runs.map((run) => ({ subject: run.id, rows: pathIdsOf(run.manifest) }));
  const paths = [pointsOf(subject, rows), ...runs.map((run, index) => pointsOf(run, named[index]!.rows))];
  const points = paths.flat();
  const through = origin === null ? meanOf(points) : pointsOf(subject, [origin])[0]!;
  const of = runs.length > 0 ? ` of ${runs.length + 1} runs` : '';
  return attempt(() => {
    const { axes, explained } = principalAxes(points, through, { method, count, isCentred });
    const how = { by: 'principal axes', method, isCentred, rows, ...(runs.length > 0 && { runs: named }), origin } as const;
    const files = axes.map((values, index): VectorFile => {
      const made: PrincipalMade = { ...how, component: index + 1, explained: explained[index]! };
      return { kind: 'direction', subject: subject.id, title: `PC${index + 1}${of} (${formatShare(explained[index]!)})`, made, values };
    });
    const mean = origin === null ? { kind: 'point', subject: subject.id, title: runs.length > 0 ? `mean of ${runs.length + 1} runs` : `mean of ${points.length} checkpoints`, made: { by: 'mean', rows, ...(runs.length > 0 && { runs: named }) }, values: through } as const : null;
    return { axes: files, mean, walk: walkOf(), points };
  });

  function walkOf(): number | null {
    const at = origin === null ? -1 : rows.indexOf(origin);
    const seenFrom = isCentred || origin === null ? 'mean' : at;
    if (points.length < 2 || seenFrom === -1) return null;
    const { length } = through;
    return runs.length === 0 ? walkShare(points.length, length, count, seenFrom) : pooledWalkShare(paths, length, count, seenFrom);
  }
}

export const sayPrincipal = (outcome: Parsed<unknown>): string | null => (outcome.ok ? null : sayProblems(outcome.problems));
