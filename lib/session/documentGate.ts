/**
 * The gate before the session document: each whole update is accepted or refused, on a shadow first.
 *
 * Yjs has no permissions inside a document, so an update is applied to a shadow, every key it changed is
 * put before the policy, and only then may it reach the log and the document. A refusal leaves no trace.
 * Only V1 updates are read: decoding a hostile V2 update can hang. Rules D1–D6 in docs/SPEC.md.
 */
import * as Y from 'yjs';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { MAPS, pointsPlaced, prepareDocument, workPlaced, type MapName } from './document.ts';
import { refusalOf, type Change, type Surroundings } from './policy.ts';

export const MAX_UPDATE_BYTES = 64 * 1024;
const MAX_STRUCTS = 256;

type Asker = Pick<Surroundings, 'person' | 'subjectOf'> & {
  /** Client ids that the server gave to this person. */
  readonly ownsClientId: (clientId: number) => boolean;
};

/** A struct of a decoded update, as far as the gate needs it. */
type Struct = { readonly id: { readonly client: number; readonly clock: number }; readonly length: number };

export class DocumentGate {
  readonly #main: Y.Doc;
  #shadow: Y.Doc;

  /** @param main the document that accepted updates will be applied to by the caller */
  constructor(main: Y.Doc) {
    this.#main = main;
    this.#shadow = copyOf(main);
  }

  /** Reads one update; when it is accepted the shadow already holds it, and the caller must apply it to the main document. */
  accept(update: Uint8Array, asker: Asker): Parsed<readonly Change[]> {
    const problem = this.#problemBefore(update, asker);
    if (problem !== null) return refused(problem);
    let isAccepted = false;
    try {
      const outcome = this.#try(update, asker);
      isAccepted = outcome.ok;
      return outcome;
    } finally {
      // Also where the policy throws: a shadow that ran ahead would let through what rests on a refusal.
      if (!isAccepted) this.#shadow = copyOf(this.#main);
    }
  }

  /** What can be seen without applying it. */
  #problemBefore(update: Uint8Array, { person, ownsClientId }: Asker): string | null {
    if (person.role !== 'edit') return 'this link can only look: ask for an edit link to change things';
    if (update.byteLength > MAX_UPDATE_BYTES) return `a change of ${update.byteLength} bytes is larger than ${MAX_UPDATE_BYTES}`;
    let structs: readonly Struct[];
    try {
      ({ structs } = Y.decodeUpdate(update));
    } catch {
      return 'not a document update';
    }
    if (structs.length > MAX_STRUCTS) return `a change of ${structs.length} parts is larger than ${MAX_STRUCTS}`;
    const known = Y.decodeStateVector(Y.encodeStateVector(this.#shadow));
    for (const { id, length } of structs) {
      const clock = known.get(id.client) ?? 0;
      // What is known already may be sent again by anyone; what is new must be the sender's own, without a gap.
      if (id.clock + length <= clock) continue;
      if (!ownsClientId(id.client)) return 'written under the id of somebody else';
      if (id.clock > clock) return 'a change before this one is missing';
      known.set(id.client, id.clock + length);
    }
    return null;
  }

  #try(update: Uint8Array, asker: Asker): Parsed<readonly Change[]> {
    const shadow = this.#shadow;
    const before = new Map(MAPS.map((name) => [name, new Map(shadow.getMap(name).entries())] as const));
    const touched = new Map<MapName, Set<string>>();
    const stop = MAPS.map((name) => {
      const map = shadow.getMap(name);
      const note = (event: Y.YMapEvent<unknown>) => {
        for (const key of event.keysChanged) touched.set(name, (touched.get(name) ?? new Set()).add(String(key)));
      };
      map.observe(note);
      return () => map.unobserve(note);
    });
    try {
      Y.applyUpdate(shadow, update);
    } catch {
      return refused('not a document update');
    } finally {
      for (const each of stop) each();
    }
    if (shadow.store.pendingStructs !== null || shadow.store.pendingDs !== null) return refused('a change before this one is missing');
    for (const name of shadow.share.keys()) {
      if (!(MAPS as readonly string[]).includes(name)) return refused(`a session has no part called ${name.slice(0, 40)}`);
      const type = shadow.share.get(name);
      if (type && type._start !== null) return refused(`${name} holds named records only`);
    }
    return this.#judge(before, touched, asker);
  }

  #judge(
    before: ReadonlyMap<MapName, ReadonlyMap<string, unknown>>,
    touched: ReadonlyMap<MapName, ReadonlySet<string>>,
    { person, subjectOf }: Asker,
  ): Parsed<readonly Change[]> {
    const map = (name: MapName) => this.#shadow.getMap(name);
    const changes: Change[] = [];
    // Slices first: a note in the same update may stand on one.
    for (const name of MAPS) {
      for (const key of touched.get(name) ?? []) {
        const after = map(name).get(key);
        if (after instanceof Y.AbstractType || after instanceof Y.Doc) return refused('records are plain values');
        changes.push({ map: name, key, before: before.get(name)?.get(key), after });
      }
    }
    const around: Surroundings = {
      person,
      subjectOf,
      hasSlice: (id) => map('slices').has(id),
      // Read only where a slice changed: every one of them is parsed for it.
      ...(changes.some((change) => change.map === 'slices') ? { points: pointsPlaced(this.#shadow), work: workPlaced(this.#shadow, subjectOf) } : { points: 0, work: 0 }),
      sizes: { session: map('session').size, slices: map('slices').size, annotations: map('annotations').size, analyses: map('analyses').size },
    };
    for (const change of changes) {
      const refusal = refusalOf(change, around);
      if (refusal !== null) return refused(refusal);
    }
    return parsed(changes);
  }
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = prepareDocument(new Y.Doc());
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}
