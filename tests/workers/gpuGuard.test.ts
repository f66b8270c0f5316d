/** What a graphics device reports fails the tile; the device here is a stand-in, since Node has none. */
import { describe, expect, test } from 'vitest';
import { createGpuGuard } from '#workers/gpuGuard.ts';

function standIn() {
  const listeners: ((event: { error: { message: string } }) => void)[] = [];
  const found: (string | null)[] = [];
  let lose: (info: { message: string; reason: string }) => void = () => {};
  let open = 0;
  const device = {
    addEventListener: (_: string, listener: (typeof listeners)[number]) => listeners.push(listener),
    lost: new Promise((resolve) => (lose = resolve)),
    pushErrorScope: () => void open++,
    popErrorScope: async () => {
      if (open-- <= 0) throw new Error('no scope is open');
      const message = found.shift() ?? null;
      return message === null ? null : { message };
    },
    queue: { onSubmittedWorkDone: async () => {} },
  };
  return {
    guard: createGpuGuard(device as unknown as GPUDevice),
    find: (message: string) => found.push(message),
    shout: (message: string) => listeners.forEach((listener) => listener({ error: { message } })),
    lose: (reason: string) => lose({ message: '', reason }),
    openScopes: () => open,
  };
}

describe('createGpuGuard', () => {
  test('[C7] a clean tile passes and leaves no scope open', async () => {
    const { guard, openScopes } = standIn();
    guard.open();
    await guard.close();
    expect(openScopes()).toBe(0);
  });

  test('[C7] a shader that does not validate fails the tile by name, once', async () => {
    const { guard, find } = standIn();
    guard.open();
    find('binding size is smaller than the minimum');
    await expect(guard.close()).rejects.toMatchObject({ name: 'DeviceFault', message: expect.stringContaining('binding size') });
    guard.open();
    await guard.close();
  });

  test('[C7] an error outside every scope fails the tile it falls into', async () => {
    const { guard, shout } = standIn();
    guard.open();
    shout('out of memory');
    await expect(guard.close()).rejects.toThrow('out of memory');
  });

  test('[C7] a lost device fails every tile from then on', async () => {
    const { guard, lose } = standIn();
    guard.open();
    lose('destroyed');
    await expect(guard.close()).rejects.toThrow('the graphics device was lost (destroyed)');
    guard.open();
    await expect(guard.close()).rejects.toThrow('lost');
  });
});
