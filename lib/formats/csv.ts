/** A table as CSV: notes in comment lines that begin with #, then one line of names and one line for each row. It does not know what is in it. */

export type Cell = string | number | boolean | null | undefined;

/** Lines end as RFC 4180 says, and what holds a comma, a quote or a line's end is quoted; null and what is not a finite number stay empty. */
export function csvText(notes: readonly string[], names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [...notes.map((note) => `# ${note.replaceAll(/\s+/g, ' ')}`), names.map(cellText).join(','), ...rows.map((row) => row.map(cellText).join(','))];
  return `${lines.join('\r\n')}\r\n`;
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell))) return '';
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
