/** A device that fails without a word: the centre, evaluated again with every tile, gives it away. */
import { describe, expect, test } from 'vitest';
import { createPace } from '#workers/pace.ts';
import { compileProgram } from '#workers/operators/tfProgram.ts';
import { TfSlice } from '#workers/operators/tfSlice.ts';
import { createTheta } from '#workers/operators/tfTheta.ts';
import { jobOf, networkOf, operatorsOn } from './engines.ts';

const guard = { open: () => {}, close: async () => {}, settle: async () => {} };

async function guardedSlice() {
  const open = { ...(await operatorsOn('cpu')).open, guard };
  const job = jobOf(networkOf([2], [{ op: 'linear', weight: 'w', bias: null }], { w: [3, 2] }));
  const program = compileProgram(job.network);
  const theta = createTheta(program.tensors, job);
  let shift = 0;
  const failing = { ...theta, at: ({ a, b }: { a: number; b: number }) => theta.at({ a: a + shift, b }) };
  const slice = new TfSlice(open, program, failing, job, createPace(), { points: 1, samples: 100 });
  return { slice, fail: () => (shift = 1e-3) };
}

describe('the canary', () => {
  test('[C7] a device that repeats itself passes', async () => {
    const { slice } = await guardedSlice();
    await slice.keepCanary();
    const { points, sets } = await slice.evaluate([{ a: 0.5, b: 0 }, { a: 1, b: 0 }]);
    expect(points).toBe(2);
    expect(sets[0]!.lossSum).toHaveLength(2);
  });

  test('[C7] a device that gives the centre another value is believed no longer', async () => {
    const { slice, fail } = await guardedSlice();
    await slice.keepCanary();
    fail();
    await expect(slice.evaluate([{ a: 0.5, b: 0 }])).rejects.toMatchObject({ name: 'DeviceFault', message: expect.stringContaining('the centre gave') });
  });
});
