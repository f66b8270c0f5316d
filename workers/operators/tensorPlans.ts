/** Collects how each tensor of a program lies on the device, as the layers say while it is compiled. It knows no layers. */
import { tensorNamed, type Layout } from '#lib/network/layout.ts';
import { sizeOf } from '#lib/network/shapes.ts';
import type { Planner, TensorPlan } from './tfPass.ts';

export type PlanBook = Planner & { readonly plans: () => readonly TensorPlan[] };

export function createPlanner(layout: Layout): PlanBook {
  const plans = new Map<string, TensorPlan>();
  return {
    plans: () => [...plans.values()],
    placed: (name) => tensorNamed(layout.tensors, name),
    plan(name, shape, source) {
      const isBuffer = !layout.tensors.some((each) => each.name === name);
      const { offset, size } = tensorNamed(isBuffer ? layout.buffers : layout.tensors, name);
      if (size !== sizeOf(shape)) throw new Error(`${name} has ${size} numbers where ${shape.join('×')} are used`);
      const known = plans.get(name);
      if (known && (known.shape.join() !== shape.join() || !isSameOrder(known.source, source))) {
        throw new Error(`${name} is used by two layers that lay it out differently`);
      }
      plans.set(name, { name, isBuffer, offset, size, shape, source });
    },
  };
}

const isSameOrder = (one: Int32Array | null, other: Int32Array | null): boolean =>
  one === other || (one !== null && other !== null && one.length === other.length && one.every((place, index) => place === other[index]));
