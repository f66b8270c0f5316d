/** Whether this page is connected, and whether what was done here is safe: always what the stores say, never a wish. */
import { Badge } from '#components/ui/Badge.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import type { ConnectionState, SavedState } from '#client/sessionTypes.ts';
import { useSession } from './SessionContext.ts';
import styles from './TopBar.module.css';

export function ConnectionBadges() {
  const session = useSession();
  const connection = useStore(session.connection);
  const saved = useStore(session.saved);
  return (
    <div className={styles.badges} role="status">
      <ConnectionBadge state={connection} />
      <SavedBadge state={saved} />
    </div>
  );
}

function ConnectionBadge({ state }: { readonly state: ConnectionState }) {
  switch (state.kind) {
    case 'live':
      return (
        <Badge icon="live" tone="ok" title="Connected: changes arrive at once">
          {say('net.live')}
        </Badge>
      );
    case 'polling':
      return (
        <Badge icon="wait" tone="warn" title={say('net.polling')}>
          {say('net.polling.short')}
        </Badge>
      );
    case 'offline':
      return (
        <Badge icon="offline" tone="danger" title={say('net.offline')}>
          {say('net.offline.short')}
        </Badge>
      );
    case 'connecting':
      return <Badge icon="wait">{say('net.connecting')}</Badge>;
    case 'refused':
      return (
        <Badge icon="offline" tone="danger" title={state.reason}>
          Refused
        </Badge>
      );
  }
}

function SavedBadge({ state: { kind, pending } }: { readonly state: SavedState }) {
  switch (kind) {
    case 'saved':
      return (
        <Badge icon="check" title="Everything you did is stored on the server">
          {say('saved.saved')}
        </Badge>
      );
    case 'saving':
      return <Badge icon="wait">{say('saved.saving')}</Badge>;
    case 'waiting':
      return (
        <Badge icon="warning" tone="warn" title="Kept in this tab until the server can be reached: do not close it">
          {say('saved.waiting', { n: pending })}
        </Badge>
      );
  }
}
