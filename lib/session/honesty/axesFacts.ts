/** Facts of the axes of a slice: where each direction comes from, how long it is, how they meet, and how well places on them are known. */
import { curveTitle, directionTitle, poseTitle } from '#lib/session/sliceTitle.ts';
import { formatCoordinate, formatCount, formatLoss, formatShare, AXIS_NAMES } from '#lib/session/words.ts';
import { MAX_CONDITION } from '#lib/slice/projection.ts';
import type { HonestyFact, HonestyInput } from './fact.ts';
import { tell } from './sentences.ts';
import { matrixOf } from './vectorMade.ts';

/** Two axes whose cosine is larger than this are sheared to the eye. */
export const LARGEST_COSINE = 0.05;
/** Cosines of random axes are normal around 0: past so many standard deviations they are not what they should be, unless they are small all the same. */
const SURPRISING = 3;

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
  // The coordinate of a curve is not that of its two directions.
  const key = recipe.curve ? 'honesty.norm.point' : 'honesty.norm';
  return recipe.axes.map(({ direction }, index) => {
    const norm = geography?.facts.norms[index];
    const lengths = norm !== undefined && centreNorm !== null && centreNorm > 0 && { note: tell(key, { axis: AXIS_NAMES[index] ?? '', norm: formatLoss(norm), theta: formatLoss(centreNorm), share: formatShare(norm / centreNorm) }) };
    return { title: `Direction ${AXIS_NAMES[index] ?? ''}`, text: directionTitle(direction, manifest), ...lengths };
  });
}

function angleFacts(input: HonestyInput): readonly HonestyFact[] {
  const { recipe, geography } = input;
  if (!geography) return [];
  const { cosines, moved, expectedCosine } = geography.facts;
  const isRandom = recipe.axes.every(({ direction }) => direction.kind === 'random');
  const isMade = areMadeOrthogonal(input);
  return cosines.map((cosine, index) => {
    const deg = formatCoordinate((Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI, 0.01);
    const numbers = { deg, cos: formatCoordinate(cosine, 0.0001) };
    const text = cosines.length === 1 ? tell('slice.ortho', numbers) : tell('slice.ortho.of', { pair: PAIRS[index] ?? '', ...numbers });
    const isLarge = Math.abs(cosine) > LARGEST_COSINE;
    const isSurprising = isLarge && Math.abs(cosine) > SURPRISING / Math.sqrt(moved);
    if (isMade) return { title: 'Angle', text, note: isLarge ? `${tell('slice.cosine.made')} ${tell('honesty.cosine.unmade')}` : tell('slice.cosine.made'), isWarning: isLarge };
    const expected = tell(isRandom ? 'slice.cosine.expected' : 'slice.cosine.chosen', { n: formatCount(moved), cos: formatCoordinate(expectedCosine, 0.0001) });
    if (!isRandom) return { title: 'Angle', text, note: isLarge ? `${expected} ${tell('honesty.oblique')}` : expected };
    return { title: 'Angle', text, note: isSurprising ? `${expected} ${tell('honesty.cosine.large')}` : expected, isWarning: isSurprising };
  });
}

/** Whether the axes stand at right angles because they were made so: made orthogonal one after the other, or as vectors of one symmetric matrix. */
function areMadeOrthogonal({ recipe: { axes }, madeOf }: HonestyInput): boolean {
  if (axes.slice(1).every(({ direction }) => direction.kind !== 'vector' && direction.orthogonal)) return true;
  const [first, ...others] = axes.map(({ direction }) => (direction.kind === 'vector' && !direction.scaled ? matrixOf(madeOf(direction.digest)) : null));
  return typeof first === 'string' && others.every((each) => each === first);
}

/** A single axis has no angle that could spoil a place on it. */
function conditionFacts({ recipe, geography }: HonestyInput): readonly HonestyFact[] {
  if (!geography || recipe.axes.length < 2) return [];
  return [{ title: 'Condition', text: tell('honesty.condition', { condition: formatLoss(geography.condition) }), note: tell('honesty.condition.what', { most: formatCount(MAX_CONDITION) }) }];
}
