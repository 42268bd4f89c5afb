import { NativeSelect, Stack, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { formatMetric, metricTitle } from '@trainyard/shared/metrics/display';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { useAddress } from '../../address/useAddress.js';
import { reads } from '../../api/reads.js';
import { useTopic } from '../../feed/useFeed.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';
import { dateTime } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';
import { ShowMore } from '../../figures/ShowMore.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { sweepOf } from '../sweep/sweepOf.js';

/** The sweeps of a model, newest first. */
export default function SweepsView() {
  const address = useAddress();
  const models = useQuery(reads.models);
  if (models.isPending) return <Loading />;
  if (models.isError)
    return (
      <Failure what="The models cannot be read" error={models.error} retry={() => void models.refetch()} />
    );
  const known = models.data.models;
  const named = address.get('model');
  const modelId = named || known[0]?.modelId;
  const isUnknown = named !== '' && !known.some((model) => model.modelId === named);
  return (
    <Stack gap="md">
      <Title order={1} size="h2">
        Sweeps
      </Title>
      {modelId === undefined ? (
        <Text c="dimmed">There is no model yet: the first training makes one.</Text>
      ) : (
        <>
          <NativeSelect
            label="Model"
            maw={320}
            data={[
              ...(isUnknown ? [{ value: named, label: `${named} (no such model)` }] : []),
              ...known.map(({ modelId: value, name }) => ({ value, label: name })),
            ]}
            value={modelId}
            onChange={({ currentTarget }) => address.set({ model: currentTarget.value })}
          />
          {isUnknown ? (
            <Text>There is no model {named}, or it is of a team that you are not in. Choose one above.</Text>
          ) : (
            <SweepsOfModel modelId={modelId} />
          )}
        </>
      )}
    </Stack>
  );
}

/** Of so many that go on each row is told what happens; a connection takes twenty topics. */
const MOST_WATCHED = 10;

function SweepsOfModel({ modelId }: { modelId: string }) {
  const pages = useInfiniteQuery(reads.sweeps(modelId));
  useNews(modelId);
  if (pages.isPending) return <Loading rows={6} />;
  if (pages.isError)
    return (
      <Failure what="The sweeps cannot be read" error={pages.error} retry={() => void pages.refetch()} />
    );
  const sweeps = pages.data.pages.flatMap((page) => page.sweeps);
  const open = sweeps.filter(({ endedAt }) => endedAt === null);
  const watched = new Set(open.slice(0, MOST_WATCHED).map(({ sweepId }) => sweepId));
  if (sweeps.length === 0)
    return (
      <Text c="dimmed">
        The model has no sweep yet. A terminal starts one: trainyard sweep --model {modelId} --spec spec.yaml
        --space default
      </Text>
    );
  return (
    <Stack gap="sm">
      <ScrollingTable minWidth={720} highlightOnHover>
        <thead>
          <tr>
            <th>Sweep</th>
            <th>Status</th>
            <th>Requested</th>
            <th className="tabular">Trials</th>
            <th className="tabular">Best</th>
            <th className="tabular">Cost</th>
          </tr>
        </thead>
        <tbody>
          {sweeps.map((sweep) => (
            <SweepRow key={sweep.sweepId} sweep={sweep} isWatched={watched.has(sweep.sweepId)} />
          ))}
        </tbody>
      </ScrollingTable>
      <ShowMore pages={pages} />
    </Stack>
  );
}

/** Reads the list again when somebody begins a sweep of the model, or changes one. */
function useNews(modelId: string): void {
  const topic = useTopic(`sweeps:${modelId}`);
  // Not for each of those that there are already, as the topic tells them.
  const news = topic.isReady ? topic : undefined;
  const queryClient = useQueryClient();
  useEffect(
    () => void queryClient.invalidateQueries({ queryKey: reads.sweeps(modelId).queryKey }),
    [news, modelId, queryClient],
  );
}

/** As the list has it, or of one that goes on as it is told. */
function SweepRow({ sweep, isWatched }: { sweep: SweepView; isWatched: boolean }) {
  const topic = useTopic(isWatched ? `sweep:${sweep.sweepId}` : undefined);
  const { sweepId, name, status, endReason, createdAt, trials, maxTrials, objective, best, costUsd } =
    (topic.isReady && sweepOf(topic)) || sweep;
  return (
    <tr>
      <td className="named breaks">
        <Link href={`/sweeps/${sweepId}`} className="plainLink">
          {name || sweepId}
        </Link>
      </td>
      <td>
        {status}
        {endReason !== null && endReason !== status && <span className="note line">{endReason}</span>}
      </td>
      <td className="nowrap">{dateTime(createdAt)}</td>
      <td className="tabular">
        {trials.completed + trials.pruned + trials.failed + trials.cancelled} of {maxTrials}
      </td>
      <td className="tabular">
        {formatMetric(objective.metric, best?.value)}
        <span className="note line">{metricTitle(objective.metric)}</span>
      </td>
      <td className="tabular">{usd(costUsd)}</td>
    </tr>
  );
}
