/**
 * A room of volunteers, some of which lie or are broken: the production session, tile book and storage, with what every
 * device returns made here, by seed. Every point that was ever shown is compared with the truth.
 */
import type { LeaseOffer } from '#lib/wire/events.ts';
import { digestOf } from '#lib/digest.ts';
import { createRandom, type Random } from '#lib/random.ts';
import { evaluateAt, forwardOf } from '#lib/network/forward.ts';
import { firstOf, subjectIdOf, type Subject } from '#lib/network/subject.ts';
import { evaluationModeOf } from '#lib/slice/evaluationMode.ts';
import { buffersAt, frameOf, parametersAt } from '#lib/slice/frame.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { deviceKeyOf, newDevice, TRUSTED_AT } from '#lib/work/belief/device.ts';
import type { Domain } from '#lib/work/belief/domain.ts';
import { severityOf, toleranceOf } from '#lib/work/belief/tolerance.ts';
import { pointsOf, tileOfKey, tilesOf, tilingOf, type TileKey } from '#lib/work/tile.ts';
import { decodeTileResult, encodeTileResult } from '#lib/wire/tileCodec.ts';
import { openSession } from '#tests/support/openedSession.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

/** y = leaky(m·x + b): a line with a kink, so that an operator can be wrong. */
export function kinkedSubject(slope = 0.1): Subject {
  const line = lineSubject();
  const { network } = line.manifest;
  const manifest = { ...line.manifest, name: 'kinked-test', network: { ...network, id: `kinked-${slope}`, program: [...network.program, { op: 'leaky_relu' as const, slope }] } };
  return { ...line, id: subjectIdOf(manifest), manifest };
}

const subject = kinkedSubject();
const { network } = subject.manifest;
const sliceOf = (count: number) => {
  const recipe: SliceRecipe = planeRecipe({ subject: subject.id }, [count, count]);
  return { recipe, tiling: tilingOf(recipe, subject.manifest) };
};
const SMALL = 65;
const slices = new Map([SMALL, 129].map((count) => [tilingOf(sliceOf(count).recipe, subject.manifest).sliceId, sliceOf(count)]));
const tolerance = toleranceOf(network);
const SAMPLES = 8;
/** Longer than the server waits for more of a trusted device before it looks at what came last. */
const WAITS_MS = 4000;
const MOST_TURNS = 2000;

/** The sums of a tile as a device finds them. @param as how its device computes: what it makes of θ, and with which network */
export function lossesOf(key: TileKey, as: { readonly round?: (value: number) => number; readonly subject?: Subject } = {}): Float64Array {
  const { round = (value) => value, subject: computed = subject } = as;
  const { recipe, tiling } = slices.get(tileOfKey(key)!.sliceId)!;
  const frame = frameOf(recipe, subject);
  const samples = firstOf(subject.sets.train, SAMPLES);
  const sets = [{ set: 'train' as const, samples: { ...samples, inputs: samples.inputs.map(round), targets: samples.targets } }];
  const reuse = forwardOf(computed.manifest.network);
  return Float64Array.from(pointsOf(tiling, tileOfKey(key)!), ({ a, b }) => {
    const parameters = parametersAt(frame, a, b, new Float64Array(frame.origin.length)).map(round);
    const [found] = evaluateAt({ network: computed.manifest.network, loss: recipe.loss, mode: evaluationModeOf(recipe, subject), sets, buffers: buffersAt(frame, a, b) }, parameters, reuse);
    return Math.fround(found!.lossSum);
  });
}

const truths = new Map<TileKey, Float64Array>();
function truthOf(key: TileKey): Float64Array {
  let truth = truths.get(key);
  if (!truth) truths.set(key, (truth = lossesOf(key)));
  return truth;
}

/** What a device makes of the right sums of its n-th tile. `before` are the sums that it returned last; `isSeen`: somebody else's stand in the picture already. */
export type Distortion = (right: Float64Array, about: { readonly key: TileKey; readonly who: number; readonly count: number; readonly before: Float64Array | null; readonly isSeen: boolean; readonly random: Random }) => Float64Array;

export type Attack = {
  readonly distort: Distortion;
  /** People who lie, of `people`. */
  readonly liars?: number;
  readonly people?: number;
  /** Where each of them came from; nothing is known where absent. */
  readonly domainOf?: (index: number) => Domain;
  /** Who was trusted before they came here. */
  readonly trusted?: readonly number[];
  /** Seconds of its budget that float64 takes for one point; hardly any where absent. */
  readonly pointSeconds?: number;
  /** A liar begins as a new device after each tile. */
  readonly changesDevice?: boolean;
  readonly seed?: number;
  /** Samples along each axis. */
  readonly size?: 65 | 129;
};

export async function attack({ distort, liars = 1, people = 5, domainOf, trusted = [], pointSeconds, changesDevice = false, seed = 1, size = SMALL }: Attack) {
  const { recipe, tiling } = sliceOf(size);
  const random = createRandom(seed);
  const opened = await openSession({ subjects: [subject], seed, ...(pointSeconds !== undefined && { budget: { perSecond: tiling.pointCost / pointSeconds } }) });
  const { session, tiles, clock, storage } = opened;
  const shown = new Map<TileKey, { readonly digest: string; readonly since: number }>();
  /** Milliseconds that a wrong tile stood in the picture, the longest; and tiles that were verified although they were wrong. */
  const seen = { longestMs: 0, wrongTiles: 0, verifiedWrong: 0, rechecked: 0 };
  const isWrong = (losses: ArrayLike<number>, key: TileKey) => Array.from(truthOf(key)).filter((truth, index) => !(severityOf(losses[index]! / SAMPLES, truth / SAMPLES, tolerance) <= 1)).length;
  /** By tile and digest: what is replayed was right where it came from. */
  const wrong = new Set<string>();
  const isWrongOf = (tile: TileKey, digest: string) => wrong.has(`${tile} ${digest}`);
  const ended = (tile: TileKey) => {
    const since = shown.get(tile);
    if (since) seen.longestMs = Math.max(seen.longestMs, clock.now() - since.since);
    shown.delete(tile);
  };
  /** Tiles that are in the picture. */
  const standing = new Set<TileKey>();
  const ids: string[] = [];
  const members: Awaited<ReturnType<typeof opened.join>>[] = [];
  for (let index = 0; index < people; index++) {
    ids.push(`c${index}`);
    members.push(await opened.join(`c${index}`, 'edit', null, null, domainOf?.(index) ?? null));
    const said = { device: `device-of-person-${index}`, epoch: 0, engine: 1 };
    session.device(`c${index}`, said);
    const record = newDevice(deviceKeyOf({ ...said, backend: 'simulated' }), members[index]!.me.id, clock.date());
    if (trusted.includes(index)) await storage.saveDevice({ ...record, state: 'trusted', passed: 2 * TRUSTED_AT, compared: 2 * TRUSTED_AT });
  }
  const sliceId = await members[people - 1]!.place(recipe);
  const watched = await tiles.watch(recipe, tiling, network, (news) => {
    const { tile, digest } = news.record;
    if (news.kind === 'kept') {
      ended(tile);
      standing.add(tile);
      if (!isWrongOf(tile, digest)) return;
      seen.wrongTiles++;
      shown.set(tile, { digest, since: clock.now() });
    } else if (news.kind === 'struck') {
      ended(tile);
      standing.delete(tile);
    } else if (news.kind === 'rechecked') {
      // From here on it is shown as what it is.
      seen.rechecked++;
      ended(tile);
    } else if (news.kind === 'verified' && isWrongOf(tile, digest)) seen.verifiedWrong++;
  });
  for (const id of ids) session.lend(id, { title: 'simulated', workers: 1, duty: 1 });

  /** What each was lent, asked for or pushed, and has not computed. */
  const queues = new Map(ids.map((id) => [id, [] as LeaseOffer[]]));
  let heard = 0;
  const hearOffers = () => {
    for (; heard < opened.said.length; heard++) {
      const [to, event, payload] = opened.said[heard]!;
      if (typeof to !== 'object' || !('only' in to)) continue;
      const queue = queues.get(to.only)!;
      if (event === 'offerWork') queue.push(...(payload as readonly LeaseOffer[]));
      if (event === 'withdrawWork') queues.set(to.only, queue.filter(({ tile }) => !(payload as readonly TileKey[]).includes(tile)));
    }
  };

  const counts = new Map<string, number>();
  const before = new Map<string, Float64Array>();
  const taken = new Map<string, number>();
  const turn = async (id: string, index: number): Promise<boolean> => {
    hearOffers();
    const queue = queues.get(id)!;
    if (queue.length === 0) queue.push(...session.askForWork(id, 1));
    const lease = queue.shift();
    if (!lease) return false;
    const right = truthOf(lease.tile);
    const count = counts.get(id) ?? 0;
    counts.set(id, count + 1);
    const losses = index < liars ? distort(right, { key: lease.tile, who: index, count, before: before.get(id) ?? null, isSeen: standing.has(lease.tile), random }) : right;
    before.set(id, losses);
    const bytes = encodeTileResult({ points: right.length, sets: [{ set: 'train', samples: SAMPLES, lossSum: losses, correct: new Uint32Array(right.length) }] });
    if (isWrong(losses, lease.tile) > 0) wrong.add(`${lease.tile} ${digestOf(bytes)}`);
    const outcome = await session.returnTile(id, { tile: lease.tile, ticket: lease.ticket, ms: 50, backend: 'simulated' }, bytes);
    if (outcome.ok && outcome.value === 'accepted') taken.set(id, (taken.get(id) ?? 0) + 1);
    if (changesDevice && index < liars) {
      session.device(id, { device: `device-of-person-${index}-${count + 1}`, epoch: 0, engine: 1 });
      session.lend(id, { title: 'simulated', workers: 1, duty: 1 });
    }
    await clock.advance(50);
    return true;
  };
  /** All that can be known of what was returned is known; of a dear network that takes its time. */
  const settled = async (): Promise<void> => {
    // Others go on meanwhile.
    while (pointSeconds !== undefined && tiles.waiting > 0) {
      await clock.advance(1000);
      for (const [index, id] of ids.entries()) await turn(id, index);
    }
    await tiles.settled();
  };
  let turns = 0;
  for (let isBusy = true; isBusy; ) {
    isBusy = false;
    for (const [index, id] of ids.entries()) isBusy = (await turn(id, index)) || isBusy;
    if (turns++ > MOST_TURNS) throw new Error(`the room is not done after ${MOST_TURNS} turns`);
    if (!isBusy) {
      await settled();
      // What a trusted device returned last waits a while for more of it, and is then looked at.
      await clock.advance(WAITS_MS);
      await settled();
      for (const [index, id] of ids.entries()) isBusy = (await turn(id, index)) || isBusy;
    }
  }
  await settled();
  for (const tile of shown.keys()) ended(tile);

  let acceptedWrong = 0;
  let accepted = 0;
  /** Tiles that still stand though they are wrong. */
  let wrongLeft = 0;
  for (const { tile, digest, isVerified } of await storage.tiles(sliceId)) {
    const result = decodeTileResult((await storage.blob(digest))!);
    if (!result.ok) continue;
    wrongLeft += Number(isWrong(result.value.sets[0]!.lossSum, tile) > 0);
    if (!isVerified) continue;
    accepted += result.value.points;
    acceptedWrong += isWrong(result.value.sets[0]!.lossSum, tile);
  }
  watched.stop();
  const progress = (await session.scripts.progress(sliceId))!;
  const points = tilesOf(tiling).reduce((sum, tile) => sum + pointsOf(tiling, tile).length, 0);
  return {
    ...seen,
    points,
    accepted,
    acceptedWrong,
    wrongLeft,
    isComplete: progress.isComplete,
    /** Tiles that were taken from the first liar. */
    taken: taken.get('c0') ?? 0,
    notices: opened.heard('notice').map(([{ message }]) => message),
    votes: await storage.votes(),
  };
}
