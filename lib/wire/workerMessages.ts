/**
 * What a page and its compute worker say to each other.
 *
 * The worker is given a subject and a slice, then tiles one by one; it answers with the result's bytes.
 * A worker never decides what to compute.
 */
import type { Subject } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
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
};

export type ToWorker =
  | { readonly kind: 'start'; readonly wish: BackendWish }
  /** Sent once per subject; slices name it by id. */
  | { readonly kind: 'subject'; readonly subject: Subject }
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
      /** Tensors alive after the tile, to show that none leak; 0 for an engine without tensors. */
      readonly tensors: number;
    }
  | { readonly kind: 'cancelled'; readonly job: number }
  | { readonly kind: 'failed'; readonly job: number; readonly message: string }
  /** The device was lost and the worker came back on another; jobs in flight answer `failed`. */
  | { readonly kind: 'changed'; readonly report: BackendReport }
  /** No backend works here. */
  | { readonly kind: 'unable'; readonly message: string };
