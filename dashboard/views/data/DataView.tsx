import { NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { ShowMore } from '../../figures/ShowMore.js';
import { dateTime } from '../../figures/times.js';
import { whole } from '../../figures/whole.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { DataOfRun } from './DataOfRun.js';
import { lookedAt, withRun, type LookedAt } from './lookedAt.js';

/** What is known of the data of a model. Which model, and the data that which run looked at, stand in the address. */
export default function DataView() {
  const address = useAddress();
  const models = useQuery(reads.models);
  const asked = address.get('run');
  // The page of a run that has just ended may have read it while it went on.
  const run = useQuery({ ...reads.run(asked), enabled: asked !== '', refetchOnMount: 'always' });
  const known = models.data?.models ?? [];
  const modelId = run.data?.modelId ?? (address.get('model') || known[0]?.modelId);
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        Data
      </Title>
      {models.isPending || (asked !== '' && run.isPending) ? (
        <Loading rows={8} />
      ) : models.isError ? (
        <Failure what="The models cannot be read" error={models.error} retry={() => void models.refetch()} />
      ) : run.isError ? (
        <Failure
          what="The run whose data are asked for cannot be read"
          error={run.error}
          retry={() => void run.refetch()}
        />
      ) : modelId === undefined ? (
        <Text c="dimmed">
          There is no model yet: <Begin modelId="" /> makes one, and looks at its data first.
        </Text>
      ) : (
        <DataOfModel
          modelId={modelId}
          models={known.map((model) => ({ value: model.modelId, label: model.name }))}
          asked={run.data}
        />
      )}
    </Stack>
  );
}

function Begin({ modelId }: { modelId: string }) {
  return (
    <Link href={modelId === '' ? '/new' : `/new?model=${encodeURIComponent(modelId)}`} className="plainLink">
      a new training
    </Link>
  );
}

interface OfModelProps {
  modelId: string;
  models: { value: string; label: string }[];
  /** The run that the address names. */
  asked: RunView | undefined;
}

function DataOfModel({ modelId, models, asked }: OfModelProps) {
  const address = useAddress();
  const pages = useCompletedRuns(modelId);
  const sets = lookedAt(
    withRun(
      (pages.data?.pages ?? []).flatMap(({ runs }) => runs),
      asked,
    ),
  );
  const set = sets.find(({ uri }) => uri === asked?.data?.uri) ?? sets[0];
  const shown = set?.versions.find(({ runId }) => runId === asked?.runId) ?? set?.versions[0];
  const choose = (run: RunView | undefined) => address.set({ run: run?.runId ?? '', model: modelId });
  return (
    <>
      <div className="queryInputs">
        <NativeSelect
          label="Model"
          data={models}
          value={modelId}
          onChange={({ currentTarget }) => address.set({ model: currentTarget.value, run: '' })}
        />
        {set && (
          <>
            <NativeSelect
              label="Data set"
              data={sets.map(({ uri }) => uri)}
              value={set.uri}
              onChange={({ currentTarget }) =>
                choose(sets.find(({ uri }) => uri === currentTarget.value)?.versions[0])
              }
            />
            <NativeSelect
              label="Version"
              data={versionsOf(set)}
              value={shown?.runId ?? ''}
              onChange={({ currentTarget }) =>
                choose(set.versions.find(({ runId }) => runId === currentTarget.value))
              }
            />
          </>
        )}
      </div>
      <ShowMore pages={pages} />
      {pages.isError && (
        <Failure
          what="The runs of the model cannot be read"
          error={pages.error}
          retry={() => void pages.refetch()}
        />
      )}
      {asked && !asked.data ? (
        <NotLooked run={asked} />
      ) : shown ? (
        <DataOfRun key={shown.runId} run={shown} />
      ) : pages.isPending ? (
        <Loading rows={8} />
      ) : pages.isError ? null : (
        <NoneCompleted modelId={modelId} />
      )}
    </>
  );
}

function NoneCompleted({ modelId }: { modelId: string }) {
  const failed = useFailedRun(modelId);
  return (
    <>
      <Text c="dimmed">
        No completed run of this model has looked at its data: <Begin modelId={modelId} /> does, and a quick
        test is the shortest. In a terminal <code>trainyard profile FILE</code> looks at a file without a run.
      </Text>
      {failed && (
        <Text c="dimmed">
          <Link href={`/data?run=${failed.runId}`} className="plainLink">
            What {failed.name} found before it failed
          </Link>{' '}
          is there.
        </Text>
      )}
    </>
  );
}

/** The newest run of the model that has read its data and then failed, of the newest page of those. */
function useFailedRun(modelId: string): RunView | undefined {
  const failed = useInfiniteQuery(reads.runs(modelId, 'status = "failed"', 'createdAt desc'));
  return failed.data?.pages[0]?.runs.find(({ data }) => data);
}

function NotLooked({ run: { runId, name, status } }: { run: RunView }) {
  return (
    <Text c="dimmed">
      <Link href={`/runs/${runId}`} className="plainLink">
        {name}
      </Link>{' '}
      is {status} and has not read its data. Choose another model or version, or wait until it has.
    </Text>
  );
}

function versionsOf({ versions }: LookedAt) {
  return versions.map(({ runId, createdAt, name, status, data }) => ({
    value: runId,
    label: `${dateTime(createdAt)}, ${whole(data?.rows ?? 0)} rows (${name}${status === 'completed' ? '' : `, ${status}`})`,
  }));
}

/** Newest first, read again when a run of the model has ended. */
function useCompletedRuns(modelId: string) {
  const queryClient = useQueryClient();
  const completed = thingsOf(useTopic('runs'), 'run')
    .filter((run) => run.modelId === modelId && run.status === 'completed')
    .map(({ runId }) => runId)
    .join(',');
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: ['runs', modelId] }),
    [completed, modelId, queryClient],
  );
  return useInfiniteQuery(reads.runs(modelId, 'status = "completed"', 'createdAt desc'));
}
