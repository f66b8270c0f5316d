/** What a device that helps receives, in words, and how much that is for the slices that are here now: said before anything is downloaded. */
import { downloadBytes } from '#lib/session/downloadSize.ts';
import { formatBytes } from '#lib/session/words.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';

export function Receives() {
  const session = useSession();
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  const recipes = [...slices.values()].filter(({ isPutAway }) => !isPutAway).map(({ recipe }) => recipe);
  const bytes = downloadBytes(recipes, (subject) => catalogue.find(({ id }) => id === subject)?.manifest);
  return (
    <>
      {say('lend.receives')} {bytes > 0 && say('lend.size', { size: formatBytes(bytes) })}
    </>
  );
}
