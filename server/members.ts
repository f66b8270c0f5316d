/** Everyone who was ever in a session: their names, and which client ids of the document are theirs for good. Rule K4. */
import { friendlyName } from '#lib/session/people.ts';
import type { Storage } from '#lib/session/storage.ts';
import type { Dice } from './dice.ts';

export class Members {
  readonly #storage: Storage;
  readonly #sessionId: string;
  readonly #dice: Dice;
  readonly #owners: Map<number, string>;
  readonly #names: Map<string, string>;
  /** Client ids under which a page writes now. */
  readonly #inUse = new Set<number>();

  private constructor(storage: Storage, sessionId: string, dice: Dice, owners: Map<number, string>, names: Map<string, string>) {
    this.#storage = storage;
    this.#sessionId = sessionId;
    this.#dice = dice;
    this.#owners = owners;
    this.#names = names;
  }

  static async open(storage: Storage, sessionId: string, dice: Dice): Promise<Members> {
    const [owners, people] = await Promise.all([storage.clientIds(sessionId), storage.people(sessionId)]);
    return new Members(storage, sessionId, dice, new Map(owners), new Map(people.map(({ id, name }) => [id, name])));
  }

  ownerOf(clientId: number): string | undefined {
    return this.#owners.get(clientId);
  }

  /** The person's name; somebody new gets one that nobody here has. Durable when it resolves. */
  async nameOf(personId: string, isUsed: (name: string) => boolean): Promise<string> {
    const known = this.#names.get(personId);
    if (known !== undefined) return known;
    const { uniform } = this.#dice;
    let name = friendlyName(uniform(), uniform());
    for (let tries = 0; tries < 20 && isUsed(name); tries++) name = friendlyName(uniform(), uniform());
    await this.rename(personId, name);
    return name;
  }

  async rename(personId: string, name: string): Promise<void> {
    await this.#storage.savePerson(this.#sessionId, { id: personId, name });
    this.#names.set(personId, name);
  }

  /** The id a page wrote under before, when it is theirs and free; else one that was never used in this session. */
  async takeClientId(personId: string, wanted: number | null): Promise<number> {
    if (wanted !== null && this.#owners.get(wanted) === personId && !this.#inUse.has(wanted)) {
      this.#inUse.add(wanted);
      return wanted;
    }
    for (;;) {
      const clientId = this.rollClientId();
      if (!(await this.#storage.claimClientId(this.#sessionId, clientId, personId))) continue;
      this.#owners.set(clientId, personId);
      this.#inUse.add(clientId);
      return clientId;
    }
  }

  releaseClientId(clientId: number): void {
    this.#inUse.delete(clientId);
  }

  /** For who only looks: it belongs to nobody, so nothing written under it is accepted. */
  rollClientId(): number {
    return 1 + Math.floor(this.#dice.uniform() * 0xfffffffe);
  }
}
