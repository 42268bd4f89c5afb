import { Card, Stack, Text, Title } from '@mantine/core';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import type { ParameterSlice, SweepFindings } from '@trainyard/shared/sweeps/findings';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { ScrollingTable } from '../../figures/ScrollingTable.js';

interface Props extends Pick<SweepView, 'objective'>, Pick<SweepFindings, 'slices'> {
  /** The parameters, what matters most first. */
  keys: readonly string[];
}

/** What each value, or part of a range, came to. */
export function Slices({ objective: { metric }, keys, slices }: Props) {
  if (keys.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-labelledby="slices">
      <Title order={2} size="h4" id="slices">
        By each parameter
      </Title>
      <Text size="sm" c="dimmed">
        {metricTitle(metric)} of the trials at each value, or in each fifth of a range.
      </Text>
      <div className="cards">
        {keys.map((key) => (
          <Card key={key} withBorder padding="sm">
            <Title order={3} size="h6" className="breaks">
              {key}
            </Title>
            <SliceTable name={key} metric={metric} slices={slices[key] ?? []} />
          </Card>
        ))}
      </div>
    </Stack>
  );
}

interface SliceTableProps {
  name: string;
  metric: string;
  slices: readonly ParameterSlice[];
}

function SliceTable({ name, metric, slices }: SliceTableProps) {
  return (
    <ScrollingTable minWidth={280}>
      <caption className="unseen">What the values of {name} came to</caption>
      <thead>
        <tr>
          <th>Value</th>
          <th className="tabular">Trials</th>
          <th className="tabular">Best</th>
          <th className="tabular">Mean</th>
        </tr>
      </thead>
      <tbody>
        {slices.map(({ at, trials, best, mean, bestTrial }) => {
          const place = placeText(at);
          return (
            <tr key={place}>
              <td>
                <span className="breaks clamped" title={place}>
                  {place}
                </span>
              </td>
              <td className="tabular">{trials}</td>
              <td className="tabular">
                {formatMetric(metric, best ?? undefined)}
                {bestTrial !== null && <span className="note line">trial {bestTrial}</span>}
              </td>
              <td className="tabular">{formatMetric(metric, mean ?? undefined)}</td>
            </tr>
          );
        })}
      </tbody>
    </ScrollingTable>
  );
}

function placeText(at: ParameterSlice['at']): string {
  return 'value' in at ? valueText(at.value) : `${valueText(at.above)} to ${valueText(at.upTo)}`;
}
