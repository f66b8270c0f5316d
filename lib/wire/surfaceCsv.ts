/** A surface as a table: one line per point and set, with its coordinates, loss, accuracy, status and whether it is verified; what it can and cannot tell stands above. A convexity map has both eigenvalues at the end of a line. */
import { csvText, type Cell } from '#lib/formats/csv.ts';
import { honestyLines } from '#lib/session/honesty/facts.ts';
import type { SurfaceJson } from './api.ts';
import type { SurfaceValues } from './surfaceJson.ts';

const NAMES = ['alpha', 'beta', 'gamma', 'set', 'samples', 'loss', 'accuracy_percent', 'status', 'verified'] as const;
const EIGENVALUES = ['eigenvalue_least', 'eigenvalue_greatest'] as const;

export function surfaceCsv({ alpha, beta, gamma, sets, honesty }: SurfaceValues & Pick<SurfaceJson, 'honesty'>): string {
  const rows = beta?.length ?? 1;
  const lines: Cell[][] = [];
  for (const { set, samples, loss, accuracy, eigenvalues, status, verified } of sets) {
    for (const [row, losses] of loss.entries()) {
      for (const [column, value] of losses.entries()) {
        lines.push([alpha[column], beta?.[row % rows], gamma?.[Math.floor(row / rows)], set, samples, value, accuracy?.[row]?.[column], status[row]![column], verified[row]![column], ...(eigenvalues ? [eigenvalues.least[row]![column], eigenvalues.greatest[row]![column]] : [])]);
      }
    }
  }
  return csvText(['Tarn, values of a slice', ...honestyLines(honesty)], sets.some(({ eigenvalues }) => eigenvalues) ? [...NAMES, ...EIGENVALUES] : NAMES, lines);
}
