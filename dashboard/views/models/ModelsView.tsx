import { Stack, Text, Title } from '@mantine/core';
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
      <thead>
        <tr>
          <th>Model</th>
          <th className="tabular">In production</th>
          <th className="tabular">In staging</th>
          <th className="tabular">Newest version</th>
          <th className="tabular">Runs</th>
          <th>Last training</th>
        </tr>
      </thead>
      <tbody>
        {ordered.map(({ modelId, name, production, staging, lastVersion, lastRunNumber, lastStartedAt }) => (
          <tr key={modelId}>
            <td className="named breaks">
              <Link href={`/models/${encodeURIComponent(modelId)}`} className="plainLink">
                {name}
              </Link>
              {name !== modelId && <span className="note line">{modelId}</span>}
            </td>
            <td className="tabular">{production ?? '–'}</td>
            <td className="tabular">{staging ?? '–'}</td>
            <td className="tabular">{lastVersion || '–'}</td>
            <td className="tabular">
              <Link href={`/runs?model=${encodeURIComponent(modelId)}`} className="plainLink">
                {lastRunNumber}
              </Link>
            </td>
            <td className="nowrap">{lastStartedAt === null ? '–' : dateTime(lastStartedAt)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollingTable>
  );
}
