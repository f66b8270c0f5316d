/**
 * Reads what pages say: unknown → payload or problem, with the largest size and the rate of each event.
 *
 * Numbers in bulk are binary and read by tileCodec.ts. Rules W1–W3 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import { HELPED, nameSchema } from '#lib/session/people.ts';
import { pointerSchema } from '#lib/session/pointer.ts';
import { MAX_UPDATE_BYTES } from '#lib/session/documentGate.ts';
import { tileOfKey, type TileKey } from '#lib/work/tile.ts';
import { digestSchema } from '#lib/digest.ts';
import { analysisIdSchema } from '#lib/analysis/requests/requests.ts';
import { unitOfKey, type UnitKey } from '#lib/work/unit.ts';
import { MAX_TILE_BYTES } from './tileCodec.ts';
import { MAX_UNIT_BYTES } from './unitCodec.ts';
import type { ClientToServer, DeviceSaid, Handshake, KeptUnit, LendFacts, ReturnedTile, ReturnedUnit, UnitProgress } from './events.ts';

const tileKeySchema = z.string().check(z.refine((key) => tileOfKey(key) !== null, 'must be a tile key')) as unknown as z.ZodMiniType<TileKey>;

const optionalText = z._default(z.nullable(z.string().check(z.maxLength(400))), null);

export const handshakeSchema: z.ZodMiniType<Handshake> = z.object({
  version: z.int(),
  session: z.string().check(z.maxLength(40)),
  key: optionalText,
  token: optionalText,
  clientId: z._default(z.nullable(z.int().check(z.positive(), z.maximum(0xffffffff))), null),
});

export const channelSchema = z.enum(['document', 'ledger']);
export const renameSchema = nameSchema;
export const pointSchema = pointerSchema;
export const deviceSchema: z.ZodMiniType<DeviceSaid> = z.strictObject({
  device: z.string().check(z.regex(/^[\w-]{16,64}$/, 'must be 16 to 64 letters and digits')),
  epoch: z.int().check(z.nonnegative(), z.maximum(1e9)),
  engine: z.int().check(z.nonnegative(), z.maximum(1e6)),
});
/** More than any device has; what is said above the caps is worth no more than they are. */
const bytesHeld = z.int().check(z.nonnegative(), z.maximum(2 ** 50));
export const lendSchema: z.ZodMiniType<LendFacts | null> = z.nullable(
  z.strictObject({
    title: z.string().check(z.maxLength(80)),
    workers: z.int().check(z.minimum(1), z.maximum(64)),
    duty: z.number().check(z.minimum(0.01), z.maximum(1)),
    rate: z.optional(z.number().check(z.positive(), z.maximum(1e15))),
    helps: z.optional(z.enum(HELPED)),
    holds: z.optional(z.strictObject({ piece: bytesHeld, all: bytesHeld })),
  }),
);
export const roomSchema = z.int().check(z.minimum(1), z.maximum(64));
export const roomMsSchema = z.int().check(z.minimum(1), z.maximum(60_000));
export const handBackSchema = z.array(tileKeySchema).check(z.maxLength(256));
export const returnedSchema: z.ZodMiniType<ReturnedTile> = z.strictObject({
  tile: tileKeySchema,
  ms: z.number().check(z.nonnegative(), z.maximum(3_600_000)),
  backend: z.string().check(z.maxLength(80)),
  ticket: z.string().check(z.maxLength(100)),
});

const unitIndex = z.int().check(z.nonnegative(), z.maximum(999_999));
const share = z.number().check(z.minimum(0), z.maximum(1));
const named = { analysis: analysisIdSchema, unit: unitIndex };
const ticket = z.string().check(z.maxLength(100));
/** What is shown of a unit while it runs is a strip, not a result. */
const MAX_LIVE = 240;

export const askForUnitsSchema = z.nullable(analysisIdSchema);
export const unitProgressSchema: z.ZodMiniType<UnitProgress> = z.strictObject({ ...named, ticket, share, live: z.array(z.number()).check(z.maxLength(MAX_LIVE)) });
export const keptUnitSchema: z.ZodMiniType<KeptUnit> = z.strictObject({ ...named, share, digest: digestSchema, ticket });
export const returnedUnitSchema: z.ZodMiniType<ReturnedUnit> = z.strictObject({
  ...named,
  ms: z.number().check(z.nonnegative(), z.maximum(7 * 24 * 3_600_000)),
  backend: z.string().check(z.maxLength(80)),
  ticket,
});
export const handBackUnitsSchema = z.array(z.string().check(z.refine((key) => unitOfKey(key) !== null, 'must name a unit'))).check(z.maxLength(64)) as unknown as z.ZodMiniType<readonly UnitKey[]>;

/** The largest message a page may send: the transport closes on more. What the server sends has no such limit. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** Bytes that may come with an event. */
export const MAX_BYTES: Readonly<Partial<Record<keyof ClientToServer, number>>> = {
  sync: MAX_UPDATE_BYTES + 1024,
  returnTile: MAX_TILE_BYTES,
  returnUnit: MAX_UNIT_BYTES,
};

/** How often one person may say an event: so many at once, and so many a second after that. W3 */
export const RATES: Readonly<Record<keyof ClientToServer, { readonly burst: number; readonly perSecond: number }>> = {
  sync: { burst: 60, perSecond: 20 },
  point: { burst: 30, perSecond: 20 },
  rename: { burst: 5, perSecond: 0.5 },
  device: { burst: 10, perSecond: 1 },
  lend: { burst: 10, perSecond: 1 },
  askForWork: { burst: 60, perSecond: 30 },
  returnTile: { burst: 1000, perSecond: 1000 },
  handBack: { burst: 30, perSecond: 5 },
  askForUnits: { burst: 60, perSecond: 20 },
  unitProgress: { burst: 120, perSecond: 40 },
  keepUnit: { burst: 30, perSecond: 2 },
  returnUnit: { burst: 120, perSecond: 40 },
  handBackUnits: { burst: 30, perSecond: 5 },
};
