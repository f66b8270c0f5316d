/** A process that appends as fast as it can and prints the number of each update once it is durable; storage.test.ts kills it. */
import { openSqliteStorage } from '#server/sqliteStorage.ts';

const storage = await openSqliteStorage(process.argv[2]!);
for (let round = 1; ; round++) {
  const writes = Array.from({ length: 5 }, () => storage.append('s1', [{ author: 'ada', bytes: new Uint8Array(200).fill(round % 256) }]));
  for (const write of writes) console.log(await write);
  if (round % 4 === 0) await storage.compact('s1', ({ snapshotSeq, updates }) => Uint8Array.of((snapshotSeq + updates.length) % 256));
}
