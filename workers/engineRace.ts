/** Times engines on a small piece of a job, so that the quicker one is taken: measured, never guessed. It judges no numbers. */
import { firstOf } from './centreCheck.ts';
import type { Engine, EvaluationJob } from './evaluator.ts';
import type { Pace } from './pace.ts';

type Piece = { readonly points: number; readonly samples: number };

/** How an engine is timed: pieces of growing size, each tried where the one before says that it takes no longer than this. */
export type RaceCourse = { readonly pieces: readonly Piece[]; readonly longestMs: number };

/** Points batched and samples enough for what an engine gains by them to show. */
const RACE: RaceCourse = {
  pieces: [
    { points: 1, samples: 4 },
    { points: 4, samples: 32 },
  ],
  longestMs: 300,
};
/** Before it lends, a device is timed on more at once, as a tile has it, and shortly. */
export const TRIAL: RaceCourse = { pieces: [...RACE.pieces, { points: 16, samples: 128 }, { points: 64, samples: 256 }], longestMs: 80 };
const ROUNDS = 3;
const LONG_ROUND_MS = 30;

/** Milliseconds per point and sample, as the largest piece that was tried shows it: after a first run, the quickest of up to three. */
export async function raceTime(engine: Engine, job: EvaluationJob, pace: Pace, { pieces, longestMs }: RaceCourse = RACE): Promise<number> {
  let each = 0;
  for (const piece of pieces) {
    const size = piece.points * piece.samples;
    if (each * size > longestMs) break;
    each = (await pieceTime(engine, job, piece, pace)) / size;
  }
  return each;
}

async function pieceTime(engine: Engine, job: EvaluationJob, piece: Piece, pace: Pace): Promise<number> {
  const points = Array.from({ length: piece.points }, (_, index) => ({ a: (index + 1) / 1000, b: 0 }));
  const slice = await engine.prepare({ ...job, sets: job.sets.map(({ set, samples }) => ({ set, samples: firstOf(samples, piece.samples) })) });
  try {
    // The first run compiles shaders and packs weights.
    await slice.evaluate(points);
    let best = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const rested = pace.rested();
      await slice.evaluate(points);
      best = Math.min(best, performance.now() - start - (pace.rested() - rested));
      // What takes long is told apart in one round.
      if (best > LONG_ROUND_MS) break;
    }
    return best;
  } finally {
    slice.dispose();
  }
}
