/** Facts of the axes of a slice: where each direction comes from, how long it is, how they meet, and how well places on them are known. */
import { curveTitle, directionTitle, poseTitle } from '#lib/session/sliceTitle.ts';
import { formatCoordinate, formatCount, formatLoss, formatShare } from '#lib/session/words.ts';
import { MAX_CONDITION } from '#lib/slice/projection.ts';
import type { HonestyFact, HonestyInput } from './fact.ts';
import { tell } from './sentences.ts';

/** Two axes drawn at random whose cosine is larger than this are not what they should be. */
export const LARGEST_COSINE = 0.05;

const GREEK = ['α', 'β', 'γ'] as const;
const PAIRS = ['α and β', 'α and γ', 'β and γ'] as const;

export function axesFacts(input: HonestyInput): readonly HonestyFact[] {
  const { recipe, manifest } = input;
  return [
    ...directionFacts(input),
    ...(recipe.origin ? [{ title: 'Around', text: `${recipe.origin.title}, a point kept as a file` }] : []),
    ...(recipe.cut ? [{ title: 'Plane', text: poseTitle(recipe.cut) }] : []),
    ...(recipe.curve ? [{ title: 'Curve', text: curveTitle(recipe, manifest) }] : []),
    ...angleFacts(input),
    ...conditionFacts(input),
  ];
}

function directionFacts({ recipe, manifest, geography, centreNorm }: HonestyInput): readonly HonestyFact[] {
  return recipe.axes.map(({ direction }, index) => {
    const norm = geography?.facts.norms[index];
    const lengths = norm !== undefined && centreNorm !== null && centreNorm > 0 && { note: tell('honesty.norm', { axis: GREEK[index] ?? '', norm: formatLoss(norm), theta: formatLoss(centreNorm), share: formatShare(norm / centreNorm) }) };
    return { title: `Direction ${GREEK[index] ?? ''}`, text: directionTitle(direction, manifest), ...lengths };
  });
}

function angleFacts({ recipe, geography }: HonestyInput): readonly HonestyFact[] {
  if (!geography) return [];
  const { cosines, moved, expectedCosine } = geography.facts;
  const isRandom = recipe.axes.every(({ direction }) => direction.kind === 'random');
  return cosines.map((cosine, index) => {
    const deg = formatCoordinate((Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI, 0.01);
    const numbers = { deg, cos: formatCoordinate(cosine, 0.0001) };
    const text = cosines.length === 1 ? tell('slice.ortho', numbers) : tell('slice.ortho.of', { pair: PAIRS[index] ?? '', ...numbers });
    const isLarge = Math.abs(cosine) > LARGEST_COSINE;
    if (!isRandom) return { title: 'Angle', text, ...(isLarge && { note: tell('honesty.oblique') }) };
    const expected = tell('slice.cosine.expected', { n: formatCount(moved), cos: formatCoordinate(expectedCosine, 0.0001) });
    return { title: 'Angle', text, note: isLarge ? `${expected} ${tell('honesty.cosine.large')}` : expected, isWarning: isLarge };
  });
}

/** A single axis has no angle that could spoil a place on it. */
function conditionFacts({ recipe, geography }: HonestyInput): readonly HonestyFact[] {
  if (!geography || recipe.axes.length < 2) return [];
  return [{ title: 'Condition', text: tell('honesty.condition', { condition: formatLoss(geography.condition) }), note: tell('honesty.condition.what', { most: formatCount(MAX_CONDITION) }) }];
}
