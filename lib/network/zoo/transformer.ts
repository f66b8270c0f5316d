/**
 * A small transformer that classifies sequences (Vaswani et al. 2017): one attention head per layer, layer norm before each part
 * and after the last (as Xiong et al. 2020 recommend), GELU, the mean over positions, a linear last layer.
 */
import type { Network, Step } from '#lib/network/program.ts';
import { draft, type Draft } from './draft.ts';

export type TransformerOptions = {
  readonly id: string;
  /** How many different tokens there are; inputs are their numbers. */
  readonly tokens: number;
  /** Positions of every sequence. */
  readonly length: number;
  readonly width: number;
  /** Features between the two dense layers of each layer. */
  readonly hidden: number;
  readonly layers: number;
  readonly classes: number;
  /** Whether a position sees only those before it. */
  readonly causal?: boolean;
};

export function transformer({ id, tokens, length, width, hidden, layers, classes, causal = false }: TransformerOptions): Network {
  const net = draft();
  const program: Step[] = [
    { op: 'embedding', weight: net.tensor('embedding.weight', [tokens, width]) },
    { op: 'positional', weight: net.tensor('position.weight', [length, width]) },
  ];
  for (let layer = 0; layer < layers; layer++) {
    const name = `layer${layer + 1}`;
    program.push(
      { op: 'residual', body: [net.layerNorm(`${name}.ln1`, width), attention(net, `${name}.attention`, width, causal)], shortcut: [] },
      {
        op: 'residual',
        body: [
          net.layerNorm(`${name}.ln2`, width),
          net.linear(`${name}.fc1`, width, hidden),
          { op: 'gelu', approximate: 'none' },
          net.linear(`${name}.fc2`, hidden, width),
        ],
        shortcut: [],
      },
    );
  }
  program.push(net.layerNorm('ln', width), { op: 'globalpool', kind: 'average' }, net.linear('linear', width, classes));
  return net.finish(id, [length], program);
}

function attention(net: Draft, name: string, width: number, causal: boolean): Step {
  const [query, key, value, output] = ['query', 'key', 'value', 'output'].map((part) => ({
    weight: net.tensor(`${name}.${part}.weight`, [width, width]),
    bias: net.tensor(`${name}.${part}.bias`, [width]),
  })) as [Part, Part, Part, Part];
  return {
    op: 'attention',
    query: query.weight,
    key: key.weight,
    value: value.weight,
    output: output.weight,
    query_bias: query.bias,
    key_bias: key.bias,
    value_bias: value.bias,
    output_bias: output.bias,
    causal,
  };
}

type Part = { readonly weight: string; readonly bias: string };
