import { Stack, Table, Text, Title } from '@mantine/core';
import type { ModelVersionView } from '@trainyard/shared/http/versions';
import { ModelStageBadge } from '../../figures/ModelStageBadge.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { dateTime } from '../../figures/times.js';

interface Props {
  versions: readonly ModelVersionView[];
  /** Whether these are all that the model has. */
  isWhole: boolean;
}

/** Every move of a version from stage to stage, the newest first. */
export function StageHistory({ versions, isWhole }: Props) {
  const moves = versions
    .flatMap(({ version, stageHistory }) => stageHistory.map((change) => ({ version, ...change })))
    .toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <Stack gap="xs" component="section" aria-labelledby="history">
      <Title order={2} size="h4" id="history">
        Promotions and rollbacks
      </Title>
      {!isWhole && (
        <Text size="sm" c="dimmed">
          Of the {versions.length} versions that are shown.
        </Text>
      )}
      {moves.length === 0 ? (
        <Text c="dimmed">No version has been in a stage yet.</Text>
      ) : (
        <ScrollingTable minWidth={560} maxHeight={420} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th className="tabular">Version</Table.Th>
              <Table.Th>Went to</Table.Th>
              <Table.Th>By</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {moves.map(({ version, stage, at, by, forced, reason }, i) => (
              <Table.Tr key={i}>
                <Table.Td className="nowrap">{dateTime(at)}</Table.Td>
                <Table.Td className="tabular">{version}</Table.Td>
                <Table.Td>
                  <ModelStageBadge stage={stage} />
                </Table.Td>
                <Table.Td className="breaks">{by}</Table.Td>
                <Table.Td className="named breaks">
                  {forced && <Text size="sm">although a gate was missed</Text>}
                  {reason}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
