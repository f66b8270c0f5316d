/**
 * The door: whether a slice can be computed at all is asked here, of a prober of its own, so that nobody who places one waits behind float64.
 *
 * That prober is begun with the first question and let go when none came for a while, for it holds every subject once more. Rule V16.
 */
import type { Clock } from './clock.ts';
import type { Door } from './prober.ts';

/** Without a question for so long it is let go. */
const IDLE_MS = 60_000;

/** @param open makes the prober that is asked, each time it is needed anew */
export function createDoor(open: () => Door, { after }: Pick<Clock, 'after'>): Door {
  let prober: Door | null = null;
  let asked = 0;
  let cancelLettingGo = () => {};
  let isClosed = false;

  async function letGo(): Promise<void> {
    const idle = prober;
    prober = null;
    await idle?.close();
  }

  return {
    problemWith: async (recipe) => {
      if (isClosed) throw new Error('the door is closed');
      cancelLettingGo();
      prober ??= open();
      asked++;
      try {
        return await prober.problemWith(recipe);
      } finally {
        asked--;
        if (asked === 0 && !isClosed) cancelLettingGo = after(IDLE_MS, () => void letGo());
      }
    },
    close: async () => {
      isClosed = true;
      cancelLettingGo();
      await letGo();
    },
  };
}
