/** Whether two networks have the same loss at the same weights, so that what one loses at a checkpoint can stand beside a picture of the other. */
import { canonicalJson } from '#lib/digest.ts';
import type { SetName, SubjectHere } from './subject.ts';

/** Same program, same samples. Samples that are kept in parts are compared by the names of their files. */
export function loseAlike(one: SubjectHere, other: SubjectHere): boolean {
  const [a, b] = [one.manifest, other.manifest];
  return canonicalJson({ ...a.network, id: '' }) === canonicalJson({ ...b.network, id: '' }) && a.dataset.scale === b.dataset.scale && (['train', 'test'] as const).every((set) => sameSamples(one, other, set));
}

function sameSamples(one: SubjectHere, other: SubjectHere, set: SetName): boolean {
  const [parts, others] = [one.manifest.dataset.parts?.[set], other.manifest.dataset.parts?.[set]];
  if (parts || others) return parts !== undefined && others !== undefined && canonicalJson(parts) === canonicalJson(others);
  const [here, there] = [one.sets?.[set], other.sets?.[set]];
  return here !== undefined && there !== undefined && same(here.inputs, there.inputs) && same(here.targets, there.targets);
}

const same = (one: Float32Array, other: Float32Array): boolean => one.length === other.length && one.every((value, index) => value === other[index]);
