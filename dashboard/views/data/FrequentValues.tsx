import { Text } from '@mantine/core';
import { percent } from '@trainyard/shared/page/words';
import type { ColumnProfile } from '@trainyard/shared/profile/profile';
import { Bar } from '../../figures/Bar.js';
import { whole } from '../../figures/whole.js';

const SHOWN = 10;

/** The most frequent values, each with its rows and a bar as long as its share of the first, and what all others are together. */
export function FrequentValues({
  column: { name, top, distinct, distinctIsExact, nulls },
  rows,
}: {
  column: ColumnProfile;
  rows: number;
}) {
  const [first] = top;
  if (!first) return null;
  if (first.rows === 1 && distinct > SHOWN)
    return (
      <Text size="sm" c="dimmed" className="breaks">
        Every value is there once, such as {textOf(first.value)}.
      </Text>
    );
  const shown = top.slice(0, SHOWN);
  const present = Math.max(1, rows - nulls);
  const others = present - shown.reduce((sum, one) => sum + one.rows, 0);
  return (
    <table className="frequent" aria-label={`Most frequent values of ${name}`}>
      <thead className="unseen">
        <tr>
          <th>Value</th>
          <th>Beside the most frequent one</th>
          <th>Rows</th>
        </tr>
      </thead>
      <tbody>
        {shown.map(({ value, rows: own }) => (
          <tr key={value}>
            <td className="breaks">{textOf(value)}</td>
            <td>
              <Bar share={own / first.rows} />
            </td>
            <td className="tabular nowrap">
              {whole(own)} ({percent(own / present)})
            </td>
          </tr>
        ))}
        {others > 0 && (
          <tr>
            <td className="breaks">
              {distinctIsExact ? '' : 'about '}
              {whole(distinct - shown.length)} more
            </td>
            <td />
            <td className="tabular nowrap">
              {whole(others)} ({percent(others / present)})
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

const textOf = (value: string) => (value === '' ? '(empty)' : value);
