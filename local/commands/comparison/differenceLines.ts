import type { RunComparison } from '@trainyard/shared';
import { type Layout, paint, plain, truncate } from '../../watch/layout.js';
import { type Cell, tableWidth, textTable } from './textTable.js';

const PARTS = [
  ['specification', 'specification'],
  ['data', 'data'],
  ['code', 'code'],
  ['environment', 'environment'],
] as const;

/** Without `all`, at most so many keys a part. */
const MOST_KEYS = 15;
const MOST_LENGTH = 28;

type Difference = RunComparison['data'][number];

/** What differs, a part after the other; the environment where all is wanted, else how much of it differs. */
export function differenceLines(comparison: RunComparison, all: boolean, layout: Layout): string[] {
  return PARTS.flatMap(([part, title]) => {
    const differences = comparison[part];
    if (differences.length === 0) return [];
    const most = all ? differences.length : part === 'environment' ? 0 : MOST_KEYS;
    const left = differences.length - Math.min(most, differences.length);
    const more =
      left > 0
        ? [
            paint(
              layout,
              'dim',
              `  ${left} ${most > 0 ? 'more ' : ''}${left === 1 ? 'differs' : 'differ'}: --all`,
            ),
          ]
        : [];
    const names = comparison.runs.map(({ name }) => plain(name));
    return [
      '',
      paint(layout, 'dim', `  ${title} that differs`),
      ...(most > 0 ? differenceTable(differences.slice(0, most), names, layout) : []),
      ...more,
    ];
  });
}

/** A column for each run where they fit, else how many runs have which value. */
function differenceTable(
  differences: readonly Difference[],
  names: readonly string[],
  layout: Layout,
): string[] {
  const rows: Cell[][] = [
    [{ text: '' }, ...names.map((text) => ({ text, style: 'dim' as const }))],
    ...differences.map(({ key, values }) => [
      { text: plain(key) },
      ...values.map((value) => ({ text: truncate(valueText(value), MOST_LENGTH) })),
    ]),
  ];
  if (tableWidth(rows) <= layout.width) return textTable(rows, layout);
  return differences.flatMap(({ key, values }) => {
    const line = `  ${plain(key)}: ${countedText(values)}`;
    return [truncate(line, layout.width)];
  });
}

function valueText(value: Difference['values'][number]): string {
  return value === null ? '–' : plain(String(value));
}

/** `256 (12 runs), 512 (3 runs)`, the most frequent first. */
function countedText(values: Difference['values']): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(valueText(value), (counts.get(valueText(value)) ?? 0) + 1);
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([text, count]) => `${truncate(text, MOST_LENGTH)} (${count} ${count === 1 ? 'run' : 'runs'})`)
    .join(', ');
}
