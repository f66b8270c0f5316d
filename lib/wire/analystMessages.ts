/**
 * What a page and a worker for long analyses say to each other.
 *
 * The worker is given a network and then one unit at a time; it tells how far it is, now and then what could be gone on with, and at
 * last the result. It decides nothing about what to compute.
 */
import type { AnalysisRequest } from '#lib/analysis/requests/requests.ts';
import type { Subject } from '#lib/network/subject.ts';

export type ToAnalyst =
  /** Sent once per subject. */
  | { readonly kind: 'subject'; readonly subject: Subject }
  /** A file that requests name, such as a direction. */
  | { readonly kind: 'file'; readonly digest: string; readonly bytes: Uint8Array }
  /** `kept` is what an earlier run of the unit left. */
  | { readonly kind: 'run'; readonly job: number; readonly request: AnalysisRequest; readonly unit: number; readonly kept: Uint8Array | null }
  /** Stops at the next step; the job answers `stopped`. */
  | { readonly kind: 'stop'; readonly job: number }
  /** How long one pass of one sample forward through this network takes here, in float64 or on the device. */
  | { readonly kind: 'rate'; readonly job: number; readonly subject: string; readonly on: 'processor' | 'device' }
  /** Share of the time that may be spent computing, in (0, 1]. */
  | { readonly kind: 'duty'; readonly share: number };

export type FromAnalyst =
  | { readonly kind: 'progress'; readonly job: number; readonly share: number; readonly live: readonly number[] }
  /** A file to go on from, should this run not come to its end. */
  | { readonly kind: 'kept'; readonly job: number; readonly share: number; readonly state: Uint8Array<ArrayBuffer> }
  | {
      readonly kind: 'finished';
      readonly job: number;
      /** As unitCodec.ts writes it. */
      readonly unit: Uint8Array<ArrayBuffer>;
      /** Files that the unit names by digest. */
      readonly files: readonly Uint8Array<ArrayBuffer>[];
      /** Milliseconds of computing, rests not counted. */
      readonly ms: number;
      readonly engine: string;
    }
  | { readonly kind: 'stopped'; readonly job: number; readonly share: number; readonly state: Uint8Array<ArrayBuffer> | null }
  | { readonly kind: 'failed'; readonly job: number; readonly message: string }
  | { readonly kind: 'rate'; readonly job: number; readonly msPerPass: number };
