import { Stack, Text, Title } from '@mantine/core';
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
          <thead>
            <tr>
              <th>Key</th>
              {runs.map(({ runId, name }) => (
                <th key={runId}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {differences.map(({ key, values }) => (
              <tr key={key}>
                <td className="breaks">{key}</td>
                {runs.map(({ runId }, i) => (
                  <td key={runId} className="breaks">
                    {String(values[i] ?? '–')}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </ScrollingTable>
      )}
    </Stack>
  );
}
