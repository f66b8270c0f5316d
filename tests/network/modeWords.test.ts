/** How a mode is said. */
import { describe, expect, it } from 'vitest';
import { STANDARD_MODE, type Mode } from '#lib/network/mode.ts';
import { modeLayersOf, modeWordsOf } from '#lib/network/modeWords.ts';
import type { Step } from '#lib/network/program.ts';

const NORM: Step = { op: 'batchnorm', weight: 'w', bias: 'b', running_mean: 'm', running_var: 'v', eps: 1e-5 };
const both = { program: [{ op: 'residual', body: [NORM, { op: 'dropout', p: 0.5 }], shortcut: [] }, { op: 'dropout', p: 0.2 }] as const };
const plain = { program: [{ op: 'relu' }, { op: 'dropout', p: 0 }] as const };

describe('modeWords', () => {
  it('[J1] training and evaluation are said apart, and every mode in other words', () => {
    expect(modeWordsOf({ batchNorm: { policy: 'batch', batch: 128 }, dropout: 'off' }, both)).toEqual({
      trained: 'with batch statistics, with dropout 0.2 and 0.5',
      evaluated: 'with batch statistics in batches of 128, dropout off',
    });
    const modes: readonly Mode['batchNorm'][] = ['frozen', 'interpolated', { policy: 'recomputed', samples: 64, batch: 32 }, { policy: 'batch', batch: 32 }, { policy: 'batch', batch: 64 }];
    const said = modes.flatMap((batchNorm) => (['off', { seed: 1 }, { seed: 2 }] as const).map((dropout) => modeWordsOf({ batchNorm, dropout }, both).evaluated));
    expect(new Set(said).size).toBe(modes.length * 3);
  });

  it('[J1] a checkpoint that was trained otherwise than the program says is said so', () => {
    expect(modeWordsOf(STANDARD_MODE, both, 'none').trained).toBe('not at all');
    expect(modeWordsOf(STANDARD_MODE, both, { dropout: 0 }).trained).toBe('with batch statistics, without dropout');
    expect(modeWordsOf(STANDARD_MODE, plain, { dropout: 0.3 }).trained).toBe('with dropout 0.3');
  });

  it('[J1] nothing is said of layers that are not there or do nothing', () => {
    expect(modeLayersOf(plain)).toEqual({ hasBatchNorm: false, dropout: [] });
    expect(modeWordsOf(STANDARD_MODE, plain)).toEqual({ trained: 'without dropout', evaluated: 'as it is, with no dropout or batch norm to switch' });
  });
});
