import { Stack, Text, Title } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { formatMetric } from '@trainyard/shared/metrics/display';
import { useRef, type Ref } from 'react';
import { Gap } from '../../figures/Gap.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';

type Metric = RunComparison['metrics'][number];

/** In pixels: of the names, of a run, and of what is told of all of them. */
const WIDTHS = { name: 180, run: 120, rest: 320 };
/** In pixels, of a value with its difference, before a row is measured. */
const ROW_HEIGHT = 56;
/** The name, and what all results come to. */
const FIXED_COLUMNS = 5;

/** Each metric of each run, with its difference to the baseline, how sure it is, and what all results come to. */
export function MetricTable({ comparison: { metrics, runs, baselineRunId } }: { comparison: RunComparison }) {
  const scrolling = useRef<HTMLDivElement>(null);
  // A hundred metrics of a hundred runs are ten thousand cells: those in sight are in the document.
  const virtual = useVirtualizer({
    count: metrics.length,
    getScrollElement: () => scrolling.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => metrics[index]?.name ?? index,
    overscan: 6,
  });
  const items = virtual.getVirtualItems();
  const width = runs.length + FIXED_COLUMNS;
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
          viewportRef={scrolling}
          aria-rowcount={metrics.length + 1}
        >
          <thead>
            <tr>
              <th>Metric</th>
              {runs.map(({ runId, name }) => (
                <th key={runId} className="tabular">
                  {name}
                  {runId === baselineRunId && (
                    <Text size="xs" c="dimmed">
                      baseline
                    </Text>
                  )}
                </th>
              ))}
              <th className="tabular">Mean</th>
              <th className="tabular">Std</th>
              <th className="tabular">Min</th>
              <th className="tabular">Max</th>
            </tr>
          </thead>
          <tbody>
            <Gap height={items[0]?.start ?? 0} width={width} />
            {items.map(({ index, key }) => {
              const metric = metrics[index];
              return (
                metric && (
                  <Row
                    key={key}
                    metric={metric}
                    runs={runs}
                    baselineRunId={baselineRunId}
                    index={index}
                    measure={virtual.measureElement}
                  />
                )
              );
            })}
            <Gap height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} width={width} />
          </tbody>
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
  index,
  measure,
}: {
  metric: Metric;
  index: number;
  measure: Ref<HTMLTableRowElement>;
} & Pick<RunComparison, 'runs' | 'baselineRunId'>) {
  const { name, title, better, values, deltas, intervals, bestRunIds } = metric;
  const format = (value: number | null | undefined) => formatMetric(name, value ?? undefined);
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2}>
      <td>
        {title}
        {better === 'lower' && <span className="note"> less is better</span>}
      </td>
      {runs.map(({ runId }, i) => {
        const interval = intervals?.[i];
        const delta = runId === baselineRunId ? null : (deltas[i] ?? null);
        return (
          <td key={runId} className="tabular">
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
          </td>
        );
      })}
      {[metric.mean, metric.std, metric.min, metric.max].map((value, i) => (
        <td key={i} className="tabular">
          {format(value)}
        </td>
      ))}
    </tr>
  );
}
