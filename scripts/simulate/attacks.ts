/**
 * How wrong numbers come about: liars of many kinds and hardware that errs, each as what it returns for a point instead of the truth.
 *
 * Whether a point is wrong is not said here: the production tolerance decides. It knows no trust and no leases.
 */
import { PURPOSE, type Draws } from './draws.ts';

/** In the order of their numbers in a trace; 0 is honest. */
export const ATTACKS = ['honest', 'offset', 'scale', 'onePoint', 'replay', 'nan', 'sleeper', 'selective', 'colluding', 'sybil', 'f16', 'operator'] as const;
export type Attack = (typeof ATTACKS)[number];
/** `mixed`: every liar has a kind of its own. */
export const ATTACK_CHOICES = ['offset', 'scale', 'onePoint', 'replay', 'nan', 'sleeper', 'selective', 'colluding', 'sybil', 'f16', 'operator', 'mixed'] as const;
export type AttackChoice = (typeof ATTACK_CHOICES)[number];

/** In plain words, for the help and the report. */
export const ATTACK_WORDS: Readonly<Record<AttackChoice, string>> = {
  offset: 'a tenth too much at every point',
  scale: 'one part in a thousand too much at every point',
  onePoint: 'one wrong point in every tile',
  replay: 'the numbers of another place',
  nan: 'no numbers at all',
  sleeper: 'two hundred honest tiles, then all wrong',
  selective: 'one tile in twenty wrong',
  colluding: 'the same wrong tenth of the points from all liars, in every fourth tile',
  sybil: 'one tile in four wrong, and a new identity after each catch',
  f16: 'half precision passed off as single',
  operator: 'an operator that errs where the parameters are far from the centre',
  mixed: 'each liar has one of the kinds above',
};

const SLEEPER_TILES = 200;

export const attackNumber = (attack: Attack): number => ATTACKS.indexOf(attack);

/** Which attack a liar carries out on its n-th tile: its number, or 0 where it is honest this time. */
export function attackOnTile(attack: number, device: number, nth: number, slice: number, tile: number, draws: Draws): number {
  switch (ATTACKS[attack]) {
    case 'sleeper':
      return nth < SLEEPER_TILES ? 0 : attack;
    case 'selective':
      return draws.word(device, PURPOSE.attack, nth) % 20 === 0 ? attack : 0;
    case 'sybil':
      return draws.word(device, PURPOSE.attack, nth) % 4 === 0 ? attack : 0;
    case 'colluding':
      return draws.word(slice, PURPOSE.attack, tile) % 4 === 0 ? attack : 0;
    default:
      return attack;
  }
}

/** What is known of a point when a wrong value is made for it. */
export type PlaceOfPoint = {
  readonly device: number;
  readonly slice: number;
  readonly tile: number;
  readonly index: number;
  readonly points: number;
  readonly truth: number;
  /** The true value somewhere else. */
  readonly elsewhere: number;
  /** How far from the centre, 0 … 1 along the farther axis. */
  readonly distance: number;
};

/** What is returned for a point under an attack. */
export function wrongValue(attack: number, { device, slice, tile, index, points, truth, elsewhere, distance }: PlaceOfPoint, draws: Draws): number {
  switch (ATTACKS[attack]) {
    case 'offset':
    case 'sleeper':
    case 'selective':
    case 'sybil':
      return truth + 0.1;
    case 'scale':
      return truth * 1.001;
    case 'onePoint':
      return draws.word(device ^ (slice << 12), PURPOSE.attack, tile) % points === index ? truth * 1.5 : truth;
    case 'replay':
      return elsewhere;
    case 'nan':
      return NaN;
    case 'colluding':
      return draws.word(slice, PURPOSE.value, tile * 4096 + index) % 10 === 0 ? truth * 1.2 : truth;
    case 'f16':
      return truth * (1 + (3e-5 + 2.7e-4 * draws.uniform(slice, PURPOSE.value, tile * 4096 + index)));
    case 'operator':
      return distance > 0.5 ? truth * 1.01 : truth;
    default:
      return truth;
  }
}
