/** Files of a session over a real server: put with the key at their hash, fetched by it, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFiles } from '#client/files.ts';
import { digestOf } from '#lib/digest.ts';
import { writeSafetensors } from '#lib/formats/safetensors.ts';
import { readVectorFile, writeVectorFile } from '#lib/formats/vectorFile.ts';
import type { ProblemDetails } from '#lib/wire/api.ts';
import { startServer } from '#tests/support/startedTarn.ts';
import { lineSubject } from '#tests/support/subjects.ts';

let server: Awaited<ReturnType<typeof startServer>>;

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const vector = (title: string) =>
  writeVectorFile({ kind: 'direction', subject: lineSubject().id, title, made: { method: 'eigenvector', index: 0 }, values: Float32Array.of(0.25, -1e-30, 3) });

describe('files', () => {
  it('[H8] what is kept with the key is loaded by hash, bit for bit, also by who only looks', async () => {
    const { id, key } = await server.createSession();
    const bytes = vector('steepest');
    const digest = await createFiles({ session: id, key, origin: server.url }).keep(bytes);
    expect(digest).toBe(digestOf(bytes));
    const loaded = await createFiles({ session: id, key: null, origin: server.url }).load(digest);
    const read = readVectorFile(loaded);
    expect(read).toMatchObject({ ok: true, value: { kind: 'direction', subject: lineSubject().id, title: 'steepest', made: { method: 'eigenvector', index: 0 } } });
    expect(read.ok && [...read.value.values]).toEqual([0.25, Math.fround(-1e-30), 3]);
    const answer = await fetch(`${server.url}/api/v1/files/${digest}`);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${server.url}/api/v1/files/${digest}`, { headers: { 'if-none-match': `"${digest}"` } })).status).toBe(304);
  });

  it('[H8] the key, the hash and the form are checked, each with its words', async () => {
    const { id, key } = await server.createSession();
    const other = await server.createSession();
    const bytes = vector('checked');
    const put = (digest: string, body: Uint8Array<ArrayBuffer>, authorization = `Bearer ${key}`) =>
      fetch(`${server.url}/api/v1/sessions/${id}/files/${digest}`, { method: 'PUT', headers: { authorization }, body });
    const said = async (response: Promise<Response>) => {
      const answer = await response;
      return [answer.status, ((await answer.json()) as ProblemDetails).detail] as const;
    };
    expect((await put(digestOf(bytes), bytes)).status).toBe(201);
    expect((await put(digestOf(bytes), bytes)).status).toBe(200);
    expect(await said(put(digestOf(bytes), bytes, ''))).toEqual([401, expect.stringContaining('Bearer')]);
    expect((await said(put(digestOf(bytes), bytes, `Bearer ${other.key}`)))[0]).toBe(403);
    expect(await said(put(digestOf('else'), bytes))).toEqual([422, expect.stringContaining(digestOf(bytes))]);
    const text = new TextEncoder().encode('not a file of ours, whatever its length');
    expect(await said(put(digestOf(text), text))).toEqual([422, expect.stringContaining('safetensors')]);
    expect((await said(put('nonsense', bytes)))[0]).toBe(404);
    const large = new Uint8Array(32 * 1024 * 1024 + 1);
    expect((await said(put(digestOf('large'), large)))[0]).toBe(413);
    expect((await fetch(`${server.url}/api/v1/files/${digestOf('nothing')}`)).status).toBe(404);
  });

  it('[H8] a page is told in words why a file cannot be kept or fetched', async () => {
    const { id, key } = await server.createSession();
    await expect(createFiles({ session: id, key: null, origin: server.url }).keep(vector('x'))).rejects.toMatchObject({ code: 'fileRefused' });
    await expect(createFiles({ session: id, key: 'wrong', origin: server.url }).keep(vector('x'))).rejects.toMatchObject({ code: 'fileRefused' });
    await expect(createFiles({ session: id, key, origin: server.url }).load(digestOf('nothing'))).rejects.toMatchObject({ code: 'fileMissing' });
    await expect(createFiles({ session: id, key, origin: 'http://127.0.0.1:9' }).load(digestOf('nothing'))).rejects.toMatchObject({ code: 'offline' });
  });

  it('[B3] a file that is no vector, or of no network, is refused with what is missing', () => {
    const values = Float32Array.of(1);
    const tensors = new Map([['vector', { shape: [1], values }]]);
    const message = (file: Uint8Array) => {
      const outcome = readVectorFile(file);
      return outcome.ok ? 'read' : outcome.problems[0]!.message;
    };
    const subject = lineSubject().id;
    expect(message(writeSafetensors(tensors, { 'tarn.vector': 'point', subject }))).toBe('read');
    expect(message(writeSafetensors(tensors, { subject }))).toContain('tarn.vector');
    expect(message(writeSafetensors(tensors, { 'tarn.vector': 'point', subject: 'x' }))).toContain('network');
    expect(message(writeSafetensors(new Map(), { 'tarn.vector': 'point', subject }))).toContain('float32');
    expect(message(writeVectorFile({ kind: 'point', subject, title: '', made: null, values: Float32Array.of(NaN) }))).toContain('finite');
    expect(message(writeSafetensors(tensors, { 'tarn.vector': 'point', subject, made: '{' }))).toContain('JSON');
  });
});
