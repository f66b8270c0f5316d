/**
 * The compute worker's code run in a page, where a test can reach the graphics device: lose it, or break its shaders.
 *
 * `window.tarnEngine` speaks the worker's messages.
 */
import type { FromWorker, ToWorker } from '#lib/wire/workerMessages.ts';

const heard: FromWorker[] = [];
const devices: GPUDevice[] = [];
const scope = globalThis as unknown as { postMessage: (message: FromWorker) => void; onmessage: (event: { data: ToWorker }) => void };
scope.postMessage = (message) => void heard.push(message);

const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await request.call(this, descriptor);
  devices.push(device);
  return device;
};

async function hear(isWanted: (message: FromWorker) => boolean): Promise<FromWorker> {
  for (;;) {
    const found = heard.findIndex(isWanted);
    if (found >= 0) return heard.splice(found, 1)[0]!;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const engine = {
  async start(): Promise<FromWorker> {
    await import('#workers/evaluate.worker.ts');
    scope.onmessage({ data: { kind: 'start', wish: 'webgpu' } });
    return hear(({ kind }) => kind === 'started' || kind === 'unable');
  },
  tell: (message: ToWorker): void => scope.onmessage({ data: message }),
  answerTo: (job: number): Promise<FromWorker> => hear((message) => 'job' in message && message.job === job),
  changed: (): Promise<FromWorker> => hear(({ kind }) => kind === 'changed' || kind === 'unable'),
  lose: (): void => devices.at(-1)!.destroy(),
  /** The next dispatch asks for a buffer that no device has room for: what is left of the memory is real, the demand is not. */
  exhaust(): void {
    const device = devices.at(-1)!;
    const original = GPUComputePassEncoder.prototype.setPipeline;
    GPUComputePassEncoder.prototype.setPipeline = function (pipeline) {
      GPUComputePassEncoder.prototype.setPipeline = original;
      device.createBuffer({ size: device.limits.maxBufferSize, usage: GPUBufferUsage.STORAGE });
      for (let more = 0; more < 64; more++) device.createBuffer({ size: device.limits.maxBufferSize, usage: GPUBufferUsage.STORAGE });
      original.call(this, pipeline);
    };
  },
  /** From now on the device answers nothing that it is asked. */
  hang(): void {
    const never = () => new Promise<undefined>(() => {});
    GPUQueue.prototype.onSubmittedWorkDone = never;
    GPUBuffer.prototype.mapAsync = never;
  },
  /** From now on every dispatch is refused by the device, which says so only to its error scopes. */
  breakShaders(): void {
    const [device] = devices;
    GPUComputePassEncoder.prototype.setPipeline = function () {
      device!.createBuffer({ size: 4, usage: 0 });
    };
  },
};

declare global {
  interface Window {
    tarnEngine?: typeof engine;
  }
}

window.tarnEngine = engine;
