/** Tables whose columns are as wide as what they hold. */
import { type Layout, paint, plain, type Style, truncate } from '../../watch/layout.js';

export interface Cell {
  text: string;
  style?: Style;
}

const GAP = '  ';
const INDENT = '  ';

/** The first column at its left, all others at their right. Lines that are too long are cut; what a cell says may be from anybody. */
export function textTable(cells: readonly (readonly Cell[])[], layout: Layout): string[] {
  const rows = cells.map((row) => row.map((cell) => ({ ...cell, text: plain(cell.text) })));
  const widths = columnWidths(rows);
  return rows.map((row) => {
    let room = layout.width - INDENT.length;
    const parts = row.flatMap(({ text, style }, i) => {
      const width = widths[i] ?? 0;
      const gap = i === 0 ? '' : GAP;
      const isLast = i === row.length - 1;
      const padded = i > 0 ? text.padStart(width) : isLast ? text : text.padEnd(width);
      if (room <= gap.length) return [];
      const fitting = truncate(padded, room - gap.length);
      room -= gap.length + fitting.length;
      return [gap + (style ? paint(layout, style, fitting) : fitting)];
    });
    return `${INDENT}${parts.join('')}`.trimEnd();
  });
}

/** The width of the lines of a table. */
export function tableWidth(rows: readonly (readonly Cell[])[]): number {
  const widths = columnWidths(rows);
  return (
    INDENT.length +
    widths.reduce((sum, width) => sum + width, 0) +
    GAP.length * Math.max(0, widths.length - 1)
  );
}

function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [i, { text }] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length);
  return widths;
}
