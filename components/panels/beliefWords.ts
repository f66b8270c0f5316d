/** What is believed of a tile, and by what, in words. */
import type { LedgerEntry } from '#lib/session/ledger.ts';
import { formatCount } from '#lib/session/words.ts';

export function wordsOfBelief({ isVerified, isRechecked, proof }: Pick<LedgerEntry, 'isVerified' | 'isRechecked' | 'proof'>): string {
  if (isRechecked) return 'being rechecked';
  if (!isVerified || !proof) return 'measured, not verified yet';
  const points = `${formatCount(proof.agreed)} ${proof.agreed === 1 ? 'point' : 'points'}`;
  switch (proof.kind) {
    case 'points':
      if (proof.agreed === 0) return 'verified: the server recomputed points of the tiles that came with this one, and many more of this device';
      return `verified: the server recomputed ${points} of this tile and many more of this device`;
    case 'everyPoint':
      return 'verified: the server recomputed every point of this tile';
    case 'secondOpinion':
      return 'verified: somebody else’s device found the same';
  }
}
