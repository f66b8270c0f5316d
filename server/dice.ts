/** Chance as the server needs it: injected, so that tests and simulations repeat by seed. */
import { randomBytes } from 'node:crypto';

export type Dice = {
  /** In [0, 1). */
  readonly uniform: () => number;
  readonly bytes: (count: number) => Uint8Array;
};

/** Cannot be foreseen by anyone outside: probed points and keys come from it. */
export const secretDice: Dice = {
  uniform: () => {
    const bytes = randomBytes(8);
    return (bytes.readUInt32LE(0) * 2 ** 21 + (bytes.readUInt32LE(4) >>> 11)) / 2 ** 53;
  },
  bytes: (count) => randomBytes(count),
};

/** An id of `bytes` random bytes, in letters that a link can carry. */
export const rollId = (dice: Dice, bytes: number): string => Buffer.from(dice.bytes(bytes)).toString('base64url');
