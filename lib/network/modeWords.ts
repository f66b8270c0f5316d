/**
 * A mode in words. How a network was trained and how it is evaluated are said apart: "with dropout" alone could mean either.
 *
 * It says nothing of layers that a network does not have. Rule J1 in docs/SPEC.md.
 */
import type { BatchNormMode, Mode } from './mode.ts';
import { allSteps, type Network } from './program.ts';
import type { Checkpoint } from './subject.ts';

export type ModeWords = {
  /** Completes "trained": `with batch statistics, with dropout 0.2`. */
  readonly trained: string;
  /** Completes "evaluated": `with batch statistics in batches of 128, dropout off`. */
  readonly evaluated: string;
};

/** Which of the two layers that act differently in training a network has. */
export type ModeLayers = { readonly hasBatchNorm: boolean; /** Chances of dropping, ascending, each once; those of 0 do nothing. */ readonly dropout: readonly number[] };

export function modeLayersOf({ program }: Pick<Network, 'program'>): ModeLayers {
  const steps = allSteps(program);
  const chances = steps.flatMap((step) => (step.op === 'dropout' && step.p > 0 ? [step.p] : []));
  return { hasBatchNorm: steps.some(({ op }) => op === 'batchnorm'), dropout: [...new Set(chances)].toSorted((one, other) => one - other) };
}

/** @param training that of the centre, where it was not as the program says */
export function modeWordsOf({ batchNorm, dropout }: Mode, network: Pick<Network, 'program'>, training?: Checkpoint['training']): ModeWords {
  const { hasBatchNorm, dropout: chances } = modeLayersOf(network);
  const evaluated = [hasBatchNorm ? statisticsWords(batchNorm) : '', chances.length > 0 ? dropoutWords(dropout) : ''];
  return {
    trained: training === 'none' ? 'not at all' : joined([hasBatchNorm ? 'with batch statistics' : '', trainingWords(training ? [training.dropout] : chances)]),
    evaluated: joined(evaluated) || 'as it is, with no dropout or batch norm to switch',
  };
}

function trainingWords(chances: readonly number[]): string {
  const real = chances.filter((chance) => chance > 0);
  return real.length === 0 ? 'without dropout' : `with dropout ${real.join(' and ')}`;
}

function statisticsWords(mode: BatchNormMode): string {
  if (mode === 'frozen') return 'with the batch-norm statistics of the centre';
  if (mode === 'interpolated') return 'with batch-norm statistics that move with the weights';
  if (mode.policy === 'batch') return `with batch statistics in batches of ${mode.batch}`;
  return `with batch-norm statistics recomputed from ${mode.samples} training samples in batches of ${mode.batch}`;
}

const dropoutWords = (dropout: Mode['dropout']): string => (dropout === 'off' ? 'dropout off' : `dropout on, one mask everywhere (seed ${dropout.seed})`);

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(', ');
