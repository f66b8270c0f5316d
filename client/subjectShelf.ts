/**
 * The networks of a session: what each is, known at once; its weights, fetched when somebody needs them, and its samples.
 *
 * A lecture hall that looks at one network does not download five, nor a dataset in parts before something is asked of all of it (tiles are
 * computed from sampleShelf.ts). It does not know why weights are wanted.
 */
import { isWhole, subjectIdOf, type Subject, type SubjectHere, type SubjectManifest } from '#lib/network/subject.ts';
import { createStore, type Store } from './store.ts';
import { builtinNames, loadBuiltin, loadManifest, loadWeights } from './subjects.ts';

export type Shelved = { readonly name: string; readonly id: string; readonly manifest: SubjectManifest };

export type SubjectShelf = {
  /** Every network that slices can be placed in, in the order to show; empty while the list loads. */
  readonly catalogue: Store<readonly Shelved[]>;
  /** Those whose weights are here, in the same order. */
  readonly loaded: Store<readonly SubjectHere[]>;
  readonly manifestOf: (id: string) => SubjectManifest | undefined;
  readonly subjectOf: (id: string) => SubjectHere | undefined;
  /** Fetches the weights, or waits for those under way. Null for a network that is not in the catalogue; rejects where they cannot be had. */
  readonly loadWeights: (id: string) => Promise<SubjectHere | null>;
  /** Fetches all samples as well. */
  readonly load: (id: string) => Promise<Subject | null>;
};

/** @param onFailure told once for every network that cannot be shown, in words */
export function openSubjectShelf(onFailure: (message: string) => void): SubjectShelf {
  const catalogue = createStore<readonly Shelved[]>([]);
  const loaded = createStore<readonly SubjectHere[]>([]);

  const fail = (name: string, error: unknown): void => onFailure(`The network ${name} cannot be shown: ${error instanceof Error ? error.message : String(error)}`);

  async function shelve(name: string): Promise<Shelved | null> {
    try {
      const manifest = await loadManifest(name);
      return { name, id: subjectIdOf(manifest), manifest };
    } catch (error) {
      fail(name, error);
      return null;
    }
  }

  async function open(): Promise<void> {
    try {
      const all = await Promise.all((await builtinNames()).map(shelve));
      catalogue.set(all.filter((each) => each !== null));
    } catch (error) {
      onFailure(error instanceof Error ? error.message : String(error));
    }
  }
  const opened = open();

  const subjectOf = (id: string): SubjectHere | undefined => loaded.getSnapshot().find((each) => each.id === id);

  async function fetched<Found extends SubjectHere>(id: string, fetchIt: (name: string) => Promise<Found>): Promise<Found | null> {
    await opened;
    const known = catalogue.getSnapshot().find((each) => each.id === id);
    if (!known) return null;
    let subject: Found;
    try {
      subject = await fetchIt(known.name);
    } catch (error) {
      fail(known.name, error);
      throw error;
    }
    const before = subjectOf(id);
    if (!before || (isWhole(subject) && !isWhole(before))) {
      const here = new Map([...loaded.getSnapshot(), subject].map((each) => [each.id, each]));
      loaded.set(catalogue.getSnapshot().flatMap((each) => here.get(each.id) ?? []));
    }
    return subject;
  }

  return {
    catalogue,
    loaded,
    subjectOf,
    loadWeights: (id) => fetched(id, loadWeights),
    load: (id) => fetched(id, loadBuiltin),
    manifestOf: (id) => catalogue.getSnapshot().find((each) => each.id === id)?.manifest,
  };
}
