import { Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ModelView } from '@trainyard/shared/http/bodies';
import { Link } from 'wouter';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { dateTime } from '../../figures/times.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';

/** Every model, and which of its versions serves. */
export default function ModelsView() {
  const stored = useQuery(reads.models);
  const topic = useTopic('models');
  // The feed has all of them, and hears of changes; the first page is there sooner.
  const models = topic.isReady ? thingsOf(topic, 'model') : stored.data?.models;
  if (!models && stored.isError)
    return (
      <Failure what="The models cannot be read" error={stored.error} retry={() => void stored.refetch()} />
    );
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        Models
      </Title>
      {models ? <ModelTable models={models} /> : <Loading rows={6} />}
    </Stack>
  );
}

function ModelTable({ models }: { models: readonly ModelView[] }) {
  if (models.length === 0)
    return (
      <Text c="dimmed">
        There is no model yet: <Link href="/new">the first training</Link> makes one.
      </Text>
    );
  const ordered = models.toSorted((a, b) => a.modelId.localeCompare(b.modelId));
  return (
    <ScrollingTable minWidth={640} highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Model</Table.Th>
          <Table.Th className="tabular">In production</Table.Th>
          <Table.Th className="tabular">In staging</Table.Th>
          <Table.Th className="tabular">Newest version</Table.Th>
          <Table.Th className="tabular">Runs</Table.Th>
          <Table.Th>Last training</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {ordered.map(({ modelId, name, production, staging, lastVersion, lastRunNumber, lastStartedAt }) => (
          <Table.Tr key={modelId}>
            <Table.Td className="named breaks">
              <Link href={`/models/${encodeURIComponent(modelId)}`} className="plainLink">
                {name}
              </Link>
              {name !== modelId && <span className="note line">{modelId}</span>}
            </Table.Td>
            <Table.Td className="tabular">{production ?? '–'}</Table.Td>
            <Table.Td className="tabular">{staging ?? '–'}</Table.Td>
            <Table.Td className="tabular">{lastVersion || '–'}</Table.Td>
            <Table.Td className="tabular">
              <Link href={`/runs?model=${encodeURIComponent(modelId)}`} className="plainLink">
                {lastRunNumber}
              </Link>
            </Table.Td>
            <Table.Td className="nowrap">{lastStartedAt === null ? '–' : dateTime(lastStartedAt)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </ScrollingTable>
  );
}
