/**
 * `npm run simulate -- lending --scenario NAME …`: a class, a campaign or a crowd in virtual time. See --help and docs/LENDING.md.
 */
import { writeFileSync } from 'node:fs';
import { sayProblems } from '#lib/parsed.ts';
import { HELP, readCommand, type Command } from './simulate/options.ts';
import { figuresOf, rowOf, tableOf } from './simulate/report.ts';
import { plotOf } from './simulate/plot.ts';
import { World } from './simulate/world.ts';

const EVENTS_AT_ONCE = 100_000;

function simulate({ name, run, form, plot }: Command, args: readonly string[]): number {
  const before = process.cpuUsage();
  const world = new World(run);
  let rss = 0;
  for (let isOver = false; !isOver; ) {
    isOver = world.run(EVENTS_AT_ONCE);
    rss = Math.max(rss, process.memoryUsage.rss());
    const share = world.measures.acceptedPoints / (world.geometry.points * run.scenario.slices);
    if (process.stderr.isTTY) process.stderr.write(`\r${(world.ms / 1000).toFixed(0)} s of virtual time, ${world.devicesHere} devices, ${(100 * share).toFixed(1)} % of the points, ${(world.events / 1e6).toFixed(1)} million events `);
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const { user, system } = process.cpuUsage(before);
  const figures = figuresOf(world, name, run.seed, (user + system) / 1e6, rss / 2 ** 20);
  if (plot !== null) writeFileSync(plot, plotOf(world, run.scenario.title));
  const written = { json: () => JSON.stringify(figures, null, 2), row: () => rowOf(figures, args), table: () => tableOf(figures) };
  process.stdout.write(`${written[form]()}\n`);
  return Object.keys(figures.violations).length === 0 ? 0 : 1;
}

const args = process.argv.slice(2);
const command = readCommand(args);
if (!command.ok) {
  process.stderr.write(`${sayProblems(command.problems)}\nnpm run simulate -- --help says what there is.\n`);
  process.exitCode = 2;
} else if (command.value === 'help') process.stdout.write(HELP);
else process.exitCode = simulate(command.value, args);
