import { Stack, Table, Text, Title } from '@mantine/core';
import { RunLink } from '../../figures/RunLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import type { TypeFigures } from './KpiRows.js';

/** The ten best runs of a type of model. */
export function BestRuns({ type: { modelType, metric, runs } }: { type: TypeFigures }) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="best">
      <Title order={2} size="h4" id="best">
        Top configurations of {modelType}
      </Title>
      {runs.length === 0 ? (
        <Text c="dimmed">No completed run has {metricTitle(metric)} yet.</Text>
      ) : (
        <ScrollingTable minWidth={760} highlightOnHover stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>#</Table.Th>
              <Table.Th>Run</Table.Th>
              <Table.Th>Data</Table.Th>
              <Table.Th>Features</Table.Th>
              <Table.Th>Layers</Table.Th>
              <Table.Th className="tabular">Learning rate</Table.Th>
              <Table.Th className="tabular">Batch</Table.Th>
              <Table.Th className="tabular">Epochs</Table.Th>
              <Table.Th className="tabular">{metricTitle(metric)}</Table.Th>
              <Table.Th className="tabular">Loss</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {runs.map((run, i) => (
              <Table.Tr key={run.runId}>
                <Table.Td>{i + 1}</Table.Td>
                <Table.Td>
                  <RunLink run={run} />
                </Table.Td>
                <Table.Td className="breaks">{run.dataset ?? '–'}</Table.Td>
                <Table.Td className="breaks">{run.features}</Table.Td>
                <Table.Td>{/\d/.test(run.model) ? run.model : 'none'}</Table.Td>
                <Table.Td className="tabular">{run.learningRate ?? '–'}</Table.Td>
                <Table.Td className="tabular">{run.batchSize ?? '–'}</Table.Td>
                <Table.Td className="tabular">{run.epochs}</Table.Td>
                <Table.Td className="tabular">{formatMetric(metric, run.value)}</Table.Td>
                <Table.Td className="tabular">{formatMetric('loss', run.loss ?? undefined)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
