import { Stack, Text, Title } from '@mantine/core';
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
          <thead>
            <tr>
              <th>When</th>
              <th className="tabular">Version</th>
              <th>Went to</th>
              <th>By</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {moves.map(({ version, stage, at, by, forced, reason }, i) => (
              <tr key={i}>
                <td className="nowrap">{dateTime(at)}</td>
                <td className="tabular">{version}</td>
                <td>
                  <ModelStageBadge stage={stage} />
                </td>
                <td className="breaks">{by}</td>
                <td className="named breaks">
                  {forced && <Text size="sm">although a gate was missed</Text>}
                  {reason}
                </td>
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
