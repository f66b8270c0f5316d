/** Families of networks in words. Pure. */
import type { SubjectManifest } from '#lib/network/subject.ts';
import { testErrorOf } from '#lib/network/subject.ts';
import { formatCount, formatShare } from '#lib/session/words.ts';
import { hasShortcuts, type Family } from '#lib/slice/families.ts';
import { say } from '#components/words.ts';

const depthOf = (name: string): string => /resnet(\d+)/.exec(name)?.[1] ?? name;

/** `ResNet-20 with and without shortcuts`, `Depths 20, 56, 110, without shortcuts`, `Widths k = 1, 2, 4, 8, with shortcuts`. */
export function familyTitle(family: Family): string {
  const names = family.members.map(({ manifest }) => manifest.network.id);
  switch (family.kind) {
    case 'shortcuts':
      return say('family.shortcuts', { network: family.members[0]!.manifest.title });
    case 'depth':
      return say('family.depth', { depths: names.map(depthOf).join(', ') });
    case 'width':
      return say(hasShortcuts(family) ? 'family.width' : 'family.width.without');
  }
}

/** `k = 2`, `ResNet-56`: what the name of the family says already is left out. */
export const memberTitle = ({ kind }: Family, { title }: SubjectManifest): string => (kind === 'shortcuts' ? title : (/k = \d+/.exec(title)?.[0] ?? title.replace(/, with(out)? shortcuts$/, '')));

/** `test error 8.2 % of 500`; undefined where it was not measured. */
export function testErrorWords(manifest: SubjectManifest, checkpoint: string): string | undefined {
  const found = testErrorOf(manifest, checkpoint);
  return found ? `test error ${formatShare(found.error)} of ${formatCount(found.samples)}` : undefined;
}
