/** Dice that fall the same way every time. */
import { createRandom } from '#lib/random.ts';
import type { Dice } from '#server/dice.ts';

export function seededDice(seed: number): Dice {
  const { uniform, integer } = createRandom(seed);
  return { uniform, bytes: (count) => Uint8Array.from({ length: count }, () => integer(256)) };
}
