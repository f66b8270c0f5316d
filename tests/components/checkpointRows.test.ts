/** The table of checkpoints: its order, its columns and its file. */
import { describe, expect, it } from 'vitest';
import { checkpointsCsv, columnsFor, sorted, type CheckpointRow } from '#components/analyse/checkpointRows.ts';

const row = (title: string, part: Partial<CheckpointRow>): CheckpointRow => ({ id: title, title, epoch: 0, a: 0, b: 0, c: 0, outOfPlane: 0, captured: 1, shown: null, own: null, ...part });
const rows = [row('epoch 2', { epoch: 2, outOfPlane: 3, shown: 2, own: 1 }), row('epoch 10', { epoch: 10, outOfPlane: 1, captured: 0.209677, shown: 2, own: 2 }), row('start, "first"', { outOfPlane: 2 })];
const titles = (list: readonly CheckpointRow[]) => list.map(({ title }) => title);

describe('the table of checkpoints', () => {
  it('[R14] sorts by any column either way, numbers within names as numbers, what is unknown last', () => {
    expect(titles(sorted(rows, { key: 'outOfPlane', isRising: true }))).toEqual(['epoch 10', 'start, "first"', 'epoch 2']);
    expect(titles(sorted(rows, { key: 'title', isRising: true }))).toEqual(['epoch 2', 'epoch 10', 'start, "first"']);
    expect(titles(sorted(rows, { key: 'own', isRising: true }))).toEqual(['epoch 2', 'epoch 10', 'start, "first"']);
    expect(titles(sorted(rows, { key: 'own', isRising: false }))).toEqual(['epoch 10', 'epoch 2', 'start, "first"']);
  });

  it('[R14] has the columns that the slice has, and says ln(true / slice) beside both losses', () => {
    expect(columnsFor(rows, 1, true).map(({ key }) => key)).toEqual(['title', 'epoch', 'a', 'outOfPlane', 'captured', 'shown', 'own', 'ratio']);
    expect(columnsFor(rows, 3, false).map(({ key }) => key)).toEqual(['title', 'epoch', 'a', 'b', 'c', 'outOfPlane', 'captured', 'own']);
    const ratio = columnsFor(rows, 2, true).at(-1)!;
    expect(ratio.valueOf(rows[0]!)).toBeCloseTo(-Math.LN2, 12);
    expect(ratio.textOf(rows[2]!)).toBe('–');
  });

  it('[R14] is written as CSV with its facts above, and numbers unrounded', () => {
    const lines = checkpointsCsv(['Samples: 8 of 8 train', 'two\nlines'], rows, columnsFor(rows, 1, true)).split('\r\n');
    expect(lines).toEqual([
      '# Samples: 8 of 8 train',
      '# two lines',
      'checkpoint,epoch,alpha,out_of_plane_distance,captured_fraction,slice_loss,true_loss,ln_true_over_slice',
      `epoch 2,2,0,3,1,2,1,${Math.log(0.5)}`,
      'epoch 10,10,0,1,0.209677,2,2,0',
      '"start, ""first""",0,0,2,1,,,',
      '',
    ]);
  });
});
