/** Lists of items as tables for a terminal. */
import type { RecommenderModel } from '@trainyard/recommender';
import { plain, truncate } from '../../watch/layout.js';

/** Values of attributes are cut off here. */
const WIDEST = 24;
const BETWEEN = '  ';

type Attributes = Pick<RecommenderModel, 'attributes' | 'attributesOf'>;

export interface ScoredItem {
  item: string;
  score: number;
}

/** A list, best first: the place, the item, what is known of it as far as the line has room, the score, and `beside` it other lines. */
export function listLines(
  model: Attributes,
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
  const right = (textOf: (item: string) => string) =>
    beside && [beside.title, ...beside.items.slice(0, count).map(textOf)];
  const linesOf = (shown: number, others: readonly string[] | null) => {
    const rows = own(model.attributes.slice(0, shown));
    const all = others ? rows.map((row, i) => [...row, `| ${others[i] ?? ''}`]) : rows;
    return tableLines(all, new Set([0, shown + 2]));
  };
  const [named, bare] = [right((item) => itemText(model, item)), right((item) => item)];
  const most = model.attributes.length;
  // An attribute of the list itself is worth more than what the items beside it are called.
  const forms = [
    ...Array.from({ length: most }, (_, i) => linesOf(most - i, named)),
    ...Array.from({ length: most + 1 }, (_, i) => linesOf(most - i, bare)),
  ];
  const fitting = forms.find((lines) => lines.every((line) => line.length <= width)) ?? forms.at(-1) ?? [];
  return fitting.map((line) => truncate(line, width));
}

/** An item and the first words that are known of it, as one harmless line. A bare number or time would be read as what was paid, or when. */
export function itemText({ attributes, attributesOf }: Attributes, item: string): string {
  const values = attributesOf(item);
  const words = attributes
    .map((name) => values[name])
    .find((value) => typeof value === 'string' && /\p{L}/u.test(value));
  return plain(words === undefined ? item : `${item} ${truncate(String(words), WIDEST)}`);
}

/** An item with all that is known of it, by name: `7 (price 7.5, colour red)`. */
export function itemWithAttributes({ attributes, attributesOf }: Attributes, item: string): string {
  const values = attributesOf(item);
  const known = attributes.flatMap((name) => {
    const value = values[name] ?? null;
    return value === null ? [] : [`${name} ${truncate(String(value), WIDEST)}`];
  });
  return plain(known.length === 0 ? item : `${item} (${known.join(', ')})`);
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
