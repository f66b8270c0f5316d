/** The vectors and trained curves that are at hand for one network: of slices, of analyses, and those that this page made or took in. */
import { useMemo } from 'react';
import type { AnalysisView } from '#client/analysisTypes.ts';
import { highestOf } from '#lib/analysis/requests/boxSharpness.ts';
import type { UnitOf } from '#lib/analysis/requests/requests.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { checkpointTitle } from '#lib/session/sliceTitle.ts';
import { formatLoss } from '#lib/session/words.ts';
import { useStore } from '#components/useStore.ts';
import type { CurveChoice, SessionVector } from './vectorDraft.ts';

/** Newest last; each file once. */
export function useSessionVectors({ id, manifest }: SubjectWeights): readonly SessionVector[] {
  const session = useSession();
  const slices = useStore(session.slices);
  const views = useStore(session.analyses.views);
  const loaded = useStore(session.vectors.loaded);
  return useMemo(() => {
    const found = new Map<string, SessionVector>();
    const add = (digest: string, title: string, kind: SessionVector['kind']) => found.set(digest, { digest, title, kind });
    for (const { recipe } of slices.values()) {
      if (recipe.subject !== id) continue;
      if (recipe.origin) add(recipe.origin.digest, recipe.origin.title, 'point');
      for (const { direction } of recipe.axes) if (direction.kind === 'vector') add(direction.digest, direction.title, direction.as === 'point' ? 'point' : 'direction');
    }
    for (const { request, unit } of resultsOf(views, 'spectrum')) {
      if (request.subject !== id) continue;
      const at = `at ${checkpointTitle(manifest, request.checkpoint)}`;
      add(unit.vectors.largest, `eigenvector of λ = ${formatLoss(unit.largest[0]!.value)} ${at}`, 'direction');
      add(unit.vectors.least, `eigenvector of λ = ${formatLoss(unit.least[0]!.value)} ${at}`, 'direction');
      if (unit.vectors.gradient !== null) add(unit.vectors.gradient, `gradient ${at}`, 'direction');
    }
    for (const { record: { request }, units } of views) {
      if (request.kind !== 'boxSharpness' || request.subject !== id || request.rescaled) continue;
      const highest = highestOf(units.flatMap(({ result }) => (result ? [result as UnitOf<'boxSharpness'>] : [])));
      if (highest) add(highest.worst, `steepest way within ε = ${request.epsilon} at ${checkpointTitle(manifest, request.checkpoint)}`, 'direction');
    }
    for (const { request, unit } of resultsOf(views, 'curve')) if (request.subject === id) add(unit.bend, `bend from ${checkpointTitle(manifest, request.from)} to ${checkpointTitle(manifest, request.to)}`, 'point');
    for (const digest of loaded.keys()) {
      const about = session.vectors.about(digest);
      // What a file says of itself is surer than what was read off its use.
      if (about?.subject === id) add(digest, found.get(digest)?.title ?? about.title, about.kind);
    }
    return [...found.values()];
  }, [session, slices, views, loaded, id, manifest]);
}

/** Newest first. */
export function useTrainedCurves({ id }: SubjectWeights): readonly CurveChoice[] {
  const views = useStore(useSession().analyses.views);
  return useMemo(() => resultsOf(views, 'curve').flatMap(({ request, unit }) => (request.subject === id ? [{ request, bend: unit.bend }] : [])).toReversed(), [views, id]);
}

/** What was asked for and is done, of a kind that has one unit. */
function resultsOf<Name extends 'spectrum' | 'curve'>(views: readonly AnalysisView[], kind: Name) {
  return views.flatMap(({ record: { request }, units: [unit] }) =>
    request.kind === kind && unit?.result ? [{ request: request as Extract<typeof request, { kind: Name }>, unit: unit.result as UnitOf<Name> }] : [],
  );
}
