import { Stack, Text, Title } from '@mantine/core';
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
          <thead>
            <tr>
              <th>When</th>
              <th>What</th>
              <th>Status after it</th>
              <th className="tabular">Attempt</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map(({ id, at, what, status, attempt }) => (
              <tr key={id}>
                <td className="nowrap">{dateTime(at)}</td>
                <td>{what}</td>
                <td>
                  <StatusBadge status={status} />
                </td>
                <td className="tabular">{attempt}</td>
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
