/** The HTTP interface over a real server: what scripts send and get, and how errors look. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '#lib/digest.ts';
import type { CreatedSession, JoinedSession, ProblemDetails, SliceProgress, SurfaceJson } from '#lib/wire/api.ts';
import { sliceIdOf } from '#lib/slice/recipe.ts';
import type { LeaseOffer } from '#lib/wire/events.ts';
import { entriesOf } from '#lib/session/ledger.ts';
import { tilesOf, tilingOf } from '#lib/work/tile.ts';
import { annotationsOf, slicesOf, titleOf } from '#lib/session/document.ts';
import { evaluatorFor } from '#tests/support/evaluated.ts';
import { openPage, startServer, until } from '#tests/support/startedTarn.ts';
import { lineSubject, planeRecipe } from '#tests/support/subjects.ts';
import { CPU } from '#tests/support/lendFacts.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const recipe = planeRecipe({ samples: [{ set: 'train', count: 8 }, { set: 'test', count: 4 }] }, [17, 9]);
const evaluate = evaluatorFor(lineSubject());
const get = (path: string, init?: RequestInit) => fetch(server.url + path, init);

async function problemOf(response: Response): Promise<ProblemDetails> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as ProblemDetails;
  expect(problem.status).toBe(response.status);
  expect(problem.detail.length).toBeGreaterThan(10);
  return problem;
}

describe('HTTP interface', () => {
  it('[H1] is healthy', async () => {
    const response = await get('/healthz');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok' });
  });

  it('[H1] makes a session with both links, and gives its key to who knows the code', async () => {
    const response = await server.post('/api/v1/sessions', { title: 'Basins' });
    expect(response.status).toBe(201);
    const created = (await response.json()) as CreatedSession;
    expect(created.editLink).toBe(`${server.url}/s/${created.id}#key=${created.key}`);
    expect(created.viewLink).toBe(`${server.url}/s/${created.id}`);
    expect(created.code).toMatch(/^[A-Z2-9]{6}$/);
    const joined = (await (await server.post('/api/v1/join', { code: ` ${created.code.slice(0, 3).toLowerCase()}-${created.code.slice(3)}` })).json()) as JoinedSession;
    expect(joined).toEqual({ id: created.id, key: created.key });
    const page = await openPage(server.url, { session: created.id, key: joined.key });
    expect(titleOf(page.doc)).toBe('Basins');
    expect(annotationsOf(page.doc).size).toBe(0);
    page.close();
  });

  it('[H1] links begin with PUBLIC_URL when it is set', async () => {
    const elsewhere = await startServer({ publicUrl: 'https://tarn.example.org' });
    expect((await elsewhere.createSession()).viewLink).toMatch(/^https:\/\/tarn\.example\.org\/s\//);
    await elsewhere.close();
  });

  it('[H2] places a slice with the key, tells its progress and its values', async () => {
    const { id, key } = await server.createSession();
    const sliceId = sliceIdOf(recipe);
    const place = () => server.post(`/api/v1/sessions/${id}/slices`, recipe, { authorization: `Bearer ${key}` });
    const placed = await place();
    expect(placed.status).toBe(201);
    expect(placed.headers.get('location')).toBe(`/api/v1/sessions/${id}/slices/${sliceId}`);
    expect(await placed.json()).toMatchObject({ sliceId, points: 153, measured: 0, isComplete: false, helpers: 0 });
    expect((await place()).status).toBe(200);

    const ada = await openPage(server.url, { session: id, key });
    expect([...slicesOf(ada.doc).values()].map(({ by }) => by)).toEqual(['api']);
    const offered: LeaseOffer[] = [];
    ada.socket.on('offerWork', (offers) => offered.push(...offers));
    ada.socket.emit('lend', CPU);
    const leases = [...(await ada.socket.emitWithAck('askForWork', 64))];
    const [first] = leases;
    await ada.socket.emitWithAck('returnTile', { tile: first!.tile, ticket: first!.ticket, ms: 1, backend: 'CPU' }, evaluate(recipe, first!.tile));
    await server.tiles.settled();
    const partly = (await (await get(`/api/v1/sessions/${id}/slices/${sliceId}`)).json()) as SliceProgress;
    expect(partly).toMatchObject({ tilesDone: 1, helpers: 1, isComplete: false });
    expect(partly.measured).toBe(partly.verified);
    const count = tilesOf(tilingOf(recipe, lineSubject().manifest)).length;
    leases.shift();
    for (let done = 1; done < count; done++) {
      if (leases.length === 0) leases.push(...(await ada.socket.emitWithAck('askForWork', 1)));
      // With its first verdict a newcomer is given more, unasked.
      if (leases.length === 0) await until(() => leases.push(...offered.splice(0)) > 0, 'more work');
      const lease = leases.shift()!;
      await ada.socket.emitWithAck('returnTile', { tile: lease.tile, ticket: lease.ticket, ms: 1, backend: 'CPU' }, evaluate(recipe, lease.tile));
    }
    // What came last of a trusted device is looked at a moment later.
    await until(() => [...entriesOf(ada.ledger).values()].filter(({ isVerified }) => isVerified).length === count, 'every tile verified');
    const surface = (await (await get(`/api/v1/sessions/${id}/slices/${sliceId}/surface?format=json`)).json()) as SurfaceJson;
    expect(surface.alpha).toHaveLength(17);
    expect(surface.beta).toHaveLength(9);
    expect(surface.sets.map(({ set, samples, accuracy }) => [set, samples, accuracy])).toEqual([['train', 8, null], ['test', 4, null]]);
    expect(surface.sets[0]!.loss).toHaveLength(9);
    expect(surface.sets[0]!.status.flat().every((status) => status === 'finite')).toBe(true);
    expect(surface.sets[0]!.verified.flat().every(Boolean)).toBe(true);
    // The trained line fits exactly, and the centre of the slice is it.
    expect(surface.sets[0]!.loss[4]![8]).toBe(0);
    expect(surface.provenance).toMatchObject({ subject: recipe.subject, parameters: 2, loss: 'squared error', backends: ['CPU'], computedBy: 1 });
    ada.close();
  });

  it('[H3] gives a tile by its hash, to be kept for ever', async () => {
    const bytes = evaluate(recipe, `${sliceIdOf(recipe)}/0/0/0`);
    const digest = digestOf(bytes);
    const response = await get(`/api/v1/tiles/${digest}`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect((await get(`/api/v1/tiles/${digest}`, { headers: { 'if-none-match': `"${digest}"` } })).status).toBe(304);
    expect((await problemOf(await get(`/api/v1/tiles/${'0'.repeat(64)}`))).status).toBe(404);
    expect((await problemOf(await get('/api/v1/tiles/..%2f..%2fetc'))).status).toBe(404);
  });

  it('[H2] refuses a slice without the key, with another session’s, or with one that cannot be computed', async () => {
    const { id, key } = await server.createSession();
    const other = await server.createSession();
    const path = `/api/v1/sessions/${id}/slices`;
    expect((await problemOf(await server.post(path, recipe))).status).toBe(401);
    expect((await problemOf(await server.post(path, recipe, { authorization: `Bearer ${other.key}` }))).status).toBe(403);
    const bad = await problemOf(await server.post(path, planeRecipe({}, [10, 9]), { authorization: `Bearer ${key}` }));
    expect(bad.status).toBe(422);
    expect(bad.problems).toEqual([{ path: 'axes.0.count', message: expect.stringContaining('odd') as string }]);
    expect((await problemOf(await server.post(path, { format: 1 }, { authorization: `Bearer ${key}` }))).problems!.length).toBeGreaterThan(2);
    expect((await problemOf(await server.post('/api/v1/sessions/nowhere/slices', recipe, { authorization: `Bearer ${key}` }))).status).toBe(404);
  });

  it.each<[string, number, () => Promise<Response>]>([
    ['an unknown address', 404, () => get('/api/v1/nothing')],
    ['another version', 404, () => get('/api/v2/sessions')],
    ['a wrong method', 405, () => get('/api/v1/sessions')],
    ['a deletion', 405, () => get('/healthz', { method: 'DELETE' })],
    ['bad JSON', 400, () => server.post('/api/v1/sessions', '{"title":')],
    ['a wrong type', 415, () => server.post('/api/v1/sessions', '<a/>', { 'content-type': 'text/xml' })],
    ['a field too many', 422, () => server.post('/api/v1/sessions', { title: 'a', admin: true })],
    ['a list', 422, () => server.post('/api/v1/sessions', [])],
    ['a title too long', 422, () => server.post('/api/v1/sessions', { title: 'x'.repeat(81) })],
    ['a body too large', 413, () => server.post('/api/v1/sessions', JSON.stringify({ title: 'x'.repeat(70_000) }))],
    ['a code with a zero', 422, () => server.post('/api/v1/join', { code: 'ABCDE0' })],
    ['no code', 422, () => server.post('/api/v1/join', {})],
    ['a code nobody has', 404, () => server.post('/api/v1/join', { code: 'ZZZZZZ' })],
    ['an unknown session', 404, () => get(`/api/v1/sessions/nowhere/slices/${'a'.repeat(32)}`)],
    ['what is no slice id', 404, () => get('/api/v1/sessions/nowhere/slices/abc')],
    ['another format', 400, () => get(`/api/v1/sessions/nowhere/slices/${'a'.repeat(32)}/surface?format=xml`)],
  ])('[H4] %s is answered with problem details and %i', async (_, status, ask) => {
    expect((await problemOf(await ask())).status).toBe(status);
  });

  it('[H5] codes cannot be guessed fast, not even the right one, and people elsewhere join as before', async () => {
    const fresh = await startServer({ trustProxy: true });
    const { code } = await fresh.createSession();
    const join = (tried: string, from: string) => fresh.post('/api/v1/join', { code: tried }, { 'x-forwarded-for': `10.0.0.1, ${from}` });
    const wrong = Array.from({ length: 30 }, (_, n) => `ZZZZ${'ABCDEFGHJK'[n % 10]}${'MNP'[Math.floor(n / 10)]}`);
    const statuses: number[] = [];
    for (const tried of wrong) statuses.push((await join(tried, '192.0.2.1')).status);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 404));
    expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429]);
    expect((await join(code, '192.0.2.1')).status).toBe(429);
    for (let count = 0; count < 40; count++) expect((await join(code, '192.0.2.2')).status).toBe(200);
    await fresh.close();
  });

  it('[H6] every response forbids foreign scripts and frames, and pages get a fresh nonce', async () => {
    const policies: string[] = [];
    for (const path of ['/', '/', '/healthz', '/api/v1/nothing', '/_next/static/x.js']) {
      const response = await get(path);
      const policy = response.headers.get('content-security-policy')!;
      policies.push(policy);
      expect(policy).not.toContain("'unsafe-eval'");
      expect(policy).not.toContain("'unsafe-inline'");
      expect(response.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await response.arrayBuffer();
    }
    expect(policies[0]).toContain("frame-ancestors 'none'");
    expect(policies[0]).not.toBe(policies[1]);
    expect(policies[4]).toContain("worker-src 'self'");
  });
});
