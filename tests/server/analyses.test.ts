/** Long analyses over a real server: asked for by one, computed by whoever is willing, seen by all, kept. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAnalystPool } from '#client/analystPool.ts';
import { createFiles } from '#client/files.ts';
import { readVectorFile, writeVectorFile } from '#lib/formats/vectorFile.ts';
import { fromJsonNumber } from '#lib/analysis/requests/jsonNumber.ts';
import { analysisIdOf, readRequest, type AnalysisRequest, type UnitOf } from '#lib/analysis/requests/requests.ts';
import { writeRecord } from '#lib/session/document.ts';
import { encodeUnit } from '#lib/wire/unitCodec.ts';
import { inlineAnalysts, openAnalysisPage } from '#tests/support/analysisPage.ts';
import { openPage, startServer, until } from '#tests/support/startedTarn.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const subject = lineSubject();
const losses: AnalysisRequest = {
  kind: 'checkpointLosses',
  format: 1,
  subject: subject.id,
  samples: [{ set: 'train', count: 8 }, { set: 'test', count: 4 }],
  loss: 'squaredError',
  mode: { batchNorm: 'frozen', dropout: 'off' },
};
const gradients: AnalysisRequest = { kind: 'gradient', format: 1, subject: subject.id, recipe: planeRecipe(), points: [[0, 0], [0.5, -0.25]] };

/** Mean of (m·x + b − y)² over the first samples, in double. */
const lossAt = (m: number, b: number, count: number): number =>
  subject.sets.train.inputs.slice(0, count).reduce((sum, x, index) => sum + (m * x + b - subject.sets.train.targets[index]!) ** 2, 0) / count;

describe('requests', () => {
  it('[U11] the id is the hash of the request, and one that does not fit its network is refused beside its field', () => {
    expect(analysisIdOf(losses)).toBe(analysisIdOf({ ...losses }));
    expect(analysisIdOf({ ...losses, loss: 'absoluteError' } as AnalysisRequest)).not.toBe(analysisIdOf(losses));
    const problem = (change: object) => {
      const outcome = readRequest({ ...losses, ...change }, (id) => (id === subject.id ? subject.manifest : undefined));
      return outcome.ok ? null : outcome.problems[0]!.path;
    };
    expect(problem({})).toBeNull();
    expect(problem({ samples: [{ set: 'train', count: 9 }] })).toBe('samples.0.count');
    expect(problem({ loss: 'crossEntropy' })).toBe('loss');
    expect(problem({ mode: { batchNorm: { policy: 'batch', batch: 4 }, dropout: 'off' } })).toBe('mode.batchNorm');
    expect(problem({ subject: 'f'.repeat(64) })).toBe('subject');
    expect(problem({ kind: 'horoscope' })).toBe('kind');
    const ofPoint = readRequest({ ...gradients, points: [[0]] }, () => subject.manifest);
    expect(ofPoint).toMatchObject({ ok: false, problems: [{ path: 'points.0' }] });
  });
});

describe('long analyses', () => {
  it('[U19] one asks and computes, another sees who and how far, and who comes late finds the results', async () => {
    const { id: session, key } = await server.createSession();
    const ada = await openAnalysisPage(server.url, { session, key }, subject);
    const bob = await openAnalysisPage(server.url, { session }, subject);
    const placed = ada.analyses.place(losses);
    const id = 'analysisId' in placed ? placed.analysisId : '';
    await until(() => bob.view(id)?.status === 'done' && bob.view(id)!.units.every(({ result }) => result !== null), 'the results at the other page');
    const { units, total, share } = bob.view(id)!;
    expect([total, share]).toEqual([2, 1]);
    expect(units.map(({ entry }) => [entry.by, entry.backend])).toEqual(Array(2).fill([ada.me.id, 'float64 on the processor']));
    await until(() => bob.view(id)!.units.every(({ entry }) => entry.verified?.includes('float64')), 'what the server recomputed');
    const [initial, trained] = units.map(({ result }) => (result as UnitOf<'checkpointLosses'>).sets.map(({ loss }) => fromJsonNumber(loss)));
    expect(initial![0]).toBeCloseTo(lossAt(0, 0, 8), 12);
    expect(initial![1]).toBeCloseTo(lossAt(0, 0, 4), 12);
    expect(trained![0]).toBe(0);
    const eve = await openAnalysisPage(server.url, { session }, subject);
    await until(() => eve.view(id)?.units.every(({ result }) => result !== null) === true && eve.view(id)!.units.length === 2, 'the results at the late page');
    for (const page of [ada, bob, eve]) page.close();
  });

  it('[U13] a gradient in full space is right, and whoever lends is lent units of it', async () => {
    const { id: session, key } = await server.createSession();
    const bob = await openAnalysisPage(server.url, { session }, subject);
    bob.lend();
    const ada = await openPage(server.url, { session, key });
    const id = analysisIdOf(gradients);
    await ada.change((doc) => writeRecord(doc, 'analyses', id, { by: ada.welcome.me.id, byName: 'Ada', at: 1, request: gradients, isPaused: false, isPutAway: false }));
    await until(() => bob.view(id)?.status === 'done' && bob.view(id)!.units[1]?.result !== null, 'the units of who lends');
    const [, second] = bob.view(id)!.units;
    expect(second!.entry.by).toBe(bob.me.id);
    const { norm, inSlice, loss } = second!.result as UnitOf<'gradient'>;
    // A plane of two parameters is the whole space, so all of the gradient lies in it.
    expect(fromJsonNumber(inSlice)).toBeCloseTo(fromJsonNumber(norm), 10);
    expect(fromJsonNumber(norm)).toBeGreaterThan(0.1);
    expect(fromJsonNumber(loss)).toBeGreaterThan(0);
    bob.close();
    ada.close();
  });

  it('[U12] is paused, put away and brought back by undo, and never changed or erased; who only looks places nothing', async () => {
    const { id: session, key } = await server.createSession();
    // Nobody to compute: what is wanted is all that is looked at here.
    const ada = await openAnalysisPage(server.url, { session, key }, subject, { most: 0, hire: inlineAnalysts().hire });
    const placed = ada.analyses.place(losses);
    const id = 'analysisId' in placed ? placed.analysisId : '';
    ada.analyses.pause(id);
    await until(() => ada.view(id)?.status === 'paused', 'the pause');
    ada.analyses.putAway(id);
    await until(() => ada.view(id) === undefined, 'it to be put away');
    ada.undo();
    await until(() => ada.view(id)?.status === 'paused', 'it to be back');

    const bob = await openPage(server.url, { session, key });
    const record = { by: bob.welcome.me.id, byName: 'Bob', at: 1, request: gradients, isPaused: false, isPutAway: false };
    const refused = async (make: Parameters<typeof bob.change>[0]) => {
      const page = await openPage(server.url, { session, key, token: bob.welcome.token });
      const reply = await page.change(make);
      page.close();
      return reply.ok ? null : reply.problems[0]!.message;
    };
    expect(await refused((doc) => writeRecord(doc, 'analyses', id, null))).toContain('put away');
    expect(await refused((doc) => writeRecord(doc, 'analyses', id, record))).toContain('hash');
    expect(await refused((doc) => writeRecord(doc, 'analyses', id, { ...record, request: losses }))).toContain('never changes');
    expect(await refused((doc) => writeRecord(doc, 'analyses', analysisIdOf(gradients), { ...record, by: ada.me.id }))).toContain('signed');
    expect(await refused((doc) => writeRecord(doc, 'analyses', analysisIdOf(gradients), record))).toBeNull();
    const eve = await openPage(server.url, { session });
    const reply = await eve.change((doc) => writeRecord(doc, 'analyses', id, null));
    expect(reply).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('only look') }] });
    for (const page of [ada, bob, eve]) page.close();
  });

  it('[U18] a result is listed only with its ticket and in the form of its kind, and the first one counts', async () => {
    const { id: session, key } = await server.createSession();
    const ada = await openPage(server.url, { session, key });
    const id = analysisIdOf(losses);
    await ada.change((doc) => writeRecord(doc, 'analyses', id, { by: ada.welcome.me.id, byName: 'Ada', at: 1, request: losses, isPaused: false, isPutAway: false }));
    const [offer] = await ada.socket.emitWithAck('askForUnits', id, 1);
    expect(offer).toMatchObject({ analysis: id, unit: 0, kept: null });
    const back = (unit: number, ticket: string, content: unknown) =>
      ada.socket.emitWithAck('returnUnit', { analysis: id, unit, ms: 1, backend: 'x', ticket }, encodeUnit(content));
    const good = { sets: [{ loss: lossAt(0, 0, 8), correct: 0 }, { loss: lossAt(0, 0, 4), correct: 0 }] };
    expect(await back(0, 'forged', good)).toMatchObject({ ok: false });
    expect(await back(1, offer!.ticket, good)).toMatchObject({ ok: false });
    expect(await back(0, offer!.ticket, { sets: [{ loss: 'low', correct: 0 }] })).toMatchObject({ ok: false, problems: [{ path: 'sets.0.loss' }] });
    expect(await back(0, offer!.ticket, good)).toEqual({ ok: true, value: 'accepted' });
    expect(await back(0, offer!.ticket, { sets: [{ loss: 2, correct: 0 }] })).toEqual({ ok: true, value: 'duplicate' });
    const units = ada.ledger.getMap('units');
    await until(() => units.size === 1, 'the ledger');
    expect([...units.keys()]).toEqual([`${id}/0`]);
    ada.close();
  });

  it('[U14] a unit of a page that leaves is lent to the next, and a page that comes back holds what nobody else took', async () => {
    const { id: session, key } = await server.createSession();
    const ada = await openPage(server.url, { session, key });
    const id = analysisIdOf(losses);
    await ada.change((doc) => writeRecord(doc, 'analyses', id, { by: ada.welcome.me.id, byName: 'Ada', at: 1, request: losses, isPaused: false, isPutAway: false }));
    const offers = await ada.socket.emitWithAck('askForUnits', id, 8);
    expect(offers.map(({ unit }) => unit)).toEqual([0, 1]);
    const bob = await openPage(server.url, { session, key });
    expect(await bob.socket.emitWithAck('askForUnits', id, 8)).toEqual([]);
    const again = new Promise((resolve) => bob.socket.once('unitsWaiting', () => resolve('asked again')));
    ada.close();
    expect(await again).toBe('asked again');
    const [taken] = await bob.socket.emitWithAck('askForUnits', id, 1);
    expect(taken!.unit).toBe(0);
    const back = await openPage(server.url, { session, key, token: ada.welcome.token });
    const progress = (unit: number) => back.socket.emitWithAck('unitProgress', { analysis: id, unit, ticket: offers[unit]!.ticket, share: 0.5, live: [] });
    expect(await progress(0)).toBe(false);
    expect(await progress(1)).toBe(true);
    bob.close();
    back.close();
  });

  const bend: AnalysisRequest = {
    kind: 'curve', format: 1, subject: subject.id, from: 'initial', to: 'trained', shape: 'bezier', loss: 'squaredError',
    samples: 8, seed: 3, steps: 12_000, batch: 4, learningRate: 0.02, momentum: 0.9, weightDecay: 0,
  };

  it('[U16] what one page kept is gone on from at another, and ends where it would have ended', async () => {
    const { id: session, key } = await server.createSession();
    const ada = await openAnalysisPage(server.url, { session, key }, subject);
    const bob = await openAnalysisPage(server.url, { session, key }, subject);
    const placed = ada.analyses.place(bend);
    const id = 'analysisId' in placed ? placed.analysisId : '';
    await until(() => (bob.view(id)?.running[0]?.share ?? 0) > 0, 'progress at the other page');
    expect(bob.view(id)!.running[0]!.by).toBe(ada.me.id);
    expect(bob.view(id)!.running[0]!.live.length).toBeGreaterThan(0);
    bob.analyses.pause(id);
    await until(() => bob.view(id)?.kept.length === 1, 'what was kept');
    const { share } = bob.view(id)!.kept[0]!;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(1);
    ada.close();
    bob.analyses.computeHere(id);
    await until(() => bob.view(id)?.status === 'done' && bob.view(id)!.units[0]!.result !== null, 'the end at the other page');
    expect(bob.view(id)!.units[0]!.entry.by).toBe(bob.me.id);
    expect(bob.view(id)!.kept).toEqual([]);
    await until(() => bob.view(id)!.units[0]!.entry.verified?.includes('one place of the curve') === true, 'the check of a place of the curve');
    const gone = bob.view(id)!.units[0]!.result;

    const other = await server.createSession();
    const eve = await openAnalysisPage(server.url, { session: other.id, key: other.key }, subject);
    eve.analyses.place(bend);
    await until(() => eve.view(id)?.status === 'done' && eve.view(id)!.units[0]!.result !== null, 'the same without a pause');
    expect(eve.view(id)!.units[0]!.result).toEqual(gone);
    const { along, straight, bend: digest } = gone as UnitOf<'curve'>;
    expect([along[0], along[20]]).toEqual([straight[0], straight[20]]);
    expect(fromJsonNumber(straight[20]!)).toBe(0);
    const file = readVectorFile(await createFiles({ session, key: null, origin: server.url }).load(digest));
    expect(file).toMatchObject({ ok: true, value: { kind: 'point', subject: subject.id } });
    bob.close();
    eve.close();
  });

  it('[U20] a result that does not match float64 is taken back, and its author is not lent that unit again', async () => {
    const { id: session, key } = await server.createSession();
    const eve = await openPage(server.url, { session, key });
    const id = analysisIdOf(losses);
    await eve.change((doc) => writeRecord(doc, 'analyses', id, { by: eve.welcome.me.id, byName: 'Eve', at: 1, request: losses, isPaused: false, isPutAway: false }));
    const [offer] = await eve.socket.emitWithAck('askForUnits', id, 1);
    const notice = new Promise<string>((resolve) => eve.socket.on('notice', ({ message }) => resolve(message)));
    const wrong = encodeUnit({ sets: [{ loss: lossAt(0, 0, 8) * 1.001, correct: 0 }, { loss: lossAt(0, 0, 4), correct: 0 }] });
    expect(await eve.socket.emitWithAck('returnUnit', { analysis: id, unit: 0, ms: 1, backend: 'x', ticket: offer!.ticket }, wrong)).toEqual({ ok: true, value: 'accepted' });
    expect(await notice).toContain('did not match');
    const units = eve.ledger.getMap('units');
    await until(() => units.size === 0, 'the ledger to forget it');
    expect((await eve.socket.emitWithAck('askForUnits', id, 8)).map(({ unit }) => unit)).toEqual([1]);
    const bob = await openAnalysisPage(server.url, { session, key }, subject);
    bob.analyses.computeHere(id);
    await until(() => bob.view(id)?.units[0]?.entry.verified !== undefined && bob.view(id)!.units[0]!.entry.verified !== null, 'the right one');
    expect(bob.view(id)!.units[0]!.entry.by).toBe(bob.me.id);
    eve.close();
    bob.close();
  });

  it('[U20] an ε-sharpness whose highest place is not as high as it says is taken back, and the next one is checked and stands', async () => {
    const box: AnalysisRequest = { kind: 'boxSharpness', format: 1, subject: subject.id, checkpoint: subject.manifest.checkpoints[0]!.id, samples: { set: 'train', count: 8 }, loss: 'squaredError', epsilon: 0.01, starts: 1, steps: 3, seed: 1 };
    const { id: session, key } = await server.createSession();
    const eve = await openPage(server.url, { session, key });
    const id = analysisIdOf(box);
    await eve.change((doc) => writeRecord(doc, 'analyses', id, { by: eve.welcome.me.id, byName: 'Eve', at: 1, request: box, isPaused: false, isPutAway: false }));
    const [offer] = await eve.socket.emitWithAck('askForUnits', id, 1);
    const file = writeVectorFile({ kind: 'direction', subject: subject.id, title: 'nowhere', made: null, values: Float32Array.of(0.01, 0.01) });
    const digest = await createFiles({ session, key, origin: server.url }).keep(file);
    const notice = new Promise<string>((resolve) => eve.socket.on('notice', ({ message }) => resolve(message)));
    const wrong = encodeUnit({ loss: lossAt(0, 0, 8), highest: 2 * lossAt(0, 0, 8), worst: digest });
    expect(await eve.socket.emitWithAck('returnUnit', { analysis: id, unit: 0, ms: 1, backend: 'x', ticket: offer!.ticket }, wrong)).toEqual({ ok: true, value: 'accepted' });
    expect(await notice).toContain('did not match float64');
    await until(() => eve.ledger.getMap('units').size === 0, 'the ledger to forget it');
    const bob = await openAnalysisPage(server.url, { session, key }, subject);
    bob.analyses.computeHere(id);
    await until(() => bob.view(id)?.units[0]?.entry.verified?.includes('highest place') === true, 'the right one to be verified');
    eve.close();
    bob.close();
  });

  it('[U17] a worker that does not answer is ended within half a second of a pause', async () => {
    let ended = 0;
    const pool = createAnalystPool({ most: 1, hire: () => ({ post: () => {}, end: () => void ended++ }) });
    const abort = new AbortController();
    const work = { request: bend, unit: 0, subject, inputs: new Map(), kept: null };
    const end = pool.run(work, { signal: abort.signal, onProgress: () => {}, onKept: () => {} });
    const start = performance.now();
    abort.abort();
    expect(await end).toEqual({ kind: 'stopped', share: 0, state: null });
    expect(performance.now() - start).toBeLessThan(500);
    expect(ended).toBe(1);
    pool.dispose();
  });
});
