/** The embedding worker's job: what it says and in which order, and that its numbers are those of the methods. */
import { describe, expect, test } from 'vitest';
import type { EmbedRequest, FromEmbedder } from '#lib/wire/embedMessages.ts';
import { embedJob } from '#workers/embedJob.ts';

const REQUEST: EmbedRequest = { cloud: 'helix', points: 60, seed: 3, k: 5, umap: { neighbours: 8, minDistance: 0.1 }, encoder: { epochs: 120 }, digits: null };

const said = (request: EmbedRequest) => {
  const job = embedJob(request);
  return { job, messages: [...job.messages()].filter((message): message is FromEmbedder => message !== null) };
};

describe('the embedding job', () => {
  test('[R12] says the cloud, then each picture with its quality, then that it is done; the same seed says the same', () => {
    const { job, messages } = said(REQUEST);
    expect(messages[0]).toMatchObject({ kind: 'cloud', dimensions: 3 });
    expect(messages.at(-1)).toEqual({ kind: 'done' });
    const qualities = messages.flatMap((message) => (message.kind === 'quality' ? [message] : []));
    expect(qualities.map(({ of }) => of)).toEqual(['pca', 'umap', 'encoder']);
    for (const { quality } of qualities) for (const value of [quality.trustworthiness, quality.continuity]) expect(value > 0.5 && value <= 1).toBe(true);
    const last = (of: string) => messages.findLast((message) => message.kind === 'picture' && message.of === of) as FromEmbedder & { kind: 'picture' };
    // Two of three components lose something; UMAP has no way back; the auto-encoder was trained on.
    expect(last('pca').lost).toBeGreaterThan(0.1);
    expect(last('umap').lost).toBeNull();
    expect(last('encoder').lost).toBeLessThan(last('pca').lost!);
    for (const of of ['pca', 'umap', 'encoder']) expect(last(of)).toMatchObject({ points: { length: 60 } });
    expect(said(REQUEST).messages).toEqual(messages);
    const again = job.quality(9);
    expect(again.map((message) => message.kind === 'quality' && message.quality.k)).toEqual([9, 9, 9]);
    expect(again).not.toEqual(qualities);
  });

  test('[R12] what a method refuses is refused in its words', () => {
    expect(() => said({ ...REQUEST, umap: { neighbours: 60, minDistance: 0.1 } })).toThrow('60 neighbours of 60 points');
    expect(() => embedJob({ ...REQUEST, cloud: 'digits', digits: 'none' })).toThrow('line 1 of the digits');
  });
});
