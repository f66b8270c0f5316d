/**
 * What stands in the form for principal axes: of which checkpoints, by which method, and the axes once they are made.
 *
 * Method I takes the path of one training run, method II any checkpoints. It makes the vectors and their files' words; it keeps nothing.
 */
import type { VectorFile } from '#lib/formats/vectorFile.ts';
import { attempt } from '#lib/knownError.ts';
import { sayProblems, type Parsed } from '#lib/parsed.ts';
import { checkpointIndex, type SubjectWeights, type SubjectManifest } from '#lib/network/subject.ts';
import { principalAxes, type PrincipalMethod } from '#lib/analysis/principalAxes.ts';
import type { PrincipalMade } from '#lib/session/honesty/vectorMade.ts';
import type { VectorName } from '#lib/slice/recipe.ts';
import { formatShare } from '#lib/session/words.ts';

export type PrincipalDraft = {
  readonly method: PrincipalMethod;
  readonly isCentred: boolean;
  /** Checkpoints whose spread is looked for. */
  readonly rows: readonly string[];
  /** What the axes go through: the last of a path, the middle of a window. */
  readonly origin: string;
  /** The axes that were made of all this; empty until they are. */
  readonly made: readonly VectorName[];
  /** Why they cannot be made, in words. */
  readonly problem: string | null;
};

/** The training path where there is one, else every checkpoint. */
export function principalDraftFor({ trajectory, checkpoints }: Pick<SubjectManifest, 'trajectory' | 'checkpoints'>): PrincipalDraft {
  const rows = trajectory.length > 2 ? trajectory : checkpoints.map(({ id }) => id);
  return { method: 'components', isCentred: false, rows, origin: rows.at(-1) ?? '', made: [], problem: null };
}

export function makePrincipal({ method, isCentred, rows, origin }: PrincipalDraft, subject: SubjectWeights, count: number): Parsed<readonly VectorFile[]> {
  const thetaOf = (id: string) => subject.checkpoints[checkpointIndex(subject.manifest, id)]!;
  return attempt(() => {
    const { axes, explained } = principalAxes(rows.map(thetaOf), thetaOf(origin), { method, count, isCentred });
    return axes.map((values, index): VectorFile => {
      const made: PrincipalMade = { by: 'principal axes', method, isCentred, rows, origin, component: index + 1, explained: explained[index]! };
      return { kind: 'direction', subject: subject.id, title: `PC${index + 1} (${formatShare(explained[index]!)})`, made, values };
    });
  });
}

export const sayPrincipal = (outcome: Parsed<unknown>): string | null => (outcome.ok ? null : sayProblems(outcome.problems));
