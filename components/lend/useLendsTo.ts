/** Whether this device, where it lends, computes what somebody placed: the choice of its person, not whether it lends now. */
import { isHelped } from '#lib/session/people.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';

export function useLendsTo(placedBy: string | undefined): boolean {
  const { lending, me } = useSession();
  const helps = useStore(lending.helps);
  const person = useStore(me);
  return placedBy === undefined || isHelped(placedBy, helps, person?.id);
}
