/**
 * A session as a page sees it: stores to watch, and what a person can do.
 *
 * components/ know this and nothing of sockets, documents or workers; session.ts makes one.
 */
import type { Problem } from '#lib/parsed.ts';
import type { Subject, SubjectHere } from '#lib/network/subject.ts';
import type { AnnotationKind, Annotation, Halt, SliceRecord } from '#lib/session/document.ts';
import type { LedgerEntry } from '#lib/session/ledger.ts';
import type { Person } from '#lib/session/people.ts';
import type { Pointer } from '#lib/session/pointer.ts';
import type { Settings } from '#lib/session/settings.ts';
import type { Tally } from '#lib/session/tally.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { Tile, TileKey, Tiling } from '#lib/work/tile.ts';
import type { TileResult } from '#lib/work/tileResult.ts';
import type { Notice } from '#lib/wire/events.ts';
import type { LenderCare } from './lenderCare.ts';
import type { Lending } from './lendingTypes.ts';
import type { Analyses } from './analysisTypes.ts';
import type { Files } from './files.ts';
import type { Store } from './store.ts';
import type { Shelved } from './subjectShelf.ts';
import type { SurfaceStore } from './surfaceStore.ts';
import type { VectorShelf } from './vectorShelf.ts';

/** `polling`: connected, but WebSockets are blocked. `refused`: will not connect; `reason` says why, in words. */
export type ConnectionState =
  | { readonly kind: 'connecting' | 'live' | 'polling' | 'offline' }
  | { readonly kind: 'refused'; readonly reason: string };

/** `saved` only when the server has confirmed that every change is durable. */
export type SavedState = { readonly kind: 'saved' | 'saving' | 'waiting'; readonly pending: number };

/** What a recipe would cost here, from a rate measured by a short probe. */
export type Price = { readonly points: number; readonly samples: number; readonly seconds: number };

/** An engine in words, and how many tiles of a slice it computed. */
export type ComputedWith = { readonly title: string; readonly tiles: number };

export type Session = {
  readonly id: string;
  /** The key of the edit link, or null for those who only look. */
  readonly key: string | null;
  readonly connection: Store<ConnectionState>;
  readonly saved: Store<SavedState>;
  /** Null until the server has welcomed this page. */
  readonly me: Store<Person | null>;
  /** The code others can join with; null for those who only look. */
  readonly code: Store<string | null>;
  /** Everyone here, me included, by id. */
  readonly people: Store<ReadonlyMap<string, Person>>;
  /** Where the others point. */
  readonly pointers: Store<ReadonlyMap<string, Pointer>>;
  readonly title: Store<string>;
  readonly settings: Store<Settings>;
  readonly slices: Store<ReadonlyMap<string, SliceRecord>>;
  readonly annotations: Store<ReadonlyMap<string, Annotation>>;
  /** Long analyses: asked for by people, computed by whoever is willing, shared by all. */
  readonly analyses: Analyses;
  readonly files: Files;
  /** Networks that slices can be placed in, in the order to show; empty while the list loads. */
  readonly catalogue: Store<readonly Shelved[]>;
  /** Those whose weights are here. */
  readonly subjects: Store<readonly SubjectHere[]>;
  /** Fetches a network's weights; null for one that is not in the catalogue. */
  loadWeights(id: string): Promise<SubjectHere | null>;
  /** Fetches all of its samples as well. */
  loadSubject(id: string): Promise<Subject | null>;
  /** The vectors that slices are made from. */
  readonly vectors: VectorShelf;
  readonly surfaces: SurfaceStore;
  /** Slices of which something waits and that none of the devices can hold that would compute them. */
  readonly tooLarge: Store<ReadonlySet<string>>;
  readonly lending: Lending;
  readonly care: LenderCare;
  readonly notices: Store<readonly Notice[]>;
  readonly undoTitle: Store<string | null>;
  readonly redoTitle: Store<string | null>;

  /** Places a slice and returns its id, or the problems beside their fields. */
  place(recipe: SliceRecipe): { readonly sliceId: string } | { readonly problems: readonly Problem[] };
  putAway(sliceId: string): void;
  /** Stops computing the rest of a slice for everybody, or with null goes on; what is measured stays. */
  halt(sliceId: string, halt: Halt | null): void;
  annotate(at: { slice: string; a: number; b: number; c?: number }, kind: AnnotationKind, text: string): string;
  editAnnotation(id: string, change: Partial<Pick<Annotation, 'kind' | 'text'>>): void;
  deleteAnnotation(id: string): void;
  setTitle(title: string): void;
  changeSettings(settings: Settings): void;
  undo(): 'done' | 'nothing' | 'changedSince';
  redo(): 'done' | 'nothing' | 'changedSince';
  /** Resolves to null, or to why the name was refused. */
  rename(name: string): Promise<string | null>;
  point(pointer: Pointer): void;
  price(recipe: SliceRecipe): Promise<Price>;
  /** Measures a slice that is not placed on this device alone, coarse levels first. Rejects with an AbortError once `signal` is aborted. */
  measureHere(recipe: SliceRecipe, onTile: (tile: Tile, result: TileResult) => void, signal: AbortSignal): Promise<void>;
  /** What the tiles of a slice that are here were computed with, most tiles first. */
  backendsOf(sliceId: string): readonly ComputedWith[];
  /** How often the list of what is computed was read whole: when this page came, and whenever it came back; 0 until then. */
  readonly ledgerReads: Store<number>;
  /** Every tile of a slice that is listed, with who computed it; live. */
  tilesOf(sliceId: string): ReadonlyMap<TileKey, LedgerEntry>;
  /** Who computed how much of a slice; live. */
  tallyOf(tiling: Tiling): Tally;
  /** Who computed the sample at (column, row), and with what; null while nobody has. */
  computedAt(sliceId: string, column: number, row: number, layer?: number): LedgerEntry | null;
  dismissNotice(notice: Notice): void;
  leave(): void;
};
