/**
 * Everything that crosses the live connection, both directions.
 *
 * The server believes none of what a page says until payloads.ts has read it. One connection carries
 * it all: document, ledger, pointers, work, tiles. Prose in docs/PROTOCOL.md. Rules W1–W6.
 */
import type { Parsed } from '#lib/parsed.ts';
import type { Helped, Person, Role } from '#lib/session/people.ts';
import type { Pointer, PointerFrame } from '#lib/session/pointer.ts';
import type { Capacity } from '#lib/work/capacity.ts';
import type { TileKey } from '#lib/work/tile.ts';
import type { UnitKey } from '#lib/work/unit.ts';

/** Raised whenever a page of an older version could not be understood. */
export const PROTOCOL_VERSION = 1;

/** Raised whenever the numbers of the engines may change: what was believed of a device is then asked anew. */
export const ENGINE_VERSION = 1;

/** What a page presents when it connects. A session id alone lets one look; the key of the edit link lets one edit. */
export type Handshake = {
  readonly version: number;
  readonly session: string;
  readonly key: string | null;
  /** Given by the server earlier, so that a person stays the same person. */
  readonly token: string | null;
  /** The client id this page already writes under, when it reconnects without having been reloaded. */
  readonly clientId: number | null;
};

export type Welcome = {
  readonly me: Person;
  readonly token: string;
  /** Under which this page writes to the document. */
  readonly clientId: number;
  /** Names this server's copy of the ledger. */
  readonly ledgerEpoch: string;
  /** Shown to those who may edit, so that they can invite. */
  readonly code: string | null;
};

/** `document`: both ways. `ledger`: a page only asks. Bytes are y-protocols sync messages. */
export type Channel = 'document' | 'ledger';

/** Answers a sync step 1 with step 2 and the server's own step 1; answers an update once it is durable. */
export type SyncReply = Parsed<Uint8Array | null>;

/**
 * `ticket` is the server's signature over the tile and the person: a result with its ticket is taken
 * even by a server that was restarted since and has forgotten the lease, so nothing is computed twice.
 */
export type LeaseOffer = {
  readonly tile: TileKey;
  /** What it is expected to take on one worker of this device; a result that is much later is not waited for. */
  readonly predictedMs: number;
  /** To be computed before what was lent earlier and has not begun. */
  readonly isUrgent: boolean;
  readonly ticket: string;
};

/** What a device that lends says of itself. */
export type LendFacts = {
  /** What computes, in words. */
  readonly title: string;
  /** Tiles it computes side by side. */
  readonly workers: number;
  /** Share of the time it may compute, in (0, 1]. */
  readonly duty: number;
  /** Multiply-adds a millisecond of one worker, as a short trial found; absent where none was made. Believed until its first result. */
  readonly rate?: number | undefined;
  /** Whose slices it computes; absent for everyone's. */
  readonly helps?: Helped | undefined;
  /** What its engine can hold, in bytes of each worker; absent where it takes whatever passes the caps. */
  readonly holds?: Capacity | undefined;
};

export type ReturnedTile = { readonly tile: TileKey; readonly ms: number; readonly backend: string; readonly ticket: string };

/** `accepted` and `duplicate` both mean: done with it. */
export type ReturnOutcome = Parsed<'accepted' | 'duplicate'>;

/**
 * A unit of an analysis lent: for as long as there are signs of life (`unitProgress`). `kept` names the file that whoever
 * computed it before left, to go on from; `ticket` is as for a tile.
 */
export type UnitOffer = { readonly analysis: string; readonly unit: number; readonly ticket: string; readonly kept: string | null };

/** How far a unit is, in [0, 1], and numbers worth showing meanwhile, such as the losses of a training. */
export type UnitProgress = { readonly analysis: string; readonly unit: number; readonly ticket: string; readonly share: number; readonly live: readonly number[] };

export type ReturnedUnit = { readonly analysis: string; readonly unit: number; readonly ms: number; readonly backend: string; readonly ticket: string };

/** A file that was put before, from which the unit can be gone on with. */
export type KeptUnit = { readonly analysis: string; readonly unit: number; readonly share: number; readonly digest: string; readonly ticket: string };

/** Who computes an analysis just now, and how far each of them is; nobody when `running` is empty. */
export type AnalysisProgress = { readonly analysis: string; readonly running: readonly { readonly unit: number; readonly by: string; readonly share: number; readonly live: readonly number[] }[] };

/**
 * What tells one computing device from another: a random id that its browser keeps and that names nothing else, and a
 * number that grows whenever the device was lost. Evidence for a device is kept under it, so a newcomer is checked harder.
 */
export type DeviceSaid = { readonly device: string; readonly epoch: number; readonly engine: number };

export type ClientToServer = {
  sync: (channel: Channel, message: Uint8Array, reply: (reply: SyncReply) => void) => void;
  point: (pointer: Pointer) => void;
  rename: (name: string, reply: (reply: Parsed<string>) => void) => void;
  /** Said before lending; a page that never says it is taken for a new device each time. */
  device: (device: DeviceSaid) => void;
  /** Begins to lend, or says what has changed; null stops and hands everything back. */
  lend: (facts: LendFacts | null) => void;
  /** There is room for so many more milliseconds of work. What is not given at once is pushed when there is some. */
  askForWork: (roomMs: number, reply: (leases: readonly LeaseOffer[]) => void) => void;
  returnTile: (returned: ReturnedTile, bytes: Uint8Array, reply: (outcome: ReturnOutcome) => void) => void;
  handBack: (tiles: readonly TileKey[]) => void;
  /** Units of one analysis, or with null of whichever needs it most. */
  askForUnits: (analysis: string | null, room: number, reply: (offers: readonly UnitOffer[]) => void) => void;
  /** Answers whether the page holds the unit still. */
  unitProgress: (progress: UnitProgress, reply: (holds: boolean) => void) => void;
  keepUnit: (kept: KeptUnit, reply: (outcome: Parsed<null>) => void) => void;
  returnUnit: (returned: ReturnedUnit, bytes: Uint8Array, reply: (outcome: ReturnOutcome) => void) => void;
  handBackUnits: (units: readonly UnitKey[]) => void;
};

export type Notice = { readonly kind: 'tooFast' | 'refused' | 'checkFailed'; readonly message: string };

export type ServerToClient = {
  welcome: (welcome: Welcome) => void;
  sync: (channel: Channel, message: Uint8Array) => void;
  /** A tile's bytes, to everyone who is here when it is accepted; late joiners fetch it by digest. */
  tile: (tile: TileKey, digest: string, bytes: Uint8Array) => void;
  /** People who came or changed, and the ids of those who left. */
  people: (changed: readonly Person[], left: readonly string[]) => void;
  pointers: (frame: PointerFrame) => void;
  /** Work for a device that has room, or that is urgent. */
  offerWork: (leases: readonly LeaseOffer[]) => void;
  /** Tiles to leave: others are sooner, or nobody wants them now. Where they have begun already, only if they are `useless`. */
  withdrawWork: (tiles: readonly TileKey[], useless: boolean) => void;
  /** Slices of which something waits and that none of the devices here that would compute them can hold: all of them, whenever they change. */
  tooLarge: (slices: readonly string[]) => void;
  /** There are units again for those who were told there were none. */
  unitsWaiting: () => void;
  /** Analyses whose progress changed; volatile. */
  analysisProgress: (frame: readonly AnalysisProgress[]) => void;
  notice: (notice: Notice) => void;
};

/** Why a connection was refused; carried in the `message` of the connect error. */
export type RefusedConnection = 'noSuchSession' | 'badKey' | 'badHandshake' | 'oldPage' | 'full';

/** What each role may say; an event that is not listed is said by nobody. W2 */
export const MAY_SAY: Readonly<Record<keyof ClientToServer, readonly Role[]>> = {
  // A viewer may ask for the document; that it cannot change it is decided per message.
  sync: ['edit', 'view'],
  point: ['edit', 'view'],
  rename: ['edit', 'view'],
  device: ['edit', 'view'],
  lend: ['edit', 'view'],
  askForWork: ['edit', 'view'],
  returnTile: ['edit', 'view'],
  handBack: ['edit', 'view'],
  askForUnits: ['edit', 'view'],
  unitProgress: ['edit', 'view'],
  keepUnit: ['edit'],
  returnUnit: ['edit', 'view'],
  handBackUnits: ['edit', 'view'],
};
