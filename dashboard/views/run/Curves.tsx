import { Group, Skeleton, Slider, Stack, Switch, Text, Title } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { epochMetricColumns } from '@trainyard/shared/metrics/columns';
import type { MetricFamily } from '@trainyard/shared/metrics/family';
import { parseMetricName } from '@trainyard/shared/metrics/names';
import { METRICS } from '@trainyard/shared/metrics/table';
import type { Epoch } from '@trainyard/shared/runs/records';
import { measuredModel } from '@trainyard/shared/spec/metricRules';
import { lazy, Suspense, useMemo, useState } from 'react';
import { type Curve, curvesOf, smoothed } from '../../figures/curves.js';

const LineChart = lazy(() => import('../../figures/LineChart.js'));

const { loss, retrievalLoss, ratingLoss, learningRate, temperature } = METRICS;
const isOf = (families: readonly MetricFamily[]) => (name: string) => {
  const family = parseMetricName(name)?.family;
  return family !== undefined && families.includes(family);
};
const isLoss = isOf([loss, retrievalLoss, ratingLoss]);
const isSetting = isOf([learningRate, temperature]);
const isQuality = (name: string) => !isLoss(name) && !isSetting(name);

/** Charts that are read together: the losses, how good lists or ratings are, and what the schedule sets. */
const CHARTS: readonly { title: string; takes: (name: string) => boolean }[] = [
  { title: 'Loss', takes: isLoss },
  { title: 'Quality', takes: isQuality },
  { title: 'Schedule', takes: isSetting },
];

/** The metrics of each epoch as lines, which move on while the run trains. */
export function Curves({ epochs, run }: { epochs: readonly Epoch[]; run: RunView }) {
  const [isLogarithmic, setLogarithmic] = useState(false);
  const [weight, setWeight] = useState(0);
  const [showsAll, setShowsAll] = useState(false);
  const drawn = useMemo(() => curvesOf(epochs), [epochs]);
  const charts = useMemo(() => {
    const names = new Set(epochMetricColumns(measuredModel(run.spec)).map(({ name }) => name));
    const isShown = (name: string) => showsAll || names.has(name) || !isQuality(name);
    return CHARTS.map(({ title, takes }) => ({
      title,
      curves: drawn.curves
        .filter(({ name }) => takes(name) && isShown(name))
        .map((curve): Curve => ({ ...curve, values: smoothed(curve.values, weight) })),
    }));
  }, [drawn, run.spec, showsAll, weight]);
  return (
    <Stack gap="xs" component="section" aria-labelledby="curves">
      <Group justify="space-between">
        <Title order={2} size="h4" id="curves">
          Curves
        </Title>
        <Group>
          <Switch
            label="All metrics"
            checked={showsAll}
            onChange={({ currentTarget }) => setShowsAll(currentTarget.checked)}
          />
          <Switch
            label="Logarithmic"
            checked={isLogarithmic}
            onChange={({ currentTarget }) => setLogarithmic(currentTarget.checked)}
          />
          <Group gap="xs">
            <Text size="sm" id="smoothing">
              Smoothing
            </Text>
            <Slider
              w={120}
              min={0}
              max={0.95}
              step={0.05}
              value={weight}
              onChange={setWeight}
              label={(value) => value.toFixed(2)}
              thumbProps={{ 'aria-labelledby': 'smoothing' }}
            />
          </Group>
        </Group>
      </Group>
      {epochs.length === 0 ? (
        <Text c="dimmed">The lines begin with the first epoch.</Text>
      ) : (
        <div className="charts">
          {charts
            .filter(({ curves }) => curves.length > 0)
            .map(({ title, curves }) => (
              <div key={title}>
                <Text size="sm" fw={600}>
                  {title}
                </Text>
                <Suspense fallback={<Skeleton height={240} />}>
                  <LineChart
                    label={`${title} by epoch: ${curves.map((curve) => curve.title).join(', ')}`}
                    epochs={drawn.epochs}
                    curves={curves}
                    isLogarithmic={isLogarithmic}
                    cursor={run.runId}
                  />
                </Suspense>
              </div>
            ))}
        </div>
      )}
    </Stack>
  );
}
