import { plain, truncate } from '../../watch/layout.js';

/** A table of texts: the first row names the columns, and those of numbers stand at the right of theirs. */
export function tableLines(
  rows: readonly (readonly string[])[],
  numbers: ReadonlySet<number>,
  width: number,
): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = (cells[0] ?? []).map((_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)));
  return cells.map((row) =>
    truncate(
      row
        .map((cell, c) => (numbers.has(c) ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
        .join('  ')
        .trimEnd(),
      width,
    ),
  );
}

/** Scores are told by as many digits as tell them apart in a list. */
export function scoreText(score: number): string {
  return score.toFixed(4);
}
