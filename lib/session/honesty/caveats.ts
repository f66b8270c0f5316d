/** What each method of cutting cannot show, and where the method comes from: at least one for every slice. Rule J13 in docs/SPEC.md. Pure words. */
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { DirectionRecipe, SliceRecipe } from '#lib/slice/recipe.ts';
import { tell, type HonestyKey } from './sentences.ts';
import { madeBy, type Made, type MadeOf } from './vectorMade.ts';

export type Caveat = { readonly text: string; readonly source: string };

const LI = 'Li, Xu, Taylor, Studer and Goldstein 2018, arXiv 1712.09913';
const GARIPOV = 'Garipov, Izmailov, Podoprikhin, Vetrov and Wilson 2018, arXiv 1802.10026';
const BOETTCHER = 'Böttcher and Wheeler 2022, arXiv 2208.13219';

const SOURCES = {
  'caveat.random': LI,
  'caveat.random.line': LI,
  'caveat.raw': 'Dinh, Pascanu, Bengio and Bengio 2017, arXiv 1703.04933',
  'caveat.line': 'Goodfellow, Vinyals and Saxe 2015, arXiv 1412.6544',
  'caveat.section': 'Goodfellow, Vinyals and Saxe 2015, arXiv 1412.6544, for lines between two points',
  'caveat.statistics': 'Izmailov et al. 2018, arXiv 1803.05407; Garipov et al. 2018, arXiv 1802.10026',
  'caveat.three': GARIPOV,
  'caveat.path': `${LI}, section 7; random walks: Antognini and Sohl-Dickstein 2018, arXiv 1806.08805`,
  'caveat.several': `${LI}, section 7, for one path; here over chosen checkpoints`,
  'caveat.runs': `${LI}, section 7, for one path; neurons in another order: Entezari, Sedghi, Saukh and Neyshabur 2022, arXiv 2110.06296`,
  'caveat.informed': 'R. Ding, T. Li and X. Huang 2023, ACML, PMLR 222',
  'caveat.eigenvector': BOETTCHER,
  'caveat.gradient': BOETTCHER,
  'caveat.vector': 'principal axes: Li et al. 2018, section 7; eigenvectors: Yao et al. 2020, arXiv 1912.07145',
  'caveat.curve': GARIPOV,
  'caveat.volume': 'no paper: three of its directions, each from where it says',
  'caveat.cut': 'no paper: a plane inside three directions, each from where it says',
  'caveat.convexity': `${LI}, figure 7`,
} as const satisfies Partial<Record<HonestyKey, string>>;

type CaveatKey = keyof typeof SOURCES;

const OF_MADE: Readonly<Record<Made, CaveatKey>> = {
  path: 'caveat.path',
  several: 'caveat.several',
  runs: 'caveat.runs',
  informed: 'caveat.informed',
  eigenvector: 'caveat.eigenvector',
  gradient: 'caveat.gradient',
  unknown: 'caveat.vector',
};

/** @param madeOf how a vector was made, as it stands in its file; undefined where the file is not here */
export function caveatsOf({ axes, mode, curve, cut, measure }: SliceRecipe, { trajectory, network }: Pick<SubjectManifest, 'trajectory' | 'network'>, madeOf: MadeOf): readonly Caveat[] {
  const directions = axes.map(({ direction }) => direction);
  const towards = directions.filter(({ kind }) => kind === 'towards').length;
  const found = [
    ...(measure ? ['caveat.convexity' as const] : []),
    ...(cut ? ['caveat.cut' as const] : axes.length > 2 ? ['caveat.volume' as const] : []),
    ...(curve ? ['caveat.curve' as const] : [...directions.flatMap((direction) => caveatsFor(direction, axes.length, trajectory, madeOf)), ...(towards === 1 ? ['caveat.line' as const] : towards > 1 ? ['caveat.three' as const] : [])]),
    ...(towards > 0 && mode.batchNorm === 'frozen' && network.buffers.length > 0 ? ['caveat.statistics' as const] : []),
  ];
  return [...new Set<CaveatKey>(found)].map((key) => ({ text: tell(key), source: SOURCES[key] }));
}

function caveatsFor(direction: DirectionRecipe, axes: number, trajectory: readonly string[], madeOf: MadeOf): readonly CaveatKey[] {
  const drawn = axes === 1 ? 'caveat.random.line' : 'caveat.random';
  if (direction.kind === 'random') return direction.normalisation === 'none' ? [drawn, 'caveat.raw'] : [drawn];
  if (direction.kind === 'towards') return [];
  return [direction.as === 'point' ? 'caveat.section' : OF_MADE[madeBy(madeOf(direction.digest), trajectory)]];
}
