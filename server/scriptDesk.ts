/**
 * What scripts ask of a session over HTTP: place a slice, name the session, how far a slice is.
 *
 * What they change goes through the document as a person's change does, signed as a script's. It knows no connections.
 */
import type { Subject, SubjectManifest } from '#lib/network/subject.ts';
import { parsed, refused, refusedAll, type Parsed } from '#lib/parsed.ts';
import { setTitle, slicesOf, writeRecord, type SliceRecord } from '#lib/session/document.ts';
import type { Storage } from '#lib/session/storage.ts';
import { readRecipe, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import type { SliceProgress } from '#lib/wire/api.ts';
import type { AboutSlice } from '#lib/wire/surfaceHonesty.ts';
import type { Clock } from './clock.ts';
import type { Members } from './members.ts';
import type { Prober } from './prober.ts';
import type { SessionDocument } from './sessionDocument.ts';
import { reportProgress } from './sliceReport.ts';

/** How the server itself signs what scripts place. */
const API_PERSON = { id: 'api', name: 'a script' } as const;

type Options = {
  readonly storage: Storage;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly document: SessionDocument;
  readonly members: Members;
  readonly networkOf: (recipe: SliceRecipe) => SubjectManifest | undefined;
  /** People who lend to whoever placed something. */
  readonly helpersOf: (placedBy: string) => number;
};

export class ScriptDesk {
  readonly #options: Options;
  #clientId: Promise<number> | null = null;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Places a slice, or brings one back that was put away. */
  async place(input: unknown): Promise<Parsed<{ readonly sliceId: string; readonly isNew: boolean }>> {
    const { subjects, prober, document, clock } = this.#options;
    const recipe = readRecipe(input, (id) => subjects.get(id)?.manifest);
    if (!recipe.ok) return recipe;
    const spanless = await prober.problemWith(recipe.value);
    if (spanless !== null) return refused(spanless, 'axes');
    const sliceId = sliceIdOf(recipe.value);
    const earlier = slicesOf(document.doc).get(sliceId);
    if (earlier && !earlier.isPutAway) return parsed({ sliceId, isNew: false });
    const record: SliceRecord = earlier
      ? { ...earlier, isPutAway: false }
      : { by: API_PERSON.id, byName: API_PERSON.name, at: clock.date(), recipe: recipe.value, isPutAway: false };
    const written = await this.#write((doc) => writeRecord(doc, 'slices', sliceId, record));
    return written.ok ? parsed({ sliceId, isNew: !earlier }) : refusedAll(written.problems);
  }

  setTitle(title: string): Promise<Parsed<null>> {
    return this.#write((doc) => setTitle(doc, title));
  }

  /** A slice with the networks that it names; null for one that is not in this session. */
  about(sliceId: string): AboutSlice | null {
    const recipe = slicesOf(this.#options.document.doc).get(sliceId)?.recipe;
    const network = recipe && this.#options.networkOf(recipe);
    if (!recipe || !network) return null;
    // Each of the runs was here when the slice came in.
    return { recipe, network, runs: recipe.runs?.flatMap((id) => this.#options.subjects.get(id)?.manifest ?? []) ?? [] };
  }

  async progress(sliceId: string): Promise<SliceProgress | null> {
    const { storage, document, helpersOf } = this.#options;
    const about = this.about(sliceId);
    return about && reportProgress(storage, about.recipe, about.network, helpersOf(slicesOf(document.doc).get(sliceId)!.by));
  }

  async #write(change: Parameters<SessionDocument['draft']>[1]): Promise<Parsed<null>> {
    const { document, members } = this.#options;
    this.#clientId ??= members.takeClientId(API_PERSON.id, null);
    const clientId = await this.#clientId;
    return document.accept(document.draft(clientId, change), { personId: API_PERSON.id, role: 'edit', ownsClientId: (id) => id === clientId });
  }
}
