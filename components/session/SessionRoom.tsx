/** Joins a session when it is entered and leaves it when it is left; everything inside finds it by context. */
import { useState } from 'react';
import { joinSession } from '#client/session.ts';
import type { Session } from '#client/sessionTypes.ts';
import { readLink } from '#lib/session/linkState.ts';
import { ButtonLink } from '#components/ui/Button.tsx';
import { PlainPage } from '#components/ui/PlainPage.tsx';
import { useLasting } from '#components/useLasting.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { networkToOpen, openingOf, type Opening } from './opening.ts';
import { Room } from './Room.tsx';
import { SessionContext, ViewContext } from './SessionContext.ts';
import { Threshold } from './Threshold.tsx';
import { useView } from './useView.ts';

type Opened = { readonly link: ReturnType<typeof readLink>; readonly opening: Opening | null; readonly network: string | null };

export function SessionRoom({ sessionId }: { readonly sessionId: string }) {
  const [opened] = useState<Opened>(() => ({ link: readLink(location.hash), opening: openingOf(location.hash), network: networkToOpen(location.hash) }));
  const session = useLasting(sessionId, () => joinSession(sessionId, { key: opened.link.link.key }), (joined) => joined.leave());
  if (!session) return <Threshold />;
  return (
    <SessionContext value={session}>
      <Entrance session={session} opened={opened} />
    </SessionContext>
  );
}

function Entrance({ session, opened }: { readonly session: Session; readonly opened: Opened }) {
  const connection = useStore(session.connection);
  const view = useView(session, opened.link);
  if (connection.kind === 'refused') {
    return (
      <PlainPage title={say('refused.title')}>
        <p>{connection.reason}</p>
        <ButtonLink href="/j" tone="accent" size="large">
          {say('join')}
        </ButtonLink>
      </PlainPage>
    );
  }
  return (
    <ViewContext value={view}>
      <Room opening={opened.opening} network={opened.network} />
    </ViewContext>
  );
}
