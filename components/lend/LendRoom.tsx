/** Finds the session of a code and joins it to look and to lend; the key that the code is worth is not used here. */
import { useEffect, useState } from 'react';
import { joinByCode } from '#client/api.ts';
import { DUTIES } from '#client/lenderChoice.ts';
import { joinSession } from '#client/session.ts';
import type { Session } from '#client/sessionTypes.ts';
import { readCode, shownCode } from '#lib/session/joinCode.ts';
import { SessionContext } from '#components/session/SessionContext.ts';
import { ButtonLink } from '#components/ui/Button.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { useLasting } from '#components/useLasting.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { LendScreen } from './LendScreen.tsx';

type Found = { readonly id: string } | { readonly problem: string };

export function LendRoom({ code }: { readonly code: string }) {
  const [read] = useState(() => readCode(code));
  const [found, setFound] = useState<Found | null>(null);
  const value = read.ok ? read.value : null;
  useEffect(() => {
    if (value === null) return undefined;
    let isWanted = true;
    void joinByCode(value).then((outcome) => {
      if (!isWanted) return;
      const [first] = outcome.ok ? [] : outcome.problems;
      if (outcome.ok) setFound({ id: outcome.value.id });
      else setFound({ problem: first?.path === 'code' ? say('lend.code.wrong', { code: shownCode(value) }) : (first?.message ?? '') });
    });
    return () => {
      isWanted = false;
    };
  }, [value]);

  if (!read.ok) return <NotFound problem={read.problems.map(({ message }) => message).join(' ')} />;
  if (found && 'problem' in found) return <NotFound problem={found.problem} />;
  return found ? <Joined id={found.id} /> : <p role="status" className="aside">Looking for the session …</p>;
}

function Joined({ id }: { readonly id: string }) {
  const session = useLasting(id, () => joinSession(id, { key: null, duty: DUTIES.balanced }), (joined) => joined.leave());
  return session && <Entrance session={session} />;
}

function Entrance({ session }: { readonly session: Session }) {
  const connection = useStore(session.connection);
  if (connection.kind === 'refused') return <NotFound problem={connection.reason} />;
  return (
    <SessionContext value={session}>
      <LendScreen />
    </SessionContext>
  );
}

function NotFound({ problem }: { readonly problem: string }) {
  return (
    <PlainPage title={say('lend.title')}>
      <p role="alert">{problem}</p>
      <ButtonLink href="/j" tone="accent" size="large">
        {say('join')}
      </ButtonLink>
    </PlainPage>
  );
}
