/** What of one kind was asked for in this session already, of one network: newest first, so that others find what somebody had computed. */
import type { KindName, RequestOf } from '#lib/analysis/requests/requests.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';

export function useAsked<Name extends KindName>(kind: Name, subject: string): readonly RequestOf<Name>[] {
  const views = useStore(useSession().analyses.views);
  return views.flatMap(({ record: { request } }) => (request.kind === kind && request.subject === subject ? [request as RequestOf<Name>] : [])).toReversed();
}
