/** What the command line of the volunteer is read into, and what is refused. */
import { describe, expect, it } from 'vitest';
import { EXIT, HELP, readOptions } from '#scripts/volunteer/options.ts';

const LINK = 'https://tarn.example:8443/s/abc_D-9#key=k%2Fey&slice=x';
const read = (...args: string[]) => {
  const outcome = readOptions(args);
  return outcome.ok ? outcome.value : outcome.problems.map(({ message }) => message).join(' ');
};

describe('volunteer command line', () => {
  it('[A1] a link gives the server, the session and the key, whatever else stands in it', () => {
    expect(read(LINK)).toEqual({
      target: { kind: 'session', origin: 'https://tarn.example:8443', id: 'abc_D-9', key: 'k/ey' },
      backend: 'auto',
      threads: null,
    });
    expect(read('http://127.0.0.1:3000/s/abc')).toMatchObject({ target: { id: 'abc', key: null, origin: 'http://127.0.0.1:3000' } });
  });

  it('[A1] a link with a code is read as people type codes', () => {
    expect(read('http://host/j/abc-def')).toMatchObject({ target: { kind: 'code', origin: 'http://host', code: 'ABCDEF' } });
    expect(read('http://host/j/abc-de0')).toContain('a code has 6 letters');
  });

  it('[A1] backend and threads', () => {
    expect(read(LINK, '--backend', 'wasm', '--threads', '3')).toMatchObject({ backend: 'wasm', threads: 3 });
    expect(read('--backend=webgpu', LINK)).toMatchObject({ backend: 'webgpu', threads: null });
    for (const threads of ['0', '65', '1.5', 'two', '']) expect(read(LINK, `--threads=${threads}`)).toContain('--threads takes a whole number');
    expect(read(LINK, '--backend', 'cuda')).toContain('auto, webgpu, wasm');
  });

  it('[A1] what cannot be read is refused in words', () => {
    expect(read()).toContain('which session?');
    expect(read('localhost')).toContain('begins with http');
    expect(read('ftp://host/s/abc')).toContain('begins with http');
    expect(read('http://host/')).toContain('/s/ID#key=KEY');
    expect(read(LINK, LINK)).toContain('one session at a time');
    expect(read(LINK, '--gpu')).toContain('--gpu');
  });

  it('[A1] --help lists every exit code', () => {
    expect(read('--help')).toBe('help');
    expect(read('-h', 'nonsense')).toBe('help');
    for (const code of Object.values(EXIT)) expect(HELP).toMatch(new RegExp(`^  ${code} +\\S`, 'm'));
    expect(new Set(Object.values(EXIT)).size).toBe(Object.values(EXIT).length);
  });
});
