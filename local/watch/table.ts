export interface Column {
  title: string;
  /** What is left out first where the lines are too short; undefined stays. */
  dropOrder?: number;
}

const GAP = 2;
const INDENT = 2;

/** The columns that fit `width`, each at least as wide as its title and as `narrowest`. */
export function fitColumns<T extends Column>(columns: readonly T[], width: number, narrowest = 7): T[] {
  const fitting = [...columns];
  const total = () =>
    INDENT + fitting.reduce((sum, column) => sum + GAP + columnWidth(column, narrowest), -GAP);
  while (total() > width) {
    const next = fitting
      .filter((column) => column.dropOrder !== undefined)
      .toSorted((a, b) => (a.dropOrder ?? 0) - (b.dropOrder ?? 0))[0];
    if (!next) break;
    fitting.splice(fitting.indexOf(next), 1);
  }
  return fitting;
}

/** One row: every cell at the right of its column. */
export function tableRow(columns: readonly Column[], cells: readonly string[], narrowest = 7): string {
  const padded = columns.map((column, i) => (cells[i] ?? '').padStart(columnWidth(column, narrowest)));
  return ' '.repeat(INDENT) + padded.join(' '.repeat(GAP));
}

function columnWidth(column: Column, narrowest: number): number {
  return Math.max(column.title.length, narrowest);
}
