/** A whole server without pages in a process of its own, on the database given; prints its port. killedServer.test.ts kills it. */
import { openSqliteStorage } from '#server/sqliteStorage.ts';
import { startServer } from './startedTarn.ts';

const server = await startServer({ storage: await openSqliteStorage(process.argv[2]!) });
console.log(server.port);
