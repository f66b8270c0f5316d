/** Traps of labels: a picture that does not say what it is of. */
import type { Mode } from '#lib/network/mode.ts';
import { modeWordsOf } from '#lib/network/modeWords.ts';
import type { Network } from '#lib/network/program.ts';
import type { Checkpoint } from '#lib/network/subject.ts';
import { layeredSubject } from './specimens.ts';
import { known } from './tools.ts';
import type { Trap } from './trap.ts';

export type Label = (mode: Mode, network: Network, training: Checkpoint['training']) => string;

export const label: Label = (mode, network, training) => {
  const { trained, evaluated } = modeWordsOf(mode, network, training);
  return `trained ${trained}; evaluated ${evaluated}`;
};

export const ambiguousDropout: Trap<Label> = {
  name: '"dropout surface" ambiguous',
  who: known('notebook'),
  claim: 'A slice says apart how its network was trained and how it is evaluated.',
  ours: () => label,
  measure: (labelOf) => {
    const { network } = layeredSubject().manifest;
    const labels = [0, 0.2].flatMap((dropout) => (['off', { seed: 1 }] as const).map((how) => labelOf({ batchNorm: 'frozen', dropout: how }, network, { dropout })));
    const different = new Set(labels).size;
    return {
      measured: `${different} different labels for 4 combinations; the last: “${labels.at(-1)}”`,
      expected: '4, each naming training and evaluation',
      ok: different === 4 && labels.every((each) => /trained/.test(each) && /evaluated/.test(each)),
    };
  },
};
