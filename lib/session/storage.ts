/**
 * What a session needs kept: the contract that every storage fulfils (tests/contracts/storageContract.ts).
 *
 * A promise that resolves means durable: it survives the process being killed at once. Nothing here
 * says how. Rules K1–K6, K9 and K10 in docs/SPEC.md.
 */
import type { DeviceRecord } from '#lib/work/belief/device.ts';
import type { Proof } from '#lib/work/belief/decision.ts';
import type { TileKey } from '#lib/work/tile.ts';
import type { UnitKey } from '#lib/work/unit.ts';

export type SessionRecord = {
  readonly id: string;
  /** Six characters, unique among sessions. */
  readonly code: string;
  /** SHA-256 of the edit key: the key itself is only in links. */
  readonly editKeyHash: string;
  readonly createdAt: number;
};

/** One accepted update of a session document; `seq` grows by one within a session. */
export type LoggedUpdate = { readonly seq: number; readonly author: string; readonly bytes: Uint8Array };

export type StoredDocument = {
  /** Everything up to and with `snapshotSeq`, or null when there is no snapshot. */
  readonly snapshot: Uint8Array | null;
  readonly snapshotSeq: number;
  /** Later updates, ascending and without gaps. */
  readonly updates: readonly LoggedUpdate[];
};

export type TileRecord = {
  readonly tile: TileKey;
  readonly digest: string;
  readonly by: string;
  readonly byName: string;
  readonly backend: string;
  /** Of what computed it, as in DeviceRecord; empty for tiles from before devices were told apart. */
  readonly device: string;
  readonly isVerified: boolean;
  /** By what it counts as verified; null where it does not. */
  readonly proof: Proof | null;
  /** Its device was caught: it is shown until somebody else has computed it again, and believed no more. */
  readonly isRechecked: boolean;
  readonly at: number;
};

/** One device's numbers for a tile spoke against another's; kept for whoever looks for groups that lie together. */
export type Vote = { readonly tile: TileKey; readonly by: string; readonly against: string; readonly at: number };

/** A file that a session was given: a vector, the result of an analysis. Its name is the hash of its bytes. */
export type FileRecord = {
  readonly session: string;
  readonly digest: string;
  /** What an unfinished unit can be gone on with from, so nothing once another has taken its place. */
  readonly isState: boolean;
  readonly at: number;
};

/** The result of one unit of an analysis, in the session that asked for it. */
export type UnitRecord = {
  readonly session: string;
  readonly unit: UnitKey;
  readonly digest: string;
  readonly by: string;
  readonly byName: string;
  readonly backend: string;
  readonly ms: number;
  /** What was recomputed of it, in words, or null. */
  readonly verified: string | null;
  readonly at: number;
};

/** What was kept of a unit that is not done: the file named is there already. */
export type KeptRecord = { readonly session: string; readonly unit: UnitKey; readonly digest: string; readonly by: string; readonly byName: string; readonly share: number; readonly at: number };

export type PersonRecord = { readonly id: string; readonly name: string };

export type Storage = {
  /** Resolves to false, changing nothing, when the id or the code is taken. K1 */
  createSession(session: SessionRecord): Promise<boolean>;
  session(id: string): Promise<SessionRecord | null>;
  sessionByCode(code: string): Promise<SessionRecord | null>;

  /** A document that cannot be loaded rejects: it never opens empty. K2 */
  document(sessionId: string): Promise<StoredDocument>;
  /** Appends all or none, in order; resolves to the seq of the last, after they are durable. K2 */
  append(sessionId: string, updates: readonly Pick<LoggedUpdate, 'author' | 'bytes'>[]): Promise<number>;
  /**
   * Replaces the snapshot and the updates up to `seq` by one snapshot, in one step. `merge` is given what
   * is stored, never what a process holds in memory. K3
   */
  compact(sessionId: string, merge: (stored: StoredDocument) => Uint8Array): Promise<void>;

  /** Gives a client id of the document to a person for ever; false when it is taken. K4 */
  claimClientId(sessionId: string, clientId: number, personId: string): Promise<boolean>;
  clientIds(sessionId: string): Promise<ReadonlyMap<number, string>>;
  savePerson(sessionId: string, person: PersonRecord): Promise<void>;
  people(sessionId: string): Promise<readonly PersonRecord[]>;

  /** Keeps a tile and its bytes; false, changing nothing, when the tile is kept already and not being rechecked. K5, K11 */
  putTile(record: TileRecord, bytes: Uint8Array): Promise<boolean>;
  markVerified(tile: TileKey, digest: string, proof: Proof): Promise<void>;
  /** Takes back what is believed of everything a device returned and nobody else proved; resolves to those tiles, in every slice. K11 */
  recheckTiles(device: string): Promise<readonly TileKey[]>;
  /** Takes a tile found wrong away; its bytes stay addressable. */
  strikeTile(tile: TileKey, digest: string): Promise<void>;
  /** The tiles of a slice, whoever computed them in whatever session. */
  tiles(sliceId: string): Promise<readonly TileRecord[]>;
  /** Keeps a file and its bytes; false, changing nothing but when a state was put last, when the session has it already. K9 */
  putFile(record: FileRecord, bytes: Uint8Array): Promise<boolean>;
  /** What the files of a session measure together. */
  fileBytes(sessionId: string): Promise<number>;
  /** Keeps the result of a unit and its bytes, and forgets what was kept of it before; false, changing nothing, when there is one. K10 */
  putUnit(record: UnitRecord, bytes: Uint8Array): Promise<boolean>;
  markUnitVerified(session: string, unit: UnitKey, digest: string, verified: string): Promise<void>;
  /** Takes a result found wrong away. */
  strikeUnit(session: string, unit: UnitKey, digest: string): Promise<void>;
  units(session: string): Promise<readonly UnitRecord[]>;
  /** Replaces what was kept of a unit; false, changing nothing, when the unit is done or no file is there to be named. */
  keepUnit(record: KeptRecord): Promise<boolean>;
  /** Frees states that were put in a session before a time and are not what is kept of a unit: resolves to their digests. K10 */
  freeStates(sessionId: string, before: number): Promise<readonly string[]>;
  keptUnits(session: string): Promise<readonly KeptRecord[]>;
  /** Bytes by digest, of a tile, a file or a unit's result, or null. */
  blob(digest: string): Promise<Uint8Array | null>;

  /** Keeps what is believed of a device. K11 */
  saveDevice(record: DeviceRecord): Promise<void>;
  device(key: string): Promise<DeviceRecord | null>;
  addVote(vote: Vote): Promise<void>;
  votes(): Promise<readonly Vote[]>;

  /** A secret of this installation, made once from the bytes offered. K6 */
  secret(offered: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
};
