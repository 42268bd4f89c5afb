import { Stack, Table, Text, Title } from '@mantine/core';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { formatMetric } from '@trainyard/shared/metrics/display';
import { ScrollingTable } from '../../figures/ScrollingTable.js';

type Metric = RunComparison['metrics'][number];

/** In pixels: of the names, of a run, and of what is told of all of them. */
const WIDTHS = { name: 180, run: 120, rest: 320 };

/** Each metric of each run, with its difference to the baseline, how sure it is, and what all results come to. */
export function MetricTable({ comparison: { metrics, runs, baselineRunId } }: { comparison: RunComparison }) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="metrics">
      <Title order={2} size="h4" id="metrics">
        Metrics
      </Title>
      {metrics.length === 0 ? (
        <Text c="dimmed">None of the runs has metrics yet.</Text>
      ) : (
        <ScrollingTable
          minWidth={WIDTHS.name + runs.length * WIDTHS.run + WIDTHS.rest}
          maxHeight={640}
          stickyHeader
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Metric</Table.Th>
              {runs.map(({ runId, name }) => (
                <Table.Th key={runId} className="tabular">
                  {name}
                  {runId === baselineRunId && (
                    <Text size="xs" c="dimmed">
                      baseline
                    </Text>
                  )}
                </Table.Th>
              ))}
              <Table.Th className="tabular">Mean</Table.Th>
              <Table.Th className="tabular">Std</Table.Th>
              <Table.Th className="tabular">Min</Table.Th>
              <Table.Th className="tabular">Max</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {metrics.map((metric) => (
              <Row key={metric.name} metric={metric} runs={runs} baselineRunId={baselineRunId} />
            ))}
          </Table.Tbody>
        </ScrollingTable>
      )}
      <Text size="xs" c="dimmed">
        Below a value: the difference to the baseline, and where the true value lies with a confidence of 95 %
        where the evaluation tells. Mean to Max are of results alone.
      </Text>
    </Stack>
  );
}

function Row({
  metric,
  runs,
  baselineRunId,
}: { metric: Metric } & Pick<RunComparison, 'runs' | 'baselineRunId'>) {
  const { name, title, better, values, deltas, intervals, bestRunIds } = metric;
  const format = (value: number | null | undefined) => formatMetric(name, value ?? undefined);
  return (
    <Table.Tr>
      <Table.Td>
        {title}
        {better === 'lower' && <span className="note"> less is better</span>}
      </Table.Td>
      {runs.map(({ runId }, i) => {
        const interval = intervals?.[i];
        const delta = runId === baselineRunId ? null : (deltas[i] ?? null);
        return (
          <Table.Td key={runId} className="tabular">
            <span className={bestRunIds.includes(runId) ? 'best' : undefined}>{format(values[i])}</span>
            {bestRunIds.includes(runId) && runs.length > 1 && <span className="note"> best</span>}
            {delta !== null && (
              <span className="note line">
                {delta < 0 ? '−' : '+'}
                {format(Math.abs(delta))}
              </span>
            )}
            {interval && (
              <span className="note line">
                {format(interval.low)} to {format(interval.high)}
              </span>
            )}
          </Table.Td>
        );
      })}
      {[metric.mean, metric.std, metric.min, metric.max].map((value, i) => (
        <Table.Td key={i} className="tabular">
          {format(value)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
