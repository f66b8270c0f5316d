/** Why a device that would compute has nothing to do, in words, and the one thing that would change it. */
import { Button } from '#components/ui/Button.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { leastTooLarge, type Capacity } from '#lib/work/capacity.ts';
import { isHelped } from '#lib/session/people.ts';
import { formatCapacity } from '#lib/session/words.ts';
import { needsOf } from '#lib/work/costCaps.ts';
import { useWaiting } from './useWaiting.ts';

type WaitsProps = {
  /** What this device can hold. */
  readonly holds: Capacity;
  /** Whether something of the picture on screen is still to be computed, by whomever. */
  readonly isMore: boolean;
};

export function Waits({ holds, isMore }: WaitsProps) {
  const session = useSession();
  const helps = useStore(session.lending.helps);
  const me = useStore(session.me);
  const catalogue = useStore(session.catalogue);
  const waiting = useWaiting(session);
  const willing = waiting.filter(({ by }) => isHelped(by, helps, me?.id));
  const needs = willing.flatMap(({ recipe }) => {
    const manifest = catalogue.find(({ id }) => id === recipe.subject)?.manifest;
    return manifest ? [needsOf(recipe, manifest)] : [];
  });
  const least = leastTooLarge(needs, holds);
  if (least) return <p>{say('lend.large', { room: formatCapacity(holds), least: formatCapacity(least) })}</p>;
  if (helps === 'everyone') return <p>{say(isMore ? 'lend.between' : 'lend.idle')}</p>;
  if (willing.length > 0) return <p>{say('lend.between')}</p>;
  return (
    <>
      <p>{say(waiting.length > 0 ? 'lend.own.others' : 'lend.own.none')}</p>
      {waiting.length > 0 && (
        <Button size="small" onClick={() => session.lending.setHelps('everyone')}>
          {say('lend.everyone')}
        </Button>
      )}
    </>
  );
}
