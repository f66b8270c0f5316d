/**
 * The shaders that begin and end a batch of points: θ(α, β) and every channel's scale and shift, then the losses and their sums.
 *
 * Results are bits, so that NaN can be written and told from what was never written. Losses are those of lib/network/loss.ts. They
 * know no layers.
 */
import { FOCAL_GAMMA, HINGE_MARGIN, HUBER_DELTA, isClassification, LABEL_SMOOTHING, type LossName } from '#lib/network/loss.ts';
import { declarations, FLAT_MAIN } from './shader.ts';
import { literal } from './shaderMath.ts';

/** Samples whose losses are added on the device, where every single one would be too much to read back. */
export const SUMMED = 64;

/** origin · c₀ + direction₁ · c₁ + direction₂ · c₂ for four numbers of the packed θ, `length` of which make a point. */
export const thetaShader = (length: number): string => `${declarations([
  { name: 'origin', type: 'vec4f' },
  { name: 'first', type: 'vec4f' },
  { name: 'second', type: 'vec4f' },
])}${FLAT_MAIN}
  if (at >= ${length / 4}u) { return; }
  let c = points[batch.point + point];
  result[point * ${length / 4}u + at] = fma(vec4f(c.z), second[at], fma(vec4f(c.y), first[at], c.x * origin[at]));
}`;

/** What `affineShader` reads of every channel, each for origin and both directions, and then the eps; below 0 where the weight is the whole scale. */
export const AFFINE_PARTS = ['weight', 'shift', 'mean', 'variance', 'bias'] as const;

/** Scale and shift of every channel: weight / √(variance + eps), and shift + (bias − mean) · scale. */
export const affineShader = (channels: number): string => `${declarations([{ name: 'parts', type: 'f32' }], 'vec2f')}
fn at3(part: u32, channel: u32, c: vec4f) -> f32 {
  let start = part * ${3 * channels}u + channel;
  return fma(c.z, parts[start + ${2 * channels}u], fma(c.y, parts[start + ${channels}u], c.x * parts[start]));
}
${FLAT_MAIN}
  if (at >= ${channels}u) { return; }
  let c = points[batch.point + point];
  let eps = parts[${3 * AFFINE_PARTS.length * channels}u + at];
  var scale = at3(0u, at, c);
  if (eps >= 0.0) {
    let spread = at3(3u, at, c) + eps;
    // One step of Newton's: the language's root may be off by more than a rounding.
    let rough = inverseSqrt(spread);
    scale = scale * (rough * fma(-0.5 * spread * rough, rough, 1.5));
  }
  result[point * ${channels}u + at] = vec2f(scale, fma(at3(4u, at, c) - at3(2u, at, c), scale, at3(1u, at, c)));
}`;

/** Bits of a NaN, also what results hold before they are written. */
export const UNWRITTEN = 0x7fc00000;

/** Losses of four samples at a point, and behind them, a block's length further, 1 for a correct answer and 0 otherwise. */
export const lossShader = (loss: LossName, width: number): string => `${declarations(
  [
    { name: 'outputs', type: 'vec4f' },
    { name: 'targets', type: 'vec4f' },
  ],
  'u32',
)}
const WIDTH = ${width}u;
${isClassification(loss) ? classLoss(loss) : errorLoss(loss)}
${FLAT_MAIN}
  if (at >= block.fours) { return; }
  let scored = score(point * WIDTH * block.fours + at, targets[at]);
  let bits = select(bitcast<vec4u>(scored.loss), vec4u(${UNWRITTEN}u), isNan(scored.loss));
  let start = (batch.point + point) * batch.row + block.at + 4u * at;
  for (var lane = 0u; lane < 4u; lane++) {
    result[start + lane] = bits[lane];
    result[start + 4u * block.fours + lane] = scored.correct[lane];
  }
}`;

const SCORE = 'struct Score { loss: vec4f, correct: vec4u }';

const errorLoss = (loss: LossName): string => `${SCORE}
fn score(start: u32, wanted: vec4f) -> Score {
  let e = outputs[start] - wanted;
  let value = ${ofError(loss)};
  return Score(select(value, e, isNan(e)), vec4u(0u));
}`;

function ofError(loss: LossName): string {
  switch (loss) {
    case 'absoluteError':
      return 'abs(e)';
    case 'huber':
      return `select(0.5 * e * e, ${literal(HUBER_DELTA)} * (abs(e) - ${literal(HUBER_DELTA / 2)}), abs(e) > vec4f(${literal(HUBER_DELTA)}))`;
    case 'logCosh':
      return 'logCoshOf(abs(e))';
    default:
      return 'e * e';
  }
}

const classLoss = (loss: LossName): string => `${SCORE}
fn score(start: u32, target0: vec4f) -> Score {
  let wanted = vec4u(target0);
  var largest = outputs[start];
  var top = vec4u(0u);
  var own = largest;
  var other = vec4f(-3.4028234e38);
  var lost = vec4<bool>(false);
  for (var k = 0u; k < WIDTH; k++) {
    let z = outputs[start + k * block.fours];
    // Not a number is neither larger nor smaller: the first output stays on top if it is none.
    let isLarger = (z > largest) & !isNan(z) & !isNan(largest);
    largest = select(largest, z, isLarger);
    top = select(top, vec4u(k), isLarger);
    let isOwn = vec4u(k) == wanted;
    own = select(own, z, isOwn);
    other = select(larger(other, z), other, isOwn);
    lost = lost | isNan(z);
  }
  let correct = select(vec4u(0u), vec4u(1u), (top == wanted) & !isNan(largest));
  let value = lossOf(start, wanted, top, largest, own, other);
  return Score(select(value, bitcast<vec4f>(select(bitcast<vec4u>(largest), vec4u(${UNWRITTEN}u), lost)), lost), correct);
}
fn lossOf(start: u32, wanted: vec4u, top: vec4u, largest: vec4f, own: vec4f, other: vec4f) -> vec4f {
  ${ofClasses(loss)}
}`;

function ofClasses(loss: LossName): string {
  if (loss === 'hinge') return `return positive(${literal(HINGE_MARGIN)} + other - own);`;
  // Over the classes below the largest: log1p of their sum keeps a loss of 1e-9, where log(1 + 1e-9) would not.
  const rest = `
  var rest = vec4f(0.0);
  /** Of the classes that are not the target: 1 − p without the subtraction. */
  var missed = vec4f(0.0);
  for (var k = 0u; k < WIDTH; k++) {
    let power = expOf(outputs[start + k * block.fours] - largest);
    rest += select(power, vec4f(0.0), vec4u(k) == top);
    missed += select(power, vec4f(0.0), vec4u(k) == wanted);
  }
  let surprise = log1pOf(rest);
  let entropy = (largest - own) + surprise;`;
  switch (loss) {
    case 'focal':
      if (FOCAL_GAMMA !== 2) throw new Error('the focal loss is written for γ = 2');
      return `${rest}
  let probability = -expm1Of(-entropy);
  return probability * probability * entropy;`;
    case 'softmaxSquaredError':
      return `${rest}
  let scale = 1.0 / (1.0 + rest);
  var squares = missed * scale * missed * scale;
  for (var k = 0u; k < WIDTH; k++) {
    let probability = expOf(outputs[start + k * block.fours] - largest) * scale;
    squares += select(probability * probability, vec4f(0.0), vec4u(k) == wanted);
  }
  return squares / f32(WIDTH);`;
    case 'kullbackLeibler':
      // Σ q ln(q / p) = Σ q (eᵗ − 1 − t) with t = ln(p / q), because p and q both sum to 1: no term takes digits from another.
      return `${rest}
  const LOW = ${LABEL_SMOOTHING} / f32(WIDTH);
  const HIGH = ${1 - LABEL_SMOOTHING} + LOW;
  var divergence = vec4f(0.0);
  for (var k = 0u; k < WIDTH; k++) {
    let isOwn = vec4u(k) == wanted;
    let ln = outputs[start + k * block.fours] - largest - surprise;
    divergence += select(vec4f(LOW), vec4f(HIGH), isOwn) * excessOf(ln - select(vec4f(log(LOW)), vec4f(log(HIGH)), isOwn));
  }
  return divergence;`;
    default:
      return `${rest}
  return entropy;`;
  }
}

/** Sums over runs of samples of a block: losses, then correct answers, then squares of the losses; bits that no loss wrote make the count impossible. */
export const sumsShader = (): string => `${declarations([{ name: 'losses', type: 'u32' }], 'u32')}
${FLAT_MAIN}
  let runs = (4u * block.fours + ${SUMMED - 1}u) / ${SUMMED}u;
  if (at >= runs) { return; }
  let start = (batch.point + point) * batch.row + block.at;
  let end = min((at + 1u) * ${SUMMED}u, block.samples);
  var sums = vec4f(0.0);
  var squares = vec4f(0.0);
  var count = 0u;
  for (var n = at * ${SUMMED}u; n < end; n++) {
    // Four sums side by side, so that each adds up few numbers.
    let loss = bitcast<f32>(losses[start + n]);
    sums[n % 4u] += loss;
    squares[n % 4u] += loss * loss;
    let flag = losses[start + 4u * block.fours + n];
    count += select(${UNWRITTEN}u, flag, flag <= 1u);
  }
  let sum = vec4f((sums.x + sums.y) + (sums.z + sums.w));
  let square = vec4f((squares.x + squares.y) + (squares.z + squares.w));
  let place = (batch.point + point) * batch.sumsRow + block.sumsAt + at;
  result[place] = select(bitcast<u32>(sum.x), ${UNWRITTEN}u, isNan(sum).x);
  result[place + runs] = count;
  result[place + 2u * runs] = select(bitcast<u32>(square.x), ${UNWRITTEN}u, isNan(square).x);
}`;
