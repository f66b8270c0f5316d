/** Why a device that would compute has nothing to do, in words, and the one thing that would change it. */
import { Button } from '#components/ui/Button.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { useWaiting } from './useWaiting.ts';

type WaitsProps = {
  /** Whether something of the picture on screen is still to be computed, by whomever. */
  readonly isMore: boolean;
};

export function Waits({ isMore }: WaitsProps) {
  const session = useSession();
  const helps = useStore(session.lending.helps);
  const me = useStore(session.me);
  const waiting = useWaiting(session);
  if (helps === 'everyone') return <p>{say(isMore ? 'lend.between' : 'lend.idle')}</p>;
  if (waiting.some(({ by }) => by === me?.id)) return <p>{say('lend.between')}</p>;
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
