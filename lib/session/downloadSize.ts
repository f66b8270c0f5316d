/** What a device downloads to compute slices: each network's file once, and of samples in parts the files that they are measured on. It fetches nothing. */
import { PART_SAMPLES, type SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

/** In bytes, as stored. A recipe whose network is not known counts nothing. */
export function downloadBytes(recipes: Iterable<SliceRecipe>, manifestOf: (subject: string) => SubjectManifest | undefined): number {
  const files = new Map<string, number>();
  for (const { subject, samples } of recipes) {
    const manifest = manifestOf(subject);
    if (!manifest) continue;
    files.set(manifest.file.digest, manifest.file.bytes);
    for (const { set, count } of samples) {
      for (const { digest, bytes } of manifest.dataset.parts?.[set].slice(0, Math.ceil(count / PART_SAMPLES)) ?? []) files.set(digest, bytes);
    }
  }
  let sum = 0;
  for (const bytes of files.values()) sum += bytes;
  return sum;
}
