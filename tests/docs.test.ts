/** The documents must not drift: the paths they name exist, and every numbered rule has a test of its name. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (path: string) => readFileSync(join(root, path), 'utf8');

const filesUnder = (path: string): string[] =>
  readdirSync(path).flatMap((name) => {
    const file = join(path, name);
    return statSync(file).isDirectory() ? filesUnder(file) : [file];
  });

const tests = filesUnder(join(root, 'tests')).filter((file) => /\.(test|spec)\.tsx?$|Contract\.ts$/.test(file));
const tested = new Set(tests.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\[([A-Z]\d+)\]/g)].map(([, rule]) => rule!)));
const rules = [...text('docs/SPEC.md').matchAll(/^\s*[-*|]\s*\*\*([A-Z]\d+)\*\*/gm)].map(([, rule]) => rule!);
const stated = new Set(rules);

describe('documents', () => {
  it.each(['README.md', 'ARCHITECTURE.md', 'docs/GLOSSARY.md', 'docs/PROTOCOL.md', 'docs/SPEC.md'])('[docs] every path that %s names exists', (document) => {
    const named = [...text(document).matchAll(/`((?:app|components|client|lib|workers|server|tests|bench|scripts|docs|public)\/[\w./[\]-]+)`/g)].map(([, path]) => path!);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('[docs] every rule has a test named after it', () => {
    expect(stated.size).toBeGreaterThan(40);
    expect([...stated].filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it('[docs] no two rules have the same number', () => {
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
  });

  it('[docs] every rule that a test is named after is stated', () => {
    expect([...tested].filter((rule) => !stated.has(rule))).toEqual([]);
  });
});
