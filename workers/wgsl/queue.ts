/**
 * Hands work to a WebGPU device in short submissions, so that a compositor which shares it and the worker's own messages get their turn.
 *
 * How long a submission takes is estimated from what its multiply-adds took before. It does not know what is computed.
 */
import type { Pace } from '#workers/pace.ts';

/** What one submission may take: a frame of a real adapter, two of one that is a program. */
const SUBMIT_MS = { hardware: 12, software: 20 } as const;
/** Below this a time says more about the way to the device than about its work. */
const LEAST_TIMED_MS = 2;
const MOST_IN_FLIGHT = 2;
/** Of what fits a submission, while nothing of this slice was timed: a network may be several times slower than the probe that the rate is from. */
const FIRST_SHARE = 1 / 4;

export type Dispatch = {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: number;
  /** Multiply-adds for one point. */
  readonly cost: number;
};

export class WorkQueue {
  private readonly device: GPUDevice;
  private readonly pace: Pace;
  private readonly submitMs: number;
  private readonly mostAcross: number;
  /** Multiply-adds per millisecond. */
  private rate: number;
  private isTimed = false;
  private encoder: GPUCommandEncoder | null = null;
  private pass: GPUComputePassEncoder | null = null;
  private cost = 0;
  private readonly inFlight: Promise<void>[] = [];
  private lastDone = 0;

  constructor(device: GPUDevice, pace: Pace, isSoftware: boolean, rate: number) {
    this.device = device;
    this.pace = pace;
    this.submitMs = isSoftware ? SUBMIT_MS.software : SUBMIT_MS.hardware;
    this.mostAcross = device.limits.maxComputeWorkgroupsPerDimension;
    this.rate = rate;
  }

  /** Multiply-adds that fit one submission. */
  get quantum(): number {
    return this.rate * this.submitMs;
  }

  /** What comes next was never timed here: it begins small. */
  beginSmall(): void {
    this.isTimed = false;
  }

  /** For `points` points; `place` is group 1, with its record of the batches. */
  async dispatch({ pipeline, group, workgroups, cost }: Dispatch, points: number, place: GPUBindGroup, batch: number, signal?: AbortSignal): Promise<void> {
    if (this.cost > 0 && this.cost + cost * points > this.quantum * (this.isTimed ? 1 : FIRST_SHARE)) await this.flush(signal);
    const down = Math.ceil(workgroups / this.mostAcross);
    this.pass ??= this.commands().beginComputePass();
    this.pass.setPipeline(pipeline);
    this.pass.setBindGroup(0, group);
    this.pass.setBindGroup(1, place, [batch]);
    this.pass.dispatchWorkgroups(Math.ceil(workgroups / down), down, points);
    this.cost += cost * points;
  }

  copy(from: GPUBuffer, to: GPUBuffer, bytes: number): void {
    this.pass?.end();
    this.pass = null;
    this.commands().copyBufferToBuffer(from, 0, to, 0, bytes);
  }

  /** Submits what there is, and waits where enough is under way or others are due. */
  async flush(signal?: AbortSignal): Promise<void> {
    this.submit();
    while (this.inFlight.length >= MOST_IN_FLIGHT) await this.inFlight[0];
    signal?.throwIfAborted();
    if (!this.pace.isDue()) return;
    await this.settle();
    await this.pace.rest();
    this.lastDone = performance.now();
    signal?.throwIfAborted();
  }

  /** Resolves when everything submitted has been computed. */
  async settle(): Promise<void> {
    this.submit();
    await Promise.all(this.inFlight);
  }

  /** Forgets what was not submitted, and waits for the rest. */
  async drop(): Promise<void> {
    this.pass?.end();
    this.pass = null;
    this.encoder = null;
    this.cost = 0;
    await Promise.allSettled(this.inFlight);
  }

  private commands(): GPUCommandEncoder {
    this.encoder ??= this.device.createCommandEncoder();
    return this.encoder;
  }

  private submit(): void {
    if (!this.encoder) return;
    this.pass?.end();
    this.device.queue.submit([this.encoder.finish()]);
    this.pass = null;
    this.encoder = null;
    const { cost } = this;
    this.cost = 0;
    const begun = performance.now();
    const note = (): void => {
      const now = performance.now();
      const took = now - Math.max(begun, this.lastDone);
      this.lastDone = now;
      this.pace.dispatched(took);
      if (cost > 0) this.isTimed = true;
      if (took > LEAST_TIMED_MS && cost > 0) this.rate = 0.5 * (this.rate + cost / took);
      this.inFlight.splice(this.inFlight.indexOf(done), 1);
    };
    // A device that is lost rejects; the guard says so in words.
    const done = this.device.queue.onSubmittedWorkDone().then(note, note);
    this.inFlight.push(done);
  }
}
