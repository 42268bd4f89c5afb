import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { figure, percent } from '@trainyard/shared/page/words';
import { endsOf, measuredAsTimes, measureText } from '@trainyard/shared/profile/measures';
import type { ColumnProfile, Measured } from '@trainyard/shared/profile/profile';
import { Pairs } from '../../figures/Pairs.js';
import { whole } from '../../figures/whole.js';
import { FrequentValues } from './FrequentValues.js';
import { Histogram } from './Histogram.js';

interface Props {
  column: ColumnProfile;
  rows: number;
}

/** What is known of a column: its shape or its most frequent values, and its figures. */
export function ColumnCard({ column, rows }: Props) {
  const { name, type, kind } = column;
  const measured = measuredAsTimes(column);
  const hasShape = measured !== null && (kind === 'number' || kind === 'time');
  return (
    <Card withBorder padding="sm" component="article" aria-label={name}>
      <Stack gap="xs">
        <Group gap="xs" justify="space-between" wrap="nowrap" align="baseline">
          <Title order={3} size="h5" className="breaks">
            {name}
          </Title>
          <Text size="xs" c="dimmed" className="breaks">
            {kind}, {type}
          </Text>
        </Group>
        {hasShape ? (
          <Histogram of={name} measured={measured} />
        ) : (
          <FrequentValues column={column} rows={rows} />
        )}
        <Pairs of={figuresOf(column, measured)} />
        {hasShape && <Frequent column={column} rows={rows} />}
      </Stack>
    </Card>
  );
}

/** Of numbers and times, whose shape stands above. Those that hardly repeat have none. */
function Frequent({ column, rows }: Props) {
  const { top, kind } = column;
  if (top.length === 0 || (kind === 'time' && (top[0]?.rows ?? 0) < 2)) return null;
  return (
    <details>
      <summary className="note">Most frequent values</summary>
      <FrequentValues column={column} rows={rows} />
    </details>
  );
}

function figuresOf(column: ColumnProfile, measured: Measured | null): (readonly [string, string])[] {
  const { nulls, nullShare, distinct, distinctIsExact } = column;
  const [least, greatest] = endsOf(column);
  return [
    ['Empty', nulls === 0 ? 'none' : `${whole(nulls)} (${percent(nullShare)})`],
    ['Distinct', `${distinctIsExact ? '' : 'about '}${whole(distinct)}`],
    ['Least', least],
    ['Greatest', greatest],
    ...(measured ? measuredFigures(column, measured) : []),
  ];
}

function measuredFigures(
  { kind }: ColumnProfile,
  measured: Measured,
): readonly (readonly [string, string])[] {
  const { of, mean, std, min, max, quantiles, quantilesAreExact, zeros, negatives, rows } = measured;
  const text = (value: number) => measureText(value, measured);
  if (of === 'length') return [['Characters', `${text(min)} to ${text(max)}, ${text(mean)} on average`]];
  // The mean of numbers that name things says nothing; the share of true is beside its bar.
  if (kind === 'id' || kind === 'boolean') return [];
  const spread = std === null ? '–' : of === 'epochSeconds' ? `${figure(std / 86_400)} days` : figure(std);
  const { p05, p25, p50, p75, p95 } = quantiles;
  const about = quantilesAreExact ? '' : 'about ';
  return [
    ['Mean', text(mean)],
    ['Standard deviation', spread],
    ['Median', `${about}${text(p50)}`],
    ['Middle half', `${about}${text(p25)} to ${text(p75)}`],
    ['Middle 90 %', `${about}${text(p05)} to ${text(p95)}`],
    ...(of === 'value'
      ? [['Zero, negative', `${percent(zeros / rows)}, ${percent(negatives / rows)}`] as const]
      : []),
  ];
}
