/**
 * Networks that were trained alike and differ in one thing: shortcuts, depth or width. The same slice of each, side by side, is a figure of
 * Li et al. 2018. Recipes and names only; it knows neither weights nor where they are kept. Rule S22 in docs/SPEC.md.
 */
import { costOfSample } from '#lib/network/cost.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { filesOf, passesIn, pointsIn, problemsOf, type SliceRecipe } from './recipe.ts';

/** A network as the catalogue has it. */
export type Member = { readonly id: string; readonly name: string; readonly manifest: SubjectManifest };

export type Family = {
  readonly kind: 'shortcuts' | 'depth' | 'width';
  /** In the order they stand side by side. */
  readonly members: readonly Member[];
  /** Test error on CIFAR-10 in percent of the networks that Li et al. 2018 show, and what those are; null for a pair that they do not show so. */
  readonly published: { readonly networks: readonly string[]; readonly testError: readonly number[] } | null;
};

const WITHOUT = '-noshort';
const widths = (suffix: string): readonly string[] => [1, 2, 4, 8].map((k) => `width-thin8-${k}${suffix}`);
const WIDE = ['WRN-56-1', 'WRN-56-2', 'WRN-56-4', 'WRN-56-8'] as const;

/** Table 2 and figures 5 and 6 of Li et al. 2018. */
const NAMED: readonly { readonly kind: 'depth' | 'width'; readonly names: readonly string[]; readonly published: Family['published'] }[] = [
  {
    kind: 'depth',
    names: ['depth-resnet20-noshort', 'depth-resnet56-noshort', 'depth-resnet110-noshort'],
    published: { networks: ['ResNet-20', 'ResNet-56', 'ResNet-110'], testError: [8.18, 13.31, 16.44] },
  },
  { kind: 'width', names: widths(''), published: { networks: WIDE, testError: [5.89, 5.07, 4.34, 3.93] } },
  { kind: 'width', names: widths(WITHOUT), published: { networks: WIDE, testError: [13.31, 10.26, 9.69, 8.7] } },
];

const PUBLISHED_PAIRS: Readonly<Record<string, Family['published']>> = {
  resnet20: { networks: ['ResNet-20', 'ResNet-20 without'], testError: [7.37, 8.18] },
  resnet56: { networks: ['ResNet-56', 'ResNet-56 without'], testError: [5.89, 13.31] },
};

/** Every family of which the catalogue has all members: first what differs in shortcuts, then depth, then width. */
export function familiesIn(catalogue: readonly Member[]): readonly Family[] {
  const named = (name: string): Member | undefined => catalogue.find((each) => each.name === name);
  const pairs = catalogue.flatMap((first): readonly Family[] => {
    const second = named(`${first.name}${WITHOUT}`);
    return second ? [{ kind: 'shortcuts', members: [first, second], published: PUBLISHED_PAIRS[first.manifest.network.id] ?? null }] : [];
  });
  const others = NAMED.flatMap(({ kind, names, published }): readonly Family[] => {
    const members = names.flatMap((name) => named(name) ?? []);
    return members.length === names.length ? [{ kind, members, published }] : [];
  });
  return [...pairs, ...others];
}

/** Whether a family's networks have shortcuts: some of a pair, all or none of the others. */
export const hasShortcuts = ({ members }: Family): boolean => !members[0]!.name.endsWith(WITHOUT);

/**
 * The same slice of every member: the same seeds, scaled to its own weights, over the same extent and samples. Null where that is no slice
 * of one of them, or where vectors of one network would be meant.
 */
export function familySlices(recipe: SliceRecipe, { members }: Pick<Family, 'members'>): readonly SliceRecipe[] | null {
  if (filesOf(recipe).length > 0) return null;
  const slices = members.map(({ id }) => ({ ...recipe, subject: id }));
  return slices.every((each, index) => problemsOf(each, members[index]!.manifest).length === 0) ? slices : null;
}

export type FamilyPlane = { readonly count: number; readonly reach: number; readonly samples: number; readonly seeds: readonly [number, number] };

/** Deep networks are dear: few points and few samples tell a bowl from a chaos, and more can be asked for. */
export const USUAL_PLANE: FamilyPlane = { count: 11, reach: 1, samples: 64, seeds: [1, 2] };

/** A plane of random filter-wise directions around the last checkpoint of the first member, which `familySlices` takes to the others. */
export function familyPlane({ members }: Family, { count, reach, samples, seeds }: FamilyPlane): SliceRecipe {
  const [{ id, manifest }] = members as readonly [Member];
  const axis = (seed: number): SliceRecipe['axes'][number] => ({ min: -reach, max: reach, count, direction: { kind: 'random', seed, normalisation: 'filter', vectors: 'ignore' } });
  return { format: 1, subject: id, samples: [{ set: 'train', count: samples }], loss: manifest.loss, mode: STANDARD_MODE, centre: manifest.checkpoints.at(-1)!.id, axes: seeds.map(axis) };
}

/** How much work slices are beside one of them: multiply-adds over its own, which is as far as a price measured on one tells of the others. */
export function workBeside(recipe: SliceRecipe, slices: readonly SliceRecipe[], manifestOf: (subject: string) => SubjectManifest | undefined): number {
  const work = (each: SliceRecipe): number => {
    const manifest = manifestOf(each.subject);
    return manifest ? pointsIn(each) * passesIn(each) * costOfSample(manifest.network) : NaN;
  };
  return slices.reduce((sum, each) => sum + work(each), 0) / work(recipe);
}
