/** Every method has an entry in docs/METHODS.md, with all its parts, and the tests that an entry names are there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../..');
const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const ENTRIES = text('docs/METHODS.md')
  .split(/^## /m)
  .slice(1)
  .map((entry) => ({ title: entry.slice(0, entry.indexOf('\n')), body: entry }));
const PARTS = ['Formula', 'Default', 'Source', 'Limits', 'Code', 'Test'];

const partOf = (body: string, part: string): string => new RegExp(`^- \\*\\*${part}\\*\\*: ([^]*?)(?=^- \\*\\*|$(?![^]))`, 'm').exec(body)?.[1]?.trim() ?? '';
const pathsIn = (words: string): readonly string[] => [...words.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, file]) => file!);

describe('the methods as documented', () => {
  test.each(ENTRIES)('[docs] $title states its formula, default, source, limits, code and test', ({ body }) => {
    for (const part of PARTS) expect({ part, words: partOf(body, part) }).toEqual({ part, words: expect.stringMatching(/\w{3}/) });
    const named = [...pathsIn(partOf(body, 'Code')), ...pathsIn(partOf(body, 'Test'))];
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
    const tests = pathsIn(partOf(body, 'Test')).filter((file) => file.startsWith('tests/'));
    expect(tests.length).toBeGreaterThan(0);
    const rules = [...partOf(body, 'Test').matchAll(/\b([A-Z]\d+)\b/g)].map(([, rule]) => rule!);
    for (const rule of rules) expect(tests.map(text).join()).toContain(`[${rule}]`);
  });

  test('[docs] every file of lib/analysis stands in an entry', () => {
    const named = new Set(ENTRIES.flatMap(({ body }) => pathsIn(partOf(body, 'Code'))));
    // What a page may ask for stands in requests/: its methods are those of the files here.
    const files = readdirSync(path.join(ROOT, 'lib/analysis')).flatMap((file) => (file.endsWith('.ts') ? [`lib/analysis/${file}`] : []));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  test('[docs] so does everything that a slice is made of, and what is measured on it', () => {
    const named = new Set(ENTRIES.flatMap(({ body }) => pathsIn(partOf(body, 'Code'))));
    // How a recipe is read and how vectors are added up is no method.
    const plumbing = ['measure.ts', 'range.ts', 'vectors.ts'];
    const files = [
      ...readdirSync(path.join(ROOT, 'lib/slice')).flatMap((file) => (plumbing.includes(file) ? [] : [`lib/slice/${file}`])),
      ...['loss.ts', 'mode.ts', 'batches.ts', 'dropout.ts'].map((file) => `lib/network/${file}`),
    ];
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });
});
