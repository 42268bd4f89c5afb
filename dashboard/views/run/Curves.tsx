import { Group, Skeleton, Slider, Stack, Switch, Text, Title } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { epochMetricColumns } from '@trainyard/shared/metrics/columns';
import type { MetricFamily } from '@trainyard/shared/metrics/family';
import { parseMetricName } from '@trainyard/shared/metrics/names';
import { METRICS } from '@trainyard/shared/metrics/table';
import type { Epoch } from '@trainyard/shared/runs/records';
import { measuredModel } from '@trainyard/shared/spec/evaluation/measuredModel';
import { useMemo, useState } from 'react';
import { useAddress } from '../../address/useAddress.js';
import { type Curve, curvesOf, smoothed } from '../../figures/curves.js';
import { later } from '../../states/later.js';

const LineChart = later(() => import('../../figures/LineChart.js'), <Skeleton height={240} />);

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

const MOST_SMOOTHING = 0.95;

/** What the address asks for, where it can be. */
function weightIn(text: string): number {
  const weight = Number(text);
  return weight > 0 && weight <= MOST_SMOOTHING ? weight : 0;
}

/** The metrics of each epoch as lines, which move on while the run trains. */
export function Curves({ epochs, run }: { epochs: readonly Epoch[]; run: RunView }) {
  const { get } = useAddress();
  const isLogarithmic = get('axis') === 'log';
  const showsAll = get('curves') === 'all';
  const [weight, setWeight] = useState(() => weightIn(get('smoothing')));
  const drawn = useMemo(() => curvesOf(epochs), [epochs]);
  const charts = useMemo(() => {
    const names = new Set(epochMetricColumns(measuredModel(run.spec)).map(({ name }) => name));
    const isShown = (name: string) => showsAll || names.has(name) || !isQuality(name);
    const shown = CHARTS.map(({ title, takes }) => ({
      title,
      curves: drawn.curves.filter(({ name }) => takes(name) && isShown(name)),
    }));
    return [...shown, { title: 'Speed', curves: [drawn.pace] }].map(({ title, curves }) => ({
      title,
      curves: curves.map((curve): Curve => ({ ...curve, values: smoothed(curve.values, weight) })),
    }));
  }, [drawn, run.spec, showsAll, weight]);
  return (
    <Stack gap="xs" component="section" aria-labelledby="curves">
      <Group justify="space-between">
        <Title order={2} size="h4" id="curves">
          Curves
        </Title>
        <Controls weight={weight} onWeight={setWeight} />
      </Group>
      {epochs.length === 0 ? (
        <Text c="dimmed">The lines begin with the first epoch.</Text>
      ) : (
        <>
          <Text size="sm" c="dimmed">
            Draw across a chart to look closer, and click it twice to see all of it again. The numbers stand
            below, at Epochs.
          </Text>
          <div className="charts">
            {charts
              .filter(({ curves }) => curves.length > 0)
              .map(({ title, curves }) => (
                <div key={title}>
                  <Text size="sm" fw={600}>
                    {title}
                  </Text>
                  <LineChart
                    label={`${title} by epoch: ${curves.map((curve) => curve.title).join(', ')}`}
                    epochs={drawn.epochs}
                    curves={curves}
                    isLogarithmic={isLogarithmic}
                    cursor={run.runId}
                  />
                </div>
              ))}
          </div>
        </>
      )}
    </Stack>
  );
}

/** How the lines are drawn, as the address has it; the smoothing while it is dragged too. */
function Controls({ weight, onWeight }: { weight: number; onWeight: (weight: number) => void }) {
  const { get, set } = useAddress();
  return (
    <Group>
      <Switch
        label="All metrics"
        checked={get('curves') === 'all'}
        onChange={({ currentTarget }) => set({ curves: currentTarget.checked ? 'all' : '' })}
      />
      <Switch
        label="Logarithmic"
        checked={get('axis') === 'log'}
        onChange={({ currentTarget }) => set({ axis: currentTarget.checked ? 'log' : '' })}
      />
      <Group gap="xs">
        <Text size="sm" id="smoothing">
          Smoothing
        </Text>
        <Slider
          w={120}
          min={0}
          max={MOST_SMOOTHING}
          step={0.05}
          value={weight}
          onChange={onWeight}
          onChangeEnd={(value) => set({ smoothing: value === 0 ? '' : String(value) })}
          label={(value) => value.toFixed(2)}
          thumbProps={{ 'aria-labelledby': 'smoothing' }}
        />
      </Group>
    </Group>
  );
}
