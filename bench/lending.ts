/**
 * Lent compute against its targets: the scheduler with and without sockets, one volunteer, real browsers, a tab that closes, politeness.
 *
 * Each row is a ratio or a count from one run. It chooses and prints; what is measured is in bench/lending/.
 */
import { availableParallelism, cpus } from 'node:os';
import { lineOf, print, verdictOf, type Figure } from './figures.ts';

type Row = { readonly measure: (options: LendingOptions) => Promise<readonly Figure[]> };

export const LENDING_ROWS = ['book', 'socket', 'overhead', 'browsers', 'closing', 'verified', 'politeness'] as const;
export type LendingRow = (typeof LENDING_ROWS)[number];

export type LendingOptions = {
  /** All where empty. */
  readonly only: readonly LendingRow[];
  readonly json: boolean;
  /** Where a processor profile of the server of `socket` is put, or null. */
  readonly profile: string | null;
};

const ROWS: Readonly<Record<LendingRow, Row>> = {
  book: { measure: async () => (await import('./lending/book.ts')).benchBook() },
  socket: { measure: async ({ profile }) => (await import('./lending/socket.ts')).benchSocket(profile) },
  overhead: { measure: async () => (await import('./lending/overhead.ts')).benchOverhead() },
  browsers: { measure: async () => (await import('./lending/browsers.ts')).benchBrowsers() },
  closing: { measure: async () => (await import('./lending/closing.ts')).benchClosing() },
  verified: { measure: async () => (await import('./lending/verified.ts')).benchVerified() },
  politeness: { measure: async () => (await import('./lending/politeness.ts')).benchPoliteness() },
};

export async function benchLending(options: LendingOptions): Promise<void> {
  const notes = [`${availableParallelism()} cores of ${cpus()[0]?.model ?? 'a processor'}, Node ${process.versions.node}`];
  console.error(notes[0]);
  const figures: Figure[] = [];
  for (const name of options.only.length > 0 ? options.only : LENDING_ROWS) {
    const start = performance.now();
    const found = await ROWS[name].measure(options);
    for (const figure of found) console.error(lineOf(figure));
    console.error(`${name} took ${((performance.now() - start) / 1000).toFixed(0)} s`);
    figures.push(...found);
  }
  if (options.json) console.log(JSON.stringify({ figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })), notes }, null, 1));
  else print(figures);
}
