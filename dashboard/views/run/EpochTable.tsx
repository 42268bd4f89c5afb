import { Stack, Text, Title } from '@mantine/core';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import type { RunView } from '@trainyard/shared/http/bodies';
import { epochMetricColumns } from '@trainyard/shared/metrics/columns';
import { formatMetric } from '@trainyard/shared/metrics/display';
import type { Epoch } from '@trainyard/shared/runs/records';
import { isTerminal } from '@trainyard/shared/runs/status';
import { measuredModel } from '@trainyard/shared/spec/evaluation/measuredModel';
import { duration } from '../../figures/times.js';
import { endedUntrained } from './endedUntrained.js';

/** A row for each epoch; the one whose weights are kept is marked. */
export function EpochTable({ run, epochs }: { run: RunView; epochs: readonly Epoch[] }) {
  const columns = epochMetricColumns(measuredModel(run.spec));
  const isTraining = run.currentStage === 'train' && !isTerminal(run.status);
  return (
    <Stack gap="xs" component="section" aria-labelledby="epochs">
      <Title order={2} size="h4" id="epochs">
        Epochs
      </Title>
      {epochs.length === 0 ? (
        <Text c="dimmed">
          {endedUntrained(run) ? 'The run ended before its first epoch was done.' : 'No epoch is done yet.'}
        </Text>
      ) : (
        <ScrollingTable minWidth={480} maxHeight={420} stickyHeader>
          <thead>
            <tr>
              <th className="tabular">Epoch</th>
              {columns.map(({ name, title }) => (
                <th key={name} className="tabular">
                  {title}
                </th>
              ))}
              <th className="tabular">Time</th>
            </tr>
          </thead>
          <tbody>
            {epochs.map(({ epoch, metrics, seconds }) => (
              <tr key={epoch} className={run.result?.bestEpoch === epoch ? 'strong' : undefined}>
                <td className="tabular nowrap">
                  {epoch}
                  {run.result?.bestEpoch === epoch && ' (kept)'}
                </td>
                {columns.map(({ name }) => (
                  <td key={name} className="tabular">
                    {formatMetric(name, metrics[name])}
                  </td>
                ))}
                <td className="tabular nowrap">{duration(seconds)}</td>
              </tr>
            ))}
            {isTraining && run.currentEpoch < run.totalEpochs && (
              <tr aria-current="true">
                <td className="tabular">{run.currentEpoch + 1}</td>
                <td colSpan={columns.length + 1}>
                  <Text size="sm" c="dimmed">
                    under way
                    {run.progress?.loss === undefined
                      ? ''
                      : `, loss ${formatMetric('loss', run.progress.loss)}`}
                  </Text>
                </td>
              </tr>
            )}
          </tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
