/** The environment, read once into settings. main.ts hands it over; nothing else knows of variables. */
import { resolve } from 'node:path';
import * as z from 'zod/mini';
import { parsed, read, refusedAll, type Parsed } from '#lib/parsed.ts';
import type { LogFormat } from './log.ts';

export type Config = {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** What links begin with; null takes it from each request. */
  readonly publicUrl: string | null;
  /** Connections of one session. */
  readonly maxPeople: number;
  /** Whether the address of a request is what a proxy in front says it is. */
  readonly trustProxy: boolean;
  /** Threads that recompute points in float64. */
  readonly probeThreads: number;
  /** Multiply-adds a second that they may take together. */
  readonly truthBudget: number;
  readonly logFormat: LogFormat;
  readonly isDevelopment: boolean;
};

const whole = (name: string, min: number, max: number) =>
  z.pipe(
    z.pipe(z.string().check(z.regex(/^\d+$/, `${name} must be a whole number`)), z.transform(Number)),
    z.number().check(z.minimum(min, `${name} must be at least ${min}`), z.maximum(max, `${name} must be at most ${max}`)),
  );

const schema = z.object({
  HOST: z._default(z.string(), '0.0.0.0'),
  PORT: z._default(whole('PORT', 0, 65535), 3000),
  DATA_DIR: z._default(z.string(), './data'),
  PUBLIC_URL: z.optional(z.url({ protocol: /^https?$/, error: 'PUBLIC_URL must be an address such as https://tarn.example.org' })),
  MAX_PEOPLE: z._default(whole('MAX_PEOPLE', 1, 10_000), 300),
  PROBE_THREADS: z.optional(whole('PROBE_THREADS', 1, 64)),
  TRUTH_BUDGET: z.optional(whole('TRUTH_BUDGET', 1_000_000, 1e15)),
  TRUST_PROXY: z._default(z.enum(['0', '1']), '0'),
  LOG_FORMAT: z._default(z.enum(['json', 'text']), 'json'),
  NODE_ENV: z.optional(z.string()),
});

/** What one thread does in a second, of multiply-adds of convolutions in float64, about. */
const PER_THREAD = 1e9;
/** So many threads at most where nothing is said. */
const MOST_THREADS = 4;

/** Empty variables count as not set. @param cores of this machine: one is left for everything else */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, cores = 2): Parsed<Config> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const outcome = read(schema as unknown as z.ZodMiniType<z.infer<typeof schema>>, given);
  if (!outcome.ok) return refusedAll(outcome.problems);
  const { value } = outcome;
  const probeThreads = value.PROBE_THREADS ?? Math.max(1, Math.min(MOST_THREADS, cores - 1));
  return parsed({
    probeThreads,
    truthBudget: value.TRUTH_BUDGET ?? probeThreads * PER_THREAD,
    host: value.HOST,
    port: value.PORT,
    dataDir: resolve(value.DATA_DIR),
    publicUrl: value.PUBLIC_URL === undefined ? null : new URL(value.PUBLIC_URL).origin,
    maxPeople: value.MAX_PEOPLE,
    trustProxy: value.TRUST_PROXY === '1',
    logFormat: value.LOG_FORMAT,
    isDevelopment: value.NODE_ENV === 'development',
  });
}
