/**
 * What a page and its compute worker say to each other.
 *
 * The worker is given a subject and a slice, then tiles one by one; it answers with the result's bytes.
 * A worker never decides what to compute.
 */
import type { Network } from '#lib/network/program.ts';
import type { SamplePart, SubjectHere } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { Capacity } from '#lib/work/capacity.ts';
import type { TileKey } from '#lib/work/tile.ts';

export const BACKENDS = ['webgpu', 'wasm', 'cpu'] as const;
export type Backend = (typeof BACKENDS)[number];

/** `auto` takes WebGPU on a real adapter, else WASM, else CPU; the others insist, a software WebGPU adapter included. */
export type BackendWish = 'auto' | Backend;

/** What a worker computes with, and why it is that. */
export type BackendReport = {
  readonly backend: Backend;
  /** What it is, short: "WASM with SIMD". Stands beside every tile. */
  readonly title: string;
  /** In words, for the screen: "WebGPU (nvidia)" or "WASM, because this browser has no WebGPU". */
  readonly why: string;
  readonly isSoftwareAdapter: boolean;
  /** Multiply-adds a millisecond of one worker, as a short trial found; absent where nothing was there to be tried. */
  readonly rate?: number | undefined;
  /** What one worker's engine can hold, by the device's own limits; absent where it has none of its own. */
  readonly holds?: Capacity | undefined;
  /** What whoever lends the device is told; absent while nothing happened to it. */
  readonly notice?: DeviceNotice | undefined;
};

/** `reset`: it failed, and is opened again in so many seconds. `resetAgain`: it keeps failing, and the processor took over. */
export type DeviceNotice = { readonly kind: 'reset'; readonly seconds: number } | { readonly kind: 'resetAgain' };

/** What a worker holds, to show that nothing leaks: tensors or GPU buffers alive, and bytes on the device or in the WASM memory. */
export type HeldByWorker = { readonly tensors: number; readonly bytes: number };

/** Pieces of work that nothing can interrupt, so far: submissions to a graphics device, or stretches of a processor. `long` are those above LONG_DISPATCH_MS. */
export type Dispatches = { readonly count: number; readonly long: number; readonly longestMs: number };

/** A longer piece is felt by whoever uses the device, in milliseconds. */
export const LONG_DISPATCH_MS = 100;

export type ToWorker =
  /** `networks` are those that it may be asked for: their operations are probed before it answers `started`. */
  | { readonly kind: 'start'; readonly wish: BackendWish; readonly networks?: readonly Network[] | undefined }
  /** Sent once per subject; slices name it by id. Where its samples are kept in parts, without them. */
  | { readonly kind: 'subject'; readonly subject: SubjectHere }
  /** A part of its samples, to be kept until it is said to be let go; tiles that came before that still have it. */
  | { readonly kind: 'samples'; readonly key: string; readonly subject: string; readonly part: SamplePart }
  | { readonly kind: 'letGo'; readonly keys: readonly string[] }
  /** Sent once per file that slices are made from; recipes name it by digest. */
  | { readonly kind: 'vector'; readonly digest: string; readonly values: Float32Array }
  | { readonly kind: 'evaluate'; readonly job: number; readonly recipe: SliceRecipe; readonly tile: TileKey }
  /** Stops at the next point of that job; the job answers `cancelled`. */
  | { readonly kind: 'cancel'; readonly job: number }
  /** Share of the time that may be spent computing, in (0, 1]. */
  | { readonly kind: 'duty'; readonly share: number };

export type FromWorker =
  | { readonly kind: 'started'; readonly report: BackendReport }
  | {
      readonly kind: 'evaluated';
      readonly job: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** Milliseconds of computing, preparation of a new slice not counted. */
      readonly ms: number;
      /** What computed it, in words: stands beside the tile. */
      readonly engine: string;
      /** After the tile. */
      readonly held: HeldByWorker;
      /** By this worker, since it began. */
      readonly dispatches: Dispatches;
    }
  | { readonly kind: 'cancelled'; readonly job: number }
  | { readonly kind: 'failed'; readonly job: number; readonly message: string }
  /** The device failed, which its notice tells, or the worker came back, perhaps on another; jobs in flight answer `failed`. */
  | { readonly kind: 'changed'; readonly report: BackendReport }
  /** No backend works here. */
  | { readonly kind: 'unable'; readonly message: string };
