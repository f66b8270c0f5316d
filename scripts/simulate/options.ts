/** The command line of `npm run simulate`, read into a run. It runs nothing. */
import { parseArgs } from 'node:util';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';
import { ATTACK_CHOICES, ATTACK_WORDS, type AttackChoice } from './attacks.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { RunOptions } from './world.ts';

/** With more volunteers, honest ones of a kind are simulated together. */
const MOST_SINGLE = 200_000;
const COHORT = 64;
const MOST_VOLUNTEERS = 1_000_000;
/** The witness test looks at every point: it is left out where there are too many. */
const MOST_WITNESSED = 2000;
/** Samples along a side of a tile, as lib/work/tile.ts cuts them for points of this cost. */
const TILE_SIDE = 8;

export const HELP = `Simulates lent compute in virtual time, with the scheduler and the trust code that the server runs.

    npm run simulate -- lending --scenario NAME [--volunteers N] [--slices N] [--liars P] [--attack KIND] [--seed S] [--json | --row] [--plot FILE.svg]

--scenario NAME   ${Object.entries(SCENARIOS).map(([name, { title }]) => `${name.padEnd(15)} ${title}`).join('\n                  ')}
--volunteers N    1 to ${MOST_VOLUNTEERS} (default: the scenario's); above ${MOST_SINGLE} honest ones of a kind are simulated in groups of ${COHORT}
--slices N        1 to 8000 (default: the scenario's, or as many for each volunteer)
--liars P         share of volunteers that return wrong numbers, 0 to 0.5 (default 0)
--attack KIND     ${ATTACK_CHOICES.map((name) => `${name.padEnd(10)} ${ATTACK_WORDS[name]}`).join('\n                  ')}
--truth N         multiply-adds a second of float64 on the server (default: the scenario's)
--seed S          a whole number (default 1): the same seed gives the same run, event by event
--json            the figures as JSON instead of a table
--row             the figures as a row of the table in docs/LENDING.md
--plot FILE       also draws the run as an SVG
--help            this text
`;

export type Command = { readonly name: string; readonly run: RunOptions; readonly form: 'table' | 'json' | 'row'; readonly plot: string | null };

/** @param args what follows the command */
export function readCommand(args: readonly string[]): Parsed<Command | 'help'> {
  let read;
  try {
    read = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scenario: { type: 'string' }, volunteers: { type: 'string' }, slices: { type: 'string' }, liars: { type: 'string', default: '0' }, attack: { type: 'string', default: 'mixed' },
        truth: { type: 'string' }, seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false }, row: { type: 'boolean', default: false }, plot: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = read;
  if (values.help) return parsed('help');
  const [what, ...more] = positionals;
  if (what !== 'lending') return refused(what === undefined ? 'simulate what? Say:  npm run simulate -- lending --scenario lecture-one' : `there is no simulation ${what}; there is: lending`);
  if (more.length > 0) return refused(`${more.join(' ')} is too much`);
  if (values.scenario === undefined) return refused(`which scenario? --scenario takes one of: ${Object.keys(SCENARIOS).join(', ')}`);
  const scenario = Object.hasOwn(SCENARIOS, values.scenario) ? SCENARIOS[values.scenario] : undefined;
  if (!scenario) return refused(`there is no scenario ${values.scenario}: ${Object.keys(SCENARIOS).join(', ')}`);
  const attack = ATTACK_CHOICES.find((each) => each === values.attack);
  if (!attack) return refused(`there is no attack ${values.attack}: ${ATTACK_CHOICES.join(', ')}`);
  const numbers = { volunteers: values.volunteers, slices: values.slices, liars: values.liars, truth: values.truth, seed: values.seed };
  const ranges = { volunteers: [1, MOST_VOLUNTEERS], slices: [1, 8000], liars: [0, 0.5], truth: [1e6, 1e15], seed: [0, 2 ** 32 - 1] } as const;
  const got: Partial<Record<keyof typeof numbers, number>> = {};
  for (const [name, text] of Object.entries(numbers) as [keyof typeof numbers, string | undefined][]) {
    if (text === undefined) continue;
    const value = Number(text);
    const [least, most] = ranges[name];
    const isWhole = name !== 'liars' && name !== 'truth';
    if (text.trim() === '' || !(value >= least && value <= most) || (isWhole && !Number.isInteger(value))) return refused(`--${name} takes a ${isWhole ? 'whole ' : ''}number from ${least} to ${most}, not ${text}`);
    got[name] = value;
  }
  return parsed({
    name: values.scenario,
    run: runOf(scenario, { ...got, attack, seed: got.seed ?? 1 }),
    form: values.json ? 'json' : values.row ? 'row' : 'table',
    plot: values.plot ?? null,
  });
}

type Wish = { readonly volunteers?: number; readonly slices?: number; readonly liars?: number; readonly truth?: number; readonly attack: AttackChoice; readonly seed: number };

export function runOf(base: Scenario, { volunteers = base.volunteers, slices, liars = 0, truth = base.truthPerSecond, attack, seed }: Wish): RunOptions {
  const count = slices ?? (base.slices === 1 ? 1 : Math.max(1, Math.min(8000, Math.round((base.slices * volunteers) / base.volunteers))));
  const scenario = { ...base, volunteers, slices: count, people: Math.max(1, Math.round((base.people * count) / base.slices)), truthPerSecond: truth };
  return {
    scenario, seed, tileSide: TILE_SIDE, hasFreeChecks: volunteers <= MOST_WITNESSED,
    fleet: { volunteers, mix: base.mix, roundTrip: base.roundTrip, stayS: base.stayS, silentShare: base.silentShare, liars, attack, cohort: volunteers > MOST_SINGLE ? COHORT : 1 },
  };
}
