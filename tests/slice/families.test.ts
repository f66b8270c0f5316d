/** Families of networks: what differs between their slices and what must not, and what each network of one is. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costOfSample } from '#lib/network/cost.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { manifestSchema, subjectIdOf, testErrorOf } from '#lib/network/subject.ts';
import { familiesIn, familyPlane, familySlices, USUAL_PLANE, workBeside, type Member } from '#lib/slice/families.ts';
import { pointsIn, problemsOf, readRecipe, samplesIn } from '#lib/slice/recipe.ts';

const NAMES = JSON.parse(readFileSync('public/builtins/index.json', 'utf8')) as readonly string[];
const CATALOGUE: readonly Member[] = NAMES.map((name) => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(`public/builtins/${name}.json`, 'utf8')));
  return { id: subjectIdOf(manifest), name, manifest };
});
const FAMILIES = familiesIn(CATALOGUE);
const sizes = (kind: string): readonly (readonly number[])[] => FAMILIES.filter((family) => family.kind === kind).map(({ members }) => members.map(({ manifest }) => layoutOf(manifest.network).size));

describe('families of networks', () => {
  it('[S22] three depths without shortcuts, and four widths with and without', () => {
    expect(sizes('depth')).toEqual([[269_722, 853_018, 1_727_962]]);
    expect(sizes('width')).toEqual([
      [19_810, 77_754, 308_074, 1_226_442],
      [19_074, 75_002, 297_450, 1_184_714],
    ]);
  });

  it('[S22] every network with shortcuts makes a pair with its twin, and the pairs of ResNet-20 and ResNet-56 are there', () => {
    expect(sizes('shortcuts')).toEqual(expect.arrayContaining([[272_474, 269_722], [855_770, 853_018]]));
    for (const { members, kind } of FAMILIES) if (kind === 'shortcuts') expect(members[1]!.name).toBe(`${members[0]!.name}-noshort`);
  });

  it('[S22] the networks of a family had one recipe, but for what it is a family of', () => {
    const recipeOf = ({ manifest }: Member) => /SGD with .*?seed \d+[^.]*/.exec(manifest.provenance)?.[0];
    for (const { members } of FAMILIES) {
      expect(recipeOf(members[0]!)).toMatch(/epochs/);
      expect(new Set(members.map(recipeOf)).size).toBe(1);
      expect(new Set(members.map(({ manifest }) => JSON.stringify([manifest.dataset, manifest.loss]))).size).toBe(1);
    }
  });

  it('[S22] the same slice of every member differs in its network only, and stands around what was measured', () => {
    for (const family of FAMILIES) {
      const plane = familyPlane(family, USUAL_PLANE);
      const slices = familySlices(plane, family)!;
      expect(slices.map(({ subject }) => subject)).toEqual(family.members.map(({ id }) => id));
      for (const [index, slice] of slices.entries()) {
        const { manifest } = family.members[index]!;
        expect({ ...slice, subject: '' }).toEqual({ ...plane, subject: '' });
        expect(readRecipe(slice, () => manifest)).toMatchObject({ ok: true });
        expect(problemsOf(slice, manifest)).toEqual([]);
        expect(testErrorOf(manifest, slice.centre)).toMatchObject({ samples: 500 });
      }
    }
  });

  it('[S22] no slice is offered where one member has none like it, or where it is made of vectors of one network', () => {
    const [family] = FAMILIES;
    const plane = familyPlane(family!, USUAL_PLANE);
    expect(familySlices({ ...plane, samples: [{ set: 'train', count: 100_000 }] }, family!)).toBeNull();
    const along = { ...plane, axes: [{ ...plane.axes[0]!, direction: { kind: 'vector', digest: 'a'.repeat(64), title: 'of one network' } }] } as const;
    expect(familySlices(along, family!)).toBeNull();
    expect(familiesIn(CATALOGUE.slice(0, 2))).toEqual([]);
  });

  it('[S22] the work of a family beside its first is that of all multiply-adds', () => {
    const family = FAMILIES.find(({ kind }) => kind === 'width')!;
    const plane = familyPlane(family, USUAL_PLANE);
    const costs = family.members.map(({ manifest }) => costOfSample(manifest.network));
    const expected = costs.reduce((sum, cost) => sum + cost, 0) / costs[0]!;
    expect(workBeside(plane, familySlices(plane, family)!, (subject) => family.members.find(({ id }) => id === subject)?.manifest)).toBeCloseTo(expected, 9);
    expect([pointsIn(plane), samplesIn(plane)]).toEqual([121, 64]);
  });

  it('[S22] what the paper measured is stated for each member, in its own numbers', () => {
    const published = FAMILIES.flatMap((family) => (family.published ? [[family.members.length, family.published.testError] as const] : []));
    for (const [count, errors] of published) expect(errors).toHaveLength(count);
    expect(published.map(([, errors]) => errors)).toEqual(expect.arrayContaining([[8.18, 13.31, 16.44], [5.89, 13.31], [5.89, 5.07, 4.34, 3.93], [13.31, 10.26, 9.69, 8.7]]));
  });
});
