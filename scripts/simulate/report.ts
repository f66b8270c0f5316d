/** What a simulated run came to: its figures as data, and as a table to read. */
import { WASTE_CAUSES } from './measures.ts';
import type { World } from './world.ts';

/** One round trip and one short dispatch: no schedule can be told of a result sooner. */
const LAST_WORD_MS = 100;

export type Figures = ReturnType<typeof figuresOf>;

/** @param cpuS seconds of processor time that the run took @param rssMb most memory it took */
export function figuresOf(world: World, name: string, seed: number, cpuS: number, rssMb: number) {
  const { measures, fleet, geometry, ideal } = world;
  ideal.close(world.ms);
  const isComplete = measures.completed === measures.slices && world.broker.progress().left === 0;
  const makespanMs = isComplete ? measures.lastComplete - measures.firstOpened : null;
  const roundTripMs = fleet.roundTripUs.reduce((sum, each) => sum + each, 0) / fleet.size / 1000;
  const idealMs = ideal.finishedAt === null ? null : ideal.finishedAt - measures.firstOpened + roundTripMs + LAST_WORD_MS;
  const wasted = WASTE_CAUSES.reduce((sum, cause) => sum + measures.waste.get(cause)!, 0);
  const total = measures.acceptedPoints + WASTE_CAUSES.reduce((sum, cause) => sum + measures.waste.get(cause)!, 0);
  const checking = measures.waste.get('checking')!;
  const coarse = measures.times('coarse');
  const complete = measures.times('complete');
  const calls = Float64Array.from(measures.callMs).sort();
  const wrong = world.broker.wrongNow();
  const served = [...measures.fairShares.values()];
  return {
    scenario: name, seed, volunteers: fleet.workers.reduce((sum, each) => sum + each, 0), devices: fleet.size, slices: measures.slices, points: geometry.points * measures.slices,
    virtualS: round(world.ms / 1000), events: world.events, trace: measures.trace,
    completedSlices: measures.completed, isComplete,
    makespanS: makespanMs === null ? null : round(makespanMs / 1000), shareOfIdeal: makespanMs === null || idealMs === null ? null : round(Math.min(1, idealMs / makespanMs)),
    firstCoarseS: { p50: seconds(coarse, 0.5), p95: seconds(coarse, 0.95), p99: seconds(coarse, 0.99) },
    completeS: { p50: seconds(complete, 0.5), p95: seconds(complete, 0.95) },
    wastedShare: round((wasted - checking) / Math.max(1, total)),
    wasteByCause: Object.fromEntries(WASTE_CAUSES.map((cause) => [cause, round(measures.waste.get(cause)! / Math.max(1, total))])),
    checkingOverhead: round(checking / Math.max(1, total) + measures.recomputedPoints / Math.max(1, geometry.points * measures.slices)),
    checkedAgain: { byDevices: round(checking / Math.max(1, total)), byServer: round(measures.recomputedPoints / Math.max(1, geometry.points * measures.slices)), whenIdle: round(measures.auditedPoints / Math.max(1, geometry.points * measures.slices)) },
    verifiedShare: round(wrong.verified / (geometry.points * measures.slices)),
    wrong: {
      accepted: wrong.accepted, acceptedShare: wrong.accepted / Math.max(1, wrong.verified), shownAtTheEnd: wrong.shown, everShown: measures.wrongEverShown,
      meanShownS: round(measures.wrongShownMs / Math.max(1, measures.wrongTakenBack) / 1000), verifiedTakenBack: measures.verifiedTakenBack,
    },
    liars: { number: measures.liars.size, quarantines: measures.quarantines, falseQuarantines: measures.falseQuarantines, allWrong: measures.allWrong() },
    jain: served.length < 2 ? null : round(jain(served)),
    scheduler: { grants: measures.grants, callMeanUs: round(1000 * mean(calls)), callP99Us: round(1000 * at(calls, 0.99)), eventsPerCpuS: Math.round(world.events / Math.max(0.01, cpuS)), grantsPerCpuS: Math.round(measures.grants / Math.max(0.01, cpuS)) },
    cpuS: round(cpuS), rssMb: Math.round(rssMb),
    violations: Object.fromEntries(measures.violations),
  };
}

const round = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(4)) : value);
const mean = (list: Float64Array): number => list.reduce((sum, each) => sum + each, 0) / Math.max(1, list.length);
const at = (sorted: ArrayLike<number>, share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
const seconds = (sorted: readonly number[], share: number): number | null => {
  const ms = at(sorted, share);
  return Number.isFinite(ms) ? round(ms / 1000) : null;
};

/** Jain, Chiu and Hawe 1984: (Σx)² / (n Σx²). */
export const jain = (shares: readonly number[]): number => shares.reduce((sum, each) => sum + each, 0) ** 2 / (shares.length * shares.reduce((sum, each) => sum + each * each, 0));

const percent = (share: number | null): string => (share === null ? 'not reached' : `${Number((100 * share).toPrecision(3))} %`);

export function tableOf(figures: Figures): string {
  const { firstCoarseS: coarse, wrong, liars, scheduler } = figures;
  const rows: readonly (readonly [string, string])[] = [
    ['scenario, seed', `${figures.scenario}, ${figures.seed}`],
    ['volunteers, slices, points', `${figures.volunteers}, ${figures.slices}, ${figures.points}`],
    ['virtual time, events', `${figures.virtualS} s, ${figures.events}`],
    ['slices complete', `${figures.completedSlices} of ${figures.slices}`],
    ['makespan, share of ideal', `${figures.makespanS ?? '—'} s, ${percent(figures.shareOfIdeal)}`],
    ['first coarse p50 / p95 / p99', `${coarse.p50 ?? '—'} / ${coarse.p95 ?? '—'} / ${coarse.p99 ?? '—'} s`],
    ['wasted', `${percent(figures.wastedShare)}  (${Object.entries(figures.wasteByCause).map(([cause, share]) => `${cause} ${percent(share)}`).join(', ')})`],
    ['checking', `${percent(figures.checkingOverhead)}  (devices ${percent(figures.checkedAgain.byDevices)}, server ${percent(figures.checkedAgain.byServer)}; when idle ${percent(figures.checkedAgain.whenIdle)})`],
    ['verified at the end', percent(figures.verifiedShare)],
    ['wrong points accepted', `${wrong.accepted} (${wrong.acceptedShare.toExponential(1)}); shown at the end ${wrong.shownAtTheEnd}, ever ${wrong.everShown}, for ${wrong.meanShownS} s`],
    ['liars, quarantines, false', `${liars.number}, ${liars.quarantines}, ${liars.falseQuarantines}; wrong everywhere: ${liars.allWrong.inFirstLease} of ${liars.allWrong.devices} lent no second lease, ${liars.allWrong.caught} caught`],
    ['fairness over people (Jain)', figures.jain === null ? '—' : String(figures.jain)],
    ['scheduler', `${scheduler.grants} tiles lent, call ${scheduler.callMeanUs} µs, p99 ${scheduler.callP99Us} µs; ${scheduler.grantsPerCpuS} tiles and ${scheduler.eventsPerCpuS} events per CPU second`],
    ['processor, memory', `${figures.cpuS} s, ${figures.rssMb} MB`],
    ['trace', figures.trace],
    ['invariants', Object.keys(figures.violations).length === 0 ? 'hold' : Object.entries(figures.violations).map(([what, count]) => `${what} (${count} times)`).join('; ')],
  ];
  return rows.map(([name, value]) => `${name.padEnd(30)} ${value}`).join('\n');
}

/** As it stands in docs/LENDING.md. @param args of the command line, which name the row */
export function rowOf({ makespanS, shareOfIdeal, firstCoarseS: coarse, wastedShare, checkingOverhead, verifiedShare, wrong, jain: fairness }: Figures, args: readonly string[]): string {
  const named = args.filter((each) => each !== 'lending' && each !== '--row').join(' ');
  const cells = [
    `\`${named}\``, `${makespanS ?? '—'} s, ${percent(shareOfIdeal)}`, `${coarse.p50 ?? '—'} s, ${coarse.p95 ?? '—'} s`,
    percent(wastedShare), percent(checkingOverhead), percent(verifiedShare), `${wrong.accepted} (${wrong.everShown})`, String(fairness ?? '—'),
  ];
  return `| ${cells.join(' | ')} |`;
}
