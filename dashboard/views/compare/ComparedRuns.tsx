import { Stack, Table, Title } from '@mantine/core';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { RunLink } from '../../figures/RunLink.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { dateTime, duration } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';

/** Which runs they are, what they took, and what they are for. */
export function ComparedRuns({ comparison: { runs } }: { comparison: RunComparison }) {
  return (
    <Stack gap="xs" component="section" aria-labelledby="compared">
      <Title order={2} size="h4" id="compared">
        Runs
      </Title>
      <ScrollingTable minWidth={640} maxHeight={320} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Run</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th>Type</Table.Th>
            <Table.Th>Requested</Table.Th>
            <Table.Th className="tabular">Duration</Table.Th>
            <Table.Th className="tabular">Cost</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {runs.map((run) => (
            <Table.Tr key={run.runId}>
              <Table.Td className="named">
                <RunLink run={run} />
              </Table.Td>
              <Table.Td>
                <StatusBadge status={run.status} />
              </Table.Td>
              <Table.Td>{run.modelType}</Table.Td>
              <Table.Td className="nowrap">{dateTime(run.createdAt)}</Table.Td>
              <Table.Td className="tabular nowrap">
                {run.seconds === null ? '–' : duration(run.seconds)}
              </Table.Td>
              <Table.Td className="tabular">{run.usd === null ? '–' : usd(run.usd)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </ScrollingTable>
    </Stack>
  );
}
