/** Vectors of somebody else's making: taken in where they fit the network, refused with what was found and what was wanted. */
import { describe, expect, test } from 'vitest';
import { writeSafetensors, type Tensor } from '#lib/formats/safetensors.ts';
import { writeVectorFile } from '#lib/formats/vectorFile.ts';
import { importVector } from '#lib/formats/vectorImport.ts';
import type { Network } from '#lib/network/program.ts';
import { subjectOf, vectorNetwork } from '#tests/slice/subjects.ts';

const NETWORK: Network = { ...vectorNetwork(1), parameter_order: [{ name: 'w', shape: [2, 3] }, { name: 'b', shape: [2] }] };
const SUBJECT = subjectOf(NETWORK, [new Float32Array(8).fill(1)]);

const file = (tensors: Readonly<Record<string, Tensor>>) => writeSafetensors(new Map(Object.entries(tensors)));
const take = (bytes: Uint8Array, kind: 'direction' | 'point' = 'direction') => importVector(bytes, 'mine.safetensors', kind, SUBJECT);
const refusal = (bytes: Uint8Array): string => {
  const outcome = take(bytes);
  return outcome.ok ? 'taken' : outcome.problems.map(({ message }) => message).join(' ');
};

describe('importing a vector', () => {
  test('[B4] tensors by name, in any order and width, become θ in the order of the network', () => {
    const outcome = take(file({ b: { shape: [2], values: Float32Array.of(7, 8) }, w: { shape: [2, 3], values: Float64Array.of(1, 2, 3, 4, 5, 6) }, more: { shape: [1], values: Float32Array.of(9) } }));
    expect(outcome).toMatchObject({ ok: true, value: { kind: 'direction', subject: SUBJECT.id, title: 'mine' } });
    if (outcome.ok) expect([...outcome.value.values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('[B4] one flat tensor is taken whatever its name; a file of our own keeps its words', () => {
    const flat = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    expect(take(file({ anything: { shape: [8], values: flat } }), 'point')).toMatchObject({ ok: true, value: { kind: 'point' } });
    const own = writeVectorFile({ kind: 'point', subject: SUBJECT.id, title: 'the bend', made: { by: 'hand' }, values: flat });
    expect(take(own)).toMatchObject({ ok: true, value: { kind: 'point', title: 'the bend', made: { by: 'hand' } } });
  });

  test('[B4] what does not fit is named with what was found and what was wanted', () => {
    const w = { shape: [2, 3], values: new Float32Array(6).fill(1) };
    expect(refusal(file({ w: { ...w, shape: [3, 2] }, b: { shape: [2], values: Float32Array.of(0, 0) } }))).toContain('tensor w is 3 × 2 in this file and 2 × 3 in Test');
    expect(refusal(file({ w }))).toContain('no tensor b of Test; it holds w');
    expect(refusal(file({ v: { shape: [5], values: new Float32Array(5) } }))).toContain('one vector of 5 numbers, Test has 8 parameters');
    expect(refusal(file({ v: { shape: [8], values: Float32Array.of(1, 2, NaN, 4, 5, 6, 7, 8) } }))).toContain('number 3 of mine.safetensors is NaN');
    expect(refusal(file({ v: { shape: [8], values: new Float32Array(8) } }))).toContain('leads nowhere');
    expect(refusal(Uint8Array.of(1, 2, 3))).toContain('not a safetensors file');
    expect(refusal(writeVectorFile({ kind: 'direction', subject: 'f'.repeat(64), title: 'foreign', made: null, values: new Float32Array(8).fill(1) }))).toContain('made for another network');
    expect(refusal(writeVectorFile({ kind: 'direction', subject: SUBJECT.id, title: 'short', made: null, values: new Float32Array(3).fill(1) }))).toContain('has 3 numbers, Test has 8 parameters');
  });
});
