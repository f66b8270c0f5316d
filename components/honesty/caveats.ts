/** What each method of cutting cannot show, and where the method comes from. Pure words. */
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { say, type WordKey } from '#components/words.ts';

export type Caveat = { readonly text: string; readonly source: string };

const SOURCES = {
  'caveat.random': 'Li, Xu, Taylor, Studer and Goldstein 2018, arXiv 1712.09913',
  'caveat.raw': 'Dinh, Pascanu, Bengio and Bengio 2017, arXiv 1703.04933',
  'caveat.line': 'Goodfellow, Vinyals and Saxe 2015, arXiv 1412.6544',
  'caveat.statistics': 'Izmailov et al. 2018, arXiv 1803.05407; Garipov et al. 2018, arXiv 1802.10026',
  'caveat.three': 'Garipov, Izmailov, Podoprikhin, Vetrov and Wilson 2018, arXiv 1802.10026',
  'caveat.vector': 'principal axes: Li et al. 2018, section 7; eigenvectors: Yao et al. 2020, arXiv 1912.07145',
  'caveat.curve': 'Garipov, Izmailov, Podoprikhin, Vetrov and Wilson 2018, arXiv 1802.10026',
} as const satisfies Partial<Record<WordKey, string>>;

const caveat = (key: keyof typeof SOURCES): Caveat => ({ text: say(key), source: SOURCES[key] });

export function caveatsOf({ axes, mode, curve }: SliceRecipe): readonly Caveat[] {
  const found: Caveat[] = [];
  const kinds = axes.map(({ direction }) => direction.kind);
  const random = axes.map(({ direction }) => direction).find((direction) => direction.kind === 'random');
  if (random?.kind === 'random') {
    found.push(caveat('caveat.random'));
    if (random.normalisation === 'none') found.push(caveat('caveat.raw'));
  }
  const towards = kinds.filter((kind) => kind === 'towards').length;
  if (towards === 1) found.push(caveat('caveat.line'));
  if (towards > 1) found.push(caveat('caveat.three'));
  if (curve) found.push(caveat('caveat.curve'));
  else if (kinds.includes('vector')) found.push(caveat('caveat.vector'));
  if (towards > 0 && mode.batchNorm === 'frozen') found.push(caveat('caveat.statistics'));
  return found;
}
