import { Stack, Table, Text, Title } from '@mantine/core';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import type { RunView } from '@trainyard/shared/http/bodies';
import { epochMetricColumns } from '@trainyard/shared/metrics/columns';
import { formatMetric } from '@trainyard/shared/metrics/display';
import type { Epoch } from '@trainyard/shared/runs/records';
import { isTerminal } from '@trainyard/shared/runs/status';
import { measuredModel } from '@trainyard/shared/spec/metricRules';
import { duration } from '../../figures/times.js';

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
        <Text c="dimmed">No epoch is done yet.</Text>
      ) : (
        <ScrollingTable minWidth={480} maxHeight={420} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th className="tabular">Epoch</Table.Th>
              {columns.map(({ name, title }) => (
                <Table.Th key={name} className="tabular">
                  {title}
                </Table.Th>
              ))}
              <Table.Th className="tabular">Time</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {epochs.map(({ epoch, metrics, seconds }) => (
              <Table.Tr key={epoch} fw={run.result?.bestEpoch === epoch ? 700 : undefined}>
                <Table.Td className="tabular nowrap">
                  {epoch}
                  {run.result?.bestEpoch === epoch && ' (kept)'}
                </Table.Td>
                {columns.map(({ name }) => (
                  <Table.Td key={name} className="tabular">
                    {formatMetric(name, metrics[name])}
                  </Table.Td>
                ))}
                <Table.Td className="tabular nowrap">{duration(seconds)}</Table.Td>
              </Table.Tr>
            ))}
            {isTraining && run.currentEpoch < run.totalEpochs && (
              <Table.Tr aria-current="true">
                <Table.Td className="tabular">{run.currentEpoch + 1}</Table.Td>
                <Table.Td colSpan={columns.length + 1}>
                  <Text size="sm" c="dimmed">
                    under way
                    {run.progress?.loss === undefined
                      ? ''
                      : `, loss ${formatMetric('loss', run.progress.loss)}`}
                  </Text>
                </Table.Td>
              </Table.Tr>
            )}
          </Table.Tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
