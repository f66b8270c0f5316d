/** What a page downloads to help with slices: each network's file and each file of a direction once, and of samples in parts those that are measured on. It fetches nothing. */
import { layoutOf } from '#lib/network/layout.ts';
import { PART_SAMPLES, type SubjectManifest } from '#lib/network/subject.ts';
import { filesOf, type SliceRecipe } from '#lib/slice/recipe.ts';

const FLOAT32_BYTES = 4;

/** In bytes, as stored; of files of directions without their headers. A recipe whose network is not known counts nothing. */
export function downloadBytes(recipes: Iterable<SliceRecipe>, manifestOf: (subject: string) => SubjectManifest | undefined): number {
  const files = new Map<string, number>();
  for (const recipe of recipes) {
    const manifest = manifestOf(recipe.subject);
    if (!manifest) continue;
    for (const { file } of [manifest, ...(recipe.runs?.flatMap((id) => manifestOf(id) ?? []) ?? [])]) files.set(file.digest, file.bytes);
    for (const digest of filesOf(recipe)) files.set(digest, FLOAT32_BYTES * layoutOf(manifest.network).size);
    for (const { set, count } of recipe.samples) {
      for (const { digest, bytes } of manifest.dataset.parts?.[set].slice(0, Math.ceil(count / PART_SAMPLES)) ?? []) files.set(digest, bytes);
    }
  }
  let sum = 0;
  for (const bytes of files.values()) sum += bytes;
  return sum;
}
