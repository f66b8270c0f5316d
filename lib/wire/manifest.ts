/**
 * A manifest: all that it takes to compute a surface again elsewhere, but for the numbers in the files that it names.
 *
 * The recipe says what is computed, the subject what of; files are named by the hash of their bytes, so wherever they come from they are
 * the right ones. `npm run tarn -- compute` reads it. Rules A5 and A6 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import { digestSchema } from '#lib/digest.ts';
import { parsed, read, refused, refusedAll, type Parsed } from '#lib/parsed.ts';
import { filesOfSubject, manifestSchema, subjectIdOf, type SubjectManifest } from '#lib/network/subject.ts';
import type { HonestyFact } from '#lib/session/honesty/fact.ts';
import { MAX_RUNS, runProblems } from '#lib/slice/runs.ts';
import { filesOf, problemsOf, recipeSchema, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { LOSS_TOLERANCE } from '#lib/work/agreement.ts';

/** A file by the hash of its bytes; `at` is where it could be fetched when the manifest was written. */
export type NamedFile = { readonly digest: string; readonly at: string };

export type SurfaceManifest = {
  readonly format: 'tarn-manifest';
  readonly version: 1;
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly subject: SubjectManifest;
  /** The other networks that the recipe names, in its order. */
  readonly runs?: readonly SubjectManifest[] | undefined;
  /** Weights and samples of the subject, the weights of those others, and the vectors that the recipe names. */
  readonly files: readonly NamedFile[];
  /** How far another engine's loss may be from this one's: the larger of the two. */
  readonly tolerance: { readonly relative: number; readonly absolute: number };
  /** What the surface said of itself when this was written: for people, and no part of what is computed. */
  readonly honesty?: readonly HonestyFact[] | undefined;
};

const fact: z.ZodMiniType<HonestyFact> = z.strictObject({
  title: z.string().check(z.maxLength(200)),
  text: z.string().check(z.maxLength(4000)),
  note: z.optional(z.string().check(z.maxLength(4000))),
  isWarning: z.optional(z.boolean()),
});

/** A dataset in parts has a file for each thousand samples of a set. */
const MOST_FILES = 4096;

const schema: z.ZodMiniType<SurfaceManifest> = z.strictObject({
  format: z.literal('tarn-manifest'),
  version: z.literal(1),
  sliceId: z.string(),
  recipe: recipeSchema,
  subject: manifestSchema,
  runs: z.optional(z.array(manifestSchema).check(z.maxLength(MAX_RUNS))),
  files: z.array(z.strictObject({ digest: digestSchema, at: z.string().check(z.maxLength(2000)) })).check(z.maxLength(MOST_FILES)),
  tolerance: z.strictObject({ relative: z.number(), absolute: z.number() }),
  honesty: z.optional(z.array(fact).check(z.maxLength(100))),
});

/** @param runs the other networks that the recipe names, in its order @param origin of the server that has the files @param honesty see surfaceHonesty.ts */
export function surfaceManifest(recipe: SliceRecipe, subject: SubjectManifest, runs: readonly SubjectManifest[], origin: string, honesty: readonly HonestyFact[]): SurfaceManifest {
  return {
    format: 'tarn-manifest',
    version: 1,
    sliceId: sliceIdOf(recipe),
    recipe,
    subject,
    ...(runs.length > 0 && { runs }),
    files: [
      ...[...filesOfSubject(subject), ...runs.map(({ file }) => file)].map(({ digest }) => ({ digest, at: `${origin}/builtins/${digest}.safetensors` })),
      ...filesOf(recipe).map((digest) => ({ digest, at: `${origin}/api/v1/files/${digest}` })),
    ],
    tolerance: LOSS_TOLERANCE,
    honesty,
  };
}

/** Reads a manifest, and checks that its parts belong together. */
export function readManifest(input: unknown): Parsed<SurfaceManifest> {
  const shape = read(schema, input);
  if (!shape.ok) return shape;
  const { recipe, subject, sliceId, files, runs = [] } = shape.value;
  if (subjectIdOf(subject) !== recipe.subject) return refused('the recipe is of another network than the one described beside it', 'subject');
  const wanted = recipe.runs ?? [];
  if (wanted.length !== runs.length || runs.some((each, index) => subjectIdOf(each) !== wanted[index])) return refused('the networks described are not those that the recipe names as runs', 'runs');
  const problems = [...problemsOf(recipe, subject), ...runProblems(wanted, subject, recipe.subject, (id) => runs[wanted.indexOf(id)])];
  if (problems.length > 0) return refusedAll(problems.map(({ path, message }) => ({ path: `recipe.${path}`, message })));
  if (sliceIdOf(recipe) !== sliceId) return refused('the recipe was changed: its hash is not the slice id any more', 'sliceId');
  const missing = [...[...filesOfSubject(subject), ...runs.map(({ file }) => file)].map(({ digest }) => digest), ...filesOf(recipe)].filter((digest) => !files.some((file) => file.digest === digest));
  return missing.length > 0 ? refused(`no place is named for ${missing.map((digest) => `${digest.slice(0, 12)}…`).join(', ')}`, 'files') : parsed(shape.value);
}
