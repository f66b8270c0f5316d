/** The runs of several networks as the landscape draws them: each with a colour of its own, the same in every picture of the slice. */
import type { RunMarks } from '#components/landscape/marks.ts';
import { rgbOf } from '#components/hues.ts';
import type { RunOnSlice } from '#lib/analysis/checkpointsOnSlice.ts';
import { marksOf } from './marksOf.ts';

/** Far from each other and from the orange of the slice's own network, the first three also for who cannot tell red from green. */
const HUES = [212, 318, 190, 275, 95, 350, 240] as const;

export const runMarksOf = (runs: readonly RunOnSlice[]): readonly RunMarks[] =>
  runs.map(({ id, title, trajectory, checkpoints }, index) => {
    const own = { run: id, colour: rgbOf(HUES[index % HUES.length]!) };
    return { id, title, colour: own.colour, trajectory: marksOf(trajectory, own), checkpoints: marksOf(checkpoints, own) };
  });
