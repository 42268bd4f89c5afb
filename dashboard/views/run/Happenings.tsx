import { Stack, Table, Text, Title } from '@mantine/core';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import type { RunEventRecord } from '@trainyard/shared/runs/records';
import { dateTime } from '../../figures/times.js';
import { StatusBadge } from '../../figures/StatusBadge.js';

/** What happened to a run, the newest first. */
export function Happenings({ records }: { records: readonly RunEventRecord[] }) {
  const ordered = records.toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <Stack gap="xs" component="section" aria-labelledby="events">
      <Title order={2} size="h4" id="events">
        Events
      </Title>
      {ordered.length === 0 ? (
        <Text c="dimmed">Nothing has happened yet.</Text>
      ) : (
        <ScrollingTable minWidth={420} maxHeight={360} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>What</Table.Th>
              <Table.Th>Status after it</Table.Th>
              <Table.Th className="tabular">Attempt</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {ordered.map(({ id, at, what, status, attempt }) => (
              <Table.Tr key={id}>
                <Table.Td className="nowrap">{dateTime(at)}</Table.Td>
                <Table.Td>{what}</Table.Td>
                <Table.Td>
                  <StatusBadge status={status} />
                </Table.Td>
                <Table.Td className="tabular">{attempt}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
