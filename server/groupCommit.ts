/**
 * Many small writes as one: what arrives while the disk is busy is committed together, with one fsync.
 *
 * Each write resolves only after the transaction that holds it is durable. One that cannot be committed fails
 * by itself: the others of its group are tried again without it. Rule K2.
 */
import type { Client, InStatement, ResultSet } from '@libsql/client';

/** More would hold the event loop too long: the database works synchronously. */
const MAX_GROUP = 64;

type Write = { readonly statements: readonly InStatement[]; readonly resolve: (results: readonly ResultSet[]) => void; readonly reject: (error: unknown) => void };

export type GroupCommit = {
  /** Runs the statements in one transaction, after everything that was asked for before. */
  readonly write: (statements: readonly InStatement[]) => Promise<readonly ResultSet[]>;
  /** Resolves when nothing waits. */
  readonly settled: () => Promise<void>;
};

export function createGroupCommit(client: Client): GroupCommit {
  let queue: Write[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (queue.length > 0) {
      // One turn of the event loop, so that everything which has arrived shares the commit.
      await new Promise((resolve) => setImmediate(resolve));
      const group = queue.splice(0, MAX_GROUP);
      await commit(group);
    }
    running = null;
  }

  async function commit(group: readonly Write[]): Promise<void> {
    try {
      const results = await client.batch(group.flatMap(({ statements }) => statements), 'write');
      let at = 0;
      for (const { statements, resolve } of group) resolve(results.slice(at, (at += statements.length)));
    } catch (error) {
      if (group.length === 1) return group[0]!.reject(error);
      for (const write of group) await commit([write]);
    }
  }

  return {
    write: (statements) =>
      new Promise((resolve, reject) => {
        queue.push({ statements, resolve, reject });
        running ??= run();
      }),
    settled: async () => {
      while (running) await running;
    },
  };
}
