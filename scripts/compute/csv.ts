/** A surface as a table: one line per point and set, with its coordinates, loss, accuracy and status. */
import type { SurfaceJson } from '#lib/wire/api.ts';

/** Lines end as RFC 4180 says; provenance stands in comment lines that begin with #. */
export function surfaceCsv(surface: SurfaceJson, notes: Readonly<Record<string, string>>): string {
  const { alpha, beta, gamma, sets } = surface;
  const rows = beta?.length ?? 1;
  const lines = [...Object.entries(notes).map(([name, text]) => `# ${name}: ${text.replaceAll(/\s+/g, ' ')}`), 'alpha,beta,gamma,set,samples,loss,accuracy_percent,status'];
  for (const { set, samples, loss, accuracy, status } of sets) {
    for (const [row, losses] of loss.entries()) {
      for (const [column, value] of losses.entries()) {
        lines.push([alpha[column], beta?.[row % rows] ?? '', gamma?.[Math.floor(row / rows)] ?? '', set, samples, value ?? '', accuracy?.[row]?.[column] ?? '', status[row]![column]].join(','));
      }
    }
  }
  return `${lines.join('\r\n')}\r\n`;
}
