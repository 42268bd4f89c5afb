import { Skeleton, Stack, Text, Title } from '@mantine/core';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import type { SweepFindings } from '@trainyard/shared/sweeps/findings';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useMemo } from 'react';
import type { Curve } from '../../figures/curves.js';
import { later } from '../../states/later.js';

const LineChart = later(() => import('../../figures/LineChart.js'), <Skeleton height={240} />);

type Props = Pick<SweepView, 'objective'> & Pick<SweepFindings, 'convergence'>;

/** How the best came about: a dot is a trial, and the best value holds until a trial is better. */
export function BestSoFar({ objective: { metric }, convergence }: Props) {
  const { bestSoFar, trialsSinceImprovement, rate } = convergence;
  const numbers = useMemo(() => bestSoFar.map(({ number }) => number), [bestSoFar]);
  const curves = useMemo<Curve[]>(
    () => [
      {
        name: 'best',
        title: 'best so far',
        values: bestSoFar.map(({ best }) => best),
        drawnAs: 'steps',
      },
      {
        name: 'value',
        title: metricTitle(metric),
        values: bestSoFar.map(({ value }) => value),
        drawnAs: 'dots',
      },
    ],
    [bestSoFar, metric],
  );
  const last = bestSoFar.at(-1);
  if (!last) return null;
  return (
    <Stack gap="xs" component="section" aria-labelledby="so-far">
      <Title order={2} size="h4" id="so-far">
        How the best came about
      </Title>
      <Text size="sm" c="dimmed">
        {trialsSinceImprovement === 0
          ? 'The newest trial with a result is the best.'
          : `${trialsSinceImprovement} ${trialsSinceImprovement === 1 ? 'trial' : 'trials'} since it was last bettered.`}
        {rate !== null && ` ${Math.round(100 * rate)} % of the trials are within 5 % of it.`}
      </Text>
      <LineChart
        label={`${metricTitle(metric)} by trial, and the best so far, which is ${formatMetric(metric, last.best)}`}
        along="trial"
        epochs={numbers}
        curves={curves}
        isLogarithmic={isWide(bestSoFar.map(({ value }) => value))}
        cursor="so-far"
      />
    </Stack>
  );
}

/** Whether the greatest value would press all others into one line. */
function isWide(values: readonly number[]): boolean {
  const least = Math.min(...values);
  return least > 0 && Math.max(...values) > 30 * least;
}
