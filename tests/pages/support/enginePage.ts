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
