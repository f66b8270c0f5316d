/**
 * Watches a WebGPU device while a tile is computed.
 *
 * A kernel that fails leaves the previous content of a recycled buffer as its result, often the right answer to another
 * question. So every tile runs inside error scopes, and whatever the device reports fails the tile.
 */

/** `lost`: the device is gone. `hung`: it no longer answers. `wrong`: it reported an error, memory that ran out included, or contradicts itself. */
export type FaultKind = 'lost' | 'hung' | 'wrong';

/** The device gave no result that can be believed. The tile may be tried again elsewhere. */
export class DeviceFault extends Error {
  override readonly name = 'DeviceFault';
  readonly kind: FaultKind;

  constructor(message: string, kind: FaultKind = 'wrong') {
    super(message);
    this.kind = kind;
  }
}

export type GpuGuard = {
  /** Opens the scopes. */
  open(): void;
  /** Closes them; throws a DeviceFault with what the device reported, or that it was lost. */
  close(): Promise<void>;
  /** Resolves when everything submitted has been computed. */
  settle(): Promise<void>;
};

const SCOPES = ['validation', 'out-of-memory', 'internal'] as const;

export function createGpuGuard(device: GPUDevice): GpuGuard {
  const uncaptured: string[] = [];
  let lost: string | null = null;
  device.addEventListener('uncapturederror', (event) => uncaptured.push(event.error.message));
  void device.lost.then(({ message, reason }) => {
    lost = message === '' ? reason : message;
  });

  return {
    open() {
      for (const scope of SCOPES) device.pushErrorScope(scope);
    },
    async close() {
      const outcomes = await Promise.allSettled(SCOPES.map(() => device.popErrorScope()));
      if (lost !== null) throw new DeviceFault(`the graphics device was lost (${lost})`, 'lost');
      const errors = uncaptured.splice(0);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') errors.push(String(outcome.reason));
        else if (outcome.value) errors.push(outcome.value.message);
      }
      if (errors.length > 0) throw new DeviceFault(`the graphics device reported: ${errors.join('; ').slice(0, 400)}`);
    },
    settle: () => device.queue.onSubmittedWorkDone(),
  };
}
