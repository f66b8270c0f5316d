/** A process that keeps one state of a unit after another and frees those before, without an end: killed by tests/server/storage.test.ts. */
import { digestOf } from '#lib/digest.ts';
import { openSqliteStorage } from '#server/sqliteStorage.ts';

const storage = await openSqliteStorage(process.argv[2]!);
const first = Number(process.argv[3]);
for (let at = first; ; at++) {
  const bytes = new Uint8Array(20_000).fill(at % 256);
  bytes.set(new TextEncoder().encode(String(at)));
  const digest = digestOf(bytes);
  await storage.putFile({ session: 's1', digest, isState: true, at }, bytes);
  if (await storage.keepUnit({ session: 's1', unit: `${'a'.repeat(32)}/0`, digest, by: 'ada', byName: 'Ada', share: 0.5, at })) process.stdout.write(`${at} ${digest}\n`);
  // Not awaited each time: the kill falls between a write and its freeing, or into it.
  const freed = storage.freeStates('s1', at + 1);
  if (at % 3 === 0) await freed;
}
