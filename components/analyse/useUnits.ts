/** The results of a request as far as somebody in the session has computed them; none of one that nobody asked for. */
import { useMemo } from 'react';
import { canonicalJson } from '#lib/digest.ts';
import type { AnalysisRequest, UnitOf } from '#lib/analysis/requests/requests.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';

export function useUnits<Request extends AnalysisRequest>(request: Request): readonly UnitOf<Request['kind']>[] {
  const views = useStore(useSession().analyses.views);
  const text = canonicalJson(request);
  return useMemo(() => {
    const view = views.find(({ record }) => canonicalJson(record.request) === text);
    return (view?.units ?? []).flatMap(({ result }) => (result ? [result as UnitOf<Request['kind']>] : []));
  }, [views, text]);
}
