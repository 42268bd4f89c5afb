import { Skeleton, Stack, Text, Title } from '@mantine/core';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { metricTitle } from '@trainyard/shared/metrics/display';
import { useMemo } from 'react';
import { WhenSeen } from '../../figures/WhenSeen.js';
import { overlaid } from './overlaid.js';
import { later } from '../../states/later.js';

/** Of a chart, in pixels. */
const HEIGHT = 240;

const LineChart = later(() => import('../../figures/LineChart.js'), <Skeleton height={HEIGHT} />);

/** Charts are drawn as soon as their numbers are there where their script comes together with them. */
export const beginCurves = LineChart.begin;

/** A chart for each metric that epochs have, with a line for each run. */
export function ComparedCurves({ comparison }: { comparison: RunComparison }) {
  const charts = useMemo(
    () =>
      (comparison.curves ?? []).map((curve) => ({ name: curve.name, ...overlaid(curve, comparison.runs) })),
    [comparison],
  );
  return (
    <Stack gap="xs" component="section" aria-labelledby="curves">
      <Title order={2} size="h4" id="curves">
        Curves
      </Title>
      {charts.length === 0 ? (
        <Text c="dimmed">None of the runs has finished an epoch yet.</Text>
      ) : (
        <div className="charts">
          {charts.map(({ name, epochs, curves }) => (
            <div key={name}>
              <Text size="sm" fw={600}>
                {metricTitle(name)}
              </Text>
              <WhenSeen height={HEIGHT}>
                <LineChart
                  label={`${metricTitle(name)} by epoch: ${curves.map(({ title }) => title).join(', ')}`}
                  epochs={epochs}
                  curves={curves}
                  isLogarithmic={false}
                  cursor="compare"
                />
              </WhenSeen>
            </div>
          ))}
        </div>
      )}
    </Stack>
  );
}
