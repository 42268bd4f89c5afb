import { Group, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ModelView as Model } from '@trainyard/shared/http/bodies';
import type { ModelVersionView } from '@trainyard/shared/http/versions';
import { useEffect } from 'react';
import { Link, useParams } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { ApiError } from '../../api/problem.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { ShowMore } from '../../figures/ShowMore.js';
import { Offered } from '../../signIn/Offered.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { NotHere } from '../../states/NotHere.js';
import { RollbackButton } from './RollbackButton.js';
import { Serving } from './Serving.js';
import { StageHistory } from './StageHistory.js';
import { VersionDetails } from './VersionDetails.js';
import { VersionTable } from './VersionTable.js';

/** A model: which version serves, all of its versions, and how they came to where they are. */
export default function ModelView() {
  const { modelId } = useParams<{ modelId: string }>();
  const stored = useQuery(reads.model(modelId));
  const told = thingsOf(useTopic('models'), 'model').find((model) => model.modelId === modelId);
  const model = told ?? stored.data;
  if (model) return <Shown model={model} />;
  const { error } = stored;
  if (error instanceof ApiError && (error.status === 404 || error.status === 400))
    return <NotHere what={`There is no model ${modelId}, or it is of a team that you are not in.`} />;
  if (error)
    return <Failure what="The model cannot be read" error={error} retry={() => void stored.refetch()} />;
  return <Loading rows={8} />;
}

function Shown({ model }: { model: Model }) {
  const { modelId, name } = model;
  const pages = useInfiniteQuery(reads.versions(modelId));
  const queryClient = useQueryClient();
  // A version that was made or moved changes its model too, of which the feed tells.
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: reads.versions(modelId).queryKey }),
    [model.updatedAt, modelId, queryClient],
  );
  const versions = pages.data?.pages.flatMap((page) => page.versions) ?? [];
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="start">
        <Stack gap={2}>
          <Title order={1} size="h2" className="breaks">
            {name}
          </Title>
          {name !== modelId && <Text c="dimmed">{modelId}</Text>}
          <Text size="sm">
            <Link href={`/runs?model=${encodeURIComponent(modelId)}`} className="plainLink">
              {model.lastRunNumber === 1 ? 'Its run' : `Its ${model.lastRunNumber} runs`}
            </Link>
          </Text>
        </Stack>
        <Offered to="trainer">
          <RollbackButton model={model} />
        </Offered>
      </Group>
      <Serving model={model} versions={versions} />
      <Stack gap="xs" component="section" aria-labelledby="versions">
        <Title order={2} size="h4" id="versions">
          Versions
        </Title>
        {pages.isPending && <Loading rows={4} />}
        {pages.isError && (
          <Failure
            what="The versions cannot be read"
            error={pages.error}
            retry={() => void pages.refetch()}
          />
        )}
        {pages.isSuccess && <Versions model={model} versions={versions} />}
        <ShowMore pages={pages} />
      </Stack>
      {versions.length > 0 && <StageHistory versions={versions} isWhole={!pages.hasNextPage} />}
    </Stack>
  );
}

/** The list, and below it the one that is chosen. */
function Versions({ model, versions }: { model: Model; versions: readonly ModelVersionView[] }) {
  const address = useAddress();
  const chosen = versions.find(({ version }) => String(version) === address.get('version'));
  if (versions.length === 0)
    return (
      <Text c="dimmed">
        The model has no version yet: each completed run becomes one, but for quick tests and trials of
        sweeps.
      </Text>
    );
  return (
    <>
      <VersionTable
        model={model}
        versions={versions}
        chosen={chosen?.version}
        onChoose={(version) => address.set({ version: version === undefined ? '' : String(version) })}
      />
      {chosen && <VersionDetails version={chosen} />}
    </>
  );
}
