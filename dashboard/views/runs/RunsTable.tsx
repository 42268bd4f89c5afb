import { Alert, Checkbox, Table, Text } from '@mantine/core';
import { RunLink } from '../../figures/RunLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import type { RunView } from '@trainyard/shared/http/bodies';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import { runPlace } from '../../figures/runProgress.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { dateTime, duration, secondsBetween } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';
import { useNow } from '../../figures/useNow.js';
import { columnsOf } from './columnsOf.js';

interface Props {
  runs: readonly RunView[];
  /** How many runs could not be searched. */
  unsearched: number;
  isFiltered: boolean;
  /** The ids of those that are to be compared. */
  selected: readonly string[];
  onSelect: (runId: string, isSelected: boolean) => void;
}

export function RunsTable({ runs, unsearched, isFiltered, selected, onSelect }: Props) {
  const now = useNow(runs.some(({ endedAt }) => endedAt === null));
  if (runs.length === 0)
    return <Text c="dimmed">{isFiltered ? 'No run matches the filter.' : 'The model has no run yet.'}</Text>;
  const metrics = columnsOf(runs);
  return (
    <>
      {unsearched > 0 && (
        <Alert color="yellow">{unsearched} runs are not searched yet: their summaries are being made.</Alert>
      )}
      <ScrollingTable minWidth={760} highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Compare</Table.Th>
            <Table.Th>Run</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th>Requested</Table.Th>
            <Table.Th className="tabular">Duration</Table.Th>
            <Table.Th className="tabular">Cost</Table.Th>
            {metrics.map((name) => (
              <Table.Th key={name} className="tabular">
                {metricTitle(name)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Row
              key={run.runId}
              run={run}
              metrics={metrics}
              now={now}
              isSelected={selected.includes(run.runId)}
              onSelect={(isSelected) => onSelect(run.runId, isSelected)}
            />
          ))}
        </Table.Tbody>
      </ScrollingTable>
    </>
  );
}

interface RowProps {
  run: RunView;
  metrics: readonly string[];
  now: number;
  isSelected: boolean;
  onSelect: (isSelected: boolean) => void;
}

function Row({ run, metrics, now, isSelected, onSelect }: RowProps) {
  const values = run.result?.metrics ?? {};
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox
          aria-label={`Compare ${run.name}`}
          checked={isSelected}
          onChange={({ currentTarget }) => onSelect(currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td className="named">
        <RunLink run={run} />
      </Table.Td>
      <Table.Td>
        <StatusBadge status={run.status} />
        <Text size="xs" c="dimmed" className="breaks">
          {run.error ? `${run.error.stage ?? 'start'}: ${run.error.message}` : runPlace(run)}
        </Text>
      </Table.Td>
      <Table.Td className="nowrap">{dateTime(run.createdAt)}</Table.Td>
      <Table.Td className="tabular nowrap">
        {run.startedAt ? duration(secondsBetween(run.startedAt, run.endedAt, now)) : '–'}
      </Table.Td>
      <Table.Td className="tabular">{run.cost ? usd(run.cost.usd) : '–'}</Table.Td>
      {metrics.map((name) => (
        <Table.Td key={name} className="tabular">
          {formatMetric(name, values[name])}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
