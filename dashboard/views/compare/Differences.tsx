import { Stack, Table, Text, Title } from '@mantine/core';
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import { ScrollingTable } from '../../figures/ScrollingTable.js';

interface Props {
  title: string;
  runs: RunComparison['runs'];
  differences: RunComparison['specification'];
}

/** What is not the same in all runs. */
export function Differences({ title, runs, differences }: Props) {
  const id = `differences-${title.toLowerCase()}`;
  return (
    <Stack gap="xs" component="section" aria-labelledby={id}>
      <Title order={2} size="h4" id={id}>
        {title}: what differs
      </Title>
      {differences.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing that is known.
        </Text>
      ) : (
        <ScrollingTable minWidth={220 + runs.length * 120} maxHeight={480} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Key</Table.Th>
              {runs.map(({ runId, name }) => (
                <Table.Th key={runId}>{name}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {differences.map(({ key, values }) => (
              <Table.Tr key={key}>
                <Table.Td className="breaks">{key}</Table.Td>
                {runs.map(({ runId }, i) => (
                  <Table.Td key={runId} className="breaks">
                    {String(values[i] ?? '–')}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
