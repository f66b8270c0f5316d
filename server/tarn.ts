/**
 * The whole server, put together: given storage, subjects and a prober it serves until it is closed.
 *
 * It reads no environment and starts no pages; main.ts does. Tests start it on a free port.
 */
import type { Server } from 'node:http';
import type { Storage } from '#lib/session/storage.ts';
import { createApi } from './api.ts';
import type { TruthBudget } from '#lib/work/belief/probePlan.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Dice } from './dice.ts';
import { createDomains } from './domains.ts';
import { createHttpServer, serveHttp, type Pages } from './http.ts';
import type { Log } from './log.ts';
import type { Prober } from './prober.ts';
import { SessionRegister } from './sessionRegister.ts';
import { createLiveServer, outboxOf, serveSockets } from './sockets.ts';
import type { Subjects } from './subjects.ts';
import { TileBook } from './tileBook.ts';
import { createTokens, type Tokens } from './tokens.ts';

type Ingredients = {
  readonly config: Pick<Config, 'host' | 'port' | 'publicUrl' | 'maxPeople' | 'trustProxy' | 'isDevelopment'>;
  readonly storage: Storage;
  readonly subjects: Subjects;
  readonly prober: Prober;
  /** What float64 may cost; as TileBook has it where absent. */
  readonly budget?: TruthBudget;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** Prepares the pages; the server they are for is not listening yet. */
  readonly openPages: (http: Server) => Promise<Pages>;
};

export type Tarn = {
  readonly port: number;
  readonly register: SessionRegister;
  readonly tokens: Tokens;
  readonly tiles: TileBook;
  /** Lets what is under way become durable, then ends. */
  readonly close: () => Promise<void>;
};

const SECRET_BYTES = 32;

export async function startTarn(ingredients: Ingredients): Promise<Tarn> {
  const { config, storage, prober, clock, dice, log } = ingredients;
  const tokens = createTokens(await storage.secret(dice.bytes(SECRET_BYTES)));
  const tiles = new TileBook(ingredients);
  const http = createHttpServer();
  const pages = await ingredients.openPages(http);
  const io = createLiveServer(http, config.publicUrl);
  const register = new SessionRegister({ ...ingredients, tokens, tiles, outboxFor: (sessionId) => outboxOf(io, sessionId) });
  const api = createApi({ register, tokens, clock, publicUrl: config.publicUrl, trustProxy: config.trustProxy });
  serveHttp(http, { api, pages, log, isDevelopment: config.isDevelopment });
  serveSockets(io, { register, tokens, clock, log, maxPeople: config.maxPeople, trustProxy: config.trustProxy, domainOf: createDomains(dice.bytes(SECRET_BYTES), clock) });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(config.port, config.host, () => {
      http.off('error', reject);
      resolve();
    });
  });
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error(`expected a port to listen on, found ${address}`);

  return {
    port: address.port,
    register,
    tokens,
    tiles,
    close: async () => {
      const closed = io.close();
      http.closeAllConnections();
      await closed;
      await register.closeAll();
      await tiles.close();
      await prober.close();
      await storage.close();
    },
  };
}
