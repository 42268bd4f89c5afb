/** Lists of items as tables for a terminal. */
import type { RecommenderModel } from '@trainyard/recommender';
import { plain, truncate } from '../../watch/layout.js';

/** Values of attributes are cut off here. */
const WIDEST = 24;
const BETWEEN = '  ';

export interface ScoredItem {
  item: string;
  score: number;
}

/** A list, best first: the place, the item, what is known of it as far as the line has room, the score, and `beside` it other lines. */
export function listLines(
  model: Pick<RecommenderModel, 'attributes' | 'attributesOf'>,
  list: readonly ScoredItem[],
  beside: { title: string; items: readonly string[] } | null,
  width: number,
): string[] {
  const count = Math.max(list.length, beside?.items.length ?? 0);
  const own = (attributes: readonly string[]) => [
    ['#', 'item', ...attributes, 'score'],
    ...Array.from({ length: count }, (_, i) => {
      const found = list[i];
      if (!found) return ['', '', ...attributes.map(() => ''), ''];
      const values = model.attributesOf(found.item);
      const texts = attributes.map((name) => truncate(String(values[name] ?? '–'), WIDEST));
      return [String(i + 1), found.item, ...texts, scoreText(found.score)];
    }),
  ];
  const right = beside && [
    beside.title,
    ...Array.from({ length: count }, (_, i) => itemText(model, beside.items[i])),
  ];
  for (let shown = model.attributes.length; ; shown--) {
    const rows = own(model.attributes.slice(0, shown));
    const lines = tableLines(
      right ? rows.map((row, i) => [...row, `| ${right[i] ?? ''}`]) : rows,
      new Set([0, shown + 2]),
    );
    if (shown === 0 || lines.every((line) => line.length <= width)) {
      return lines.map((line) => truncate(line, width));
    }
  }
}

/** An item and the first thing that is known of it, as one harmless line. */
export function itemText(
  { attributes, attributesOf }: Pick<RecommenderModel, 'attributes' | 'attributesOf'>,
  item: string | undefined,
): string {
  if (item === undefined) return '';
  const [first] = attributes;
  const value = first === undefined ? null : attributesOf(item)[first];
  return plain(value === null || value === undefined ? item : `${item} ${truncate(String(value), WIDEST)}`);
}

/** Cells below each other; those of `numbers` stand at the right of their columns. */
function tableLines(rows: readonly (readonly string[])[], numbers: ReadonlySet<number>): string[] {
  const cells = rows.map((row) => row.map(plain));
  const widths = (cells[0] ?? []).map((_, c) => Math.max(...cells.map((row) => row[c]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, c) => (numbers.has(c) ? cell.padStart(widths[c] ?? 0) : cell.padEnd(widths[c] ?? 0)))
      .join(BETWEEN)
      .trimEnd(),
  );
}

function scoreText(score: number): string {
  return score.toFixed(4);
}
