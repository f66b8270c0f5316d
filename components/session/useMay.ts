/** What this person may do here, as the server said when it welcomed them. */
import { useStore } from '#components/useStore.ts';
import { useSession } from './SessionContext.ts';

export type May = { readonly edit: boolean; readonly isKnown: boolean };

export function useMay(): May {
  const me = useStore(useSession().me);
  return { edit: me?.role === 'edit', isKnown: me !== null };
}
