/**
 * The layers and stages of a network by the names of their tensors: what of its parameters can be chosen, beside all and matrices.
 *
 * A layer is what stands before the last dot; a stage is what stands before the first, where several layers share it. Rule E8 in
 * docs/SPEC.md.
 */
import type { Network } from '#lib/network/program.ts';

export type NamedGroup = { readonly kind: 'layer' | 'stage'; readonly name: string; readonly tensors: readonly string[]; readonly size: number };

/** Stages first, then layers, each in the network's own order. Empty where it is only one layer. */
export function namedGroups({ parameter_order }: Network): readonly NamedGroup[] {
  const named = (kind: NamedGroup['kind'], nameOf: (tensor: string) => string): readonly NamedGroup[] => {
    const groups = new Map<string, { tensors: string[]; size: number }>();
    for (const { name, shape } of parameter_order) {
      const key = nameOf(name);
      const group = groups.get(key) ?? { tensors: [], size: 0 };
      group.tensors.push(name);
      group.size += shape.reduce((product, side) => product * side, 1);
      groups.set(key, group);
    }
    return [...groups].map(([name, group]) => ({ kind, name, ...group }));
  };
  const layers = named('layer', (tensor) => (tensor.includes('.') ? tensor.slice(0, tensor.lastIndexOf('.')) : tensor));
  if (layers.length < 2) return [];
  const stages = named('stage', (tensor) => tensor.split('.')[0]!).filter(({ name }) => layers.filter((layer) => layer.name.split('.')[0] === name).length > 1);
  return [...(stages.length > 1 ? stages : []), ...layers];
}
