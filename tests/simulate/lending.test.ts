/** The simulator: the same seed is the same run, event by event; its invariants hold; liars are found; bad arguments are named. */
import { describe, expect, it } from 'vitest';
import { sayProblems } from '#lib/parsed.ts';
import type { AttackChoice } from '#scripts/simulate/attacks.ts';
import { readCommand, runOf } from '#scripts/simulate/options.ts';
import { figuresOf, rowOf } from '#scripts/simulate/report.ts';
import { SCENARIOS } from '#scripts/simulate/scenarios.ts';
import { World } from '#scripts/simulate/world.ts';

type Case = { readonly scenario: string; readonly seed: number; readonly volunteers?: number; readonly slices?: number; readonly liars?: number; readonly attack?: AttackChoice };

function figures({ scenario, seed, attack = 'mixed', ...more }: Case) {
  const world = new World(runOf({ ...SCENARIOS[scenario]!, size: 'small' }, { ...more, seed, attack }));
  while (!world.run(100_000)) { /* on to the end */ }
  return figuresOf(world, scenario, seed, 1, 1);
}

/** When the scheduler or the trust book is changed on purpose:  npx vitest run tests/simulate -u */
const TRACED: readonly Case[] = [
  { scenario: 'lecture-one', seed: 1 },
  { scenario: 'lecture-one', seed: 2 },
  { scenario: 'lecture-thirty', seed: 1, slices: 6, liars: 0.1 },
  { scenario: 'lab', seed: 1 },
  { scenario: 'bell', seed: 3, slices: 10 },
  { scenario: 'crash', seed: 1, slices: 10 },
  { scenario: 'campaign', seed: 1, volunteers: 60, liars: 0.3, attack: 'colluding' },
];

describe('npm run simulate -- lending', () => {
  it.each(TRACED)('the trace of $scenario with seed $seed is the one that is stored, and the invariants hold', (run) => {
    const { trace, violations, isComplete } = figures(run);
    expect(violations).toEqual({});
    expect(isComplete).toBe(true);
    expect(trace).toMatchSnapshot();
  });

  it('another seed is another run, the same one the same', () => {
    const [first, again, other] = [5, 5, 6].map((seed) => figures({ scenario: 'lecture-one', seed, volunteers: 8 }));
    expect(again!.trace).toBe(first!.trace);
    expect(again!.makespanS).toBe(first!.makespanS);
    expect(other!.trace).not.toBe(first!.trace);
  });

  it('counts wrong points exactly: what is at the end in the picture is never more than was returned, and honest devices are never caught', () => {
    const honest = figures({ scenario: 'lecture-thirty', seed: 4, slices: 4 });
    expect(honest.wrong).toMatchObject({ accepted: 0, everShown: 0 });
    const lying = figures({ scenario: 'lecture-thirty', seed: 4, slices: 4, liars: 0.2, attack: 'nan' });
    expect(lying.wrong.everShown).toBeGreaterThan(0);
    expect(lying.wrong.accepted).toBe(0);
    expect(lying.liars).toMatchObject({ falseQuarantines: 0 });
    expect(lying.liars.quarantines).toBeGreaterThan(0);
  });

  it('writes a run as a row of the table in the docs, named by its command line', () => {
    const run = figures({ scenario: 'lecture-one', seed: 1, volunteers: 4 });
    const args = ['lending', '--scenario', 'lecture-one', '--volunteers', '4'];
    expect(readCommand([...args, '--row'])).toMatchObject({ ok: true, value: { form: 'row' } });
    const cells = rowOf(run, [...args, '--row']).split(' | ');
    expect(cells).toHaveLength(8);
    expect(cells[0]).toBe('| `--scenario lecture-one --volunteers 4`');
    expect(cells[1]).toMatch(new RegExp(`^${run.makespanS} s, [\\d.]+ %$`));
  });

  it.each([
    [[], 'simulate what?'],
    [['training'], 'there is no simulation training'],
    [['lending'], 'which scenario?'],
    [['lending', '--scenario', 'toString'], 'there is no scenario toString'],
    [['lending', '--scenario', 'lab', '--liars', '2'], '--liars takes a number from 0 to 0.5, not 2'],
    [['lending', '--scenario', 'lab', '--seed', '1.5'], '--seed takes a whole number'],
    [['lending', '--scenario', 'lab', '--attack', 'theft'], 'there is no attack theft'],
  ])('%j is refused: %s', (args, words) => {
    const read = readCommand(args);
    expect(read.ok).toBe(false);
    if (!read.ok) expect(sayProblems(read.problems)).toContain(words);
  });
});
