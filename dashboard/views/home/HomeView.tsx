import { Stack, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { isTerminal } from '@trainyard/shared/runs/status';
import { useEffect } from 'react';
import { useSearchParams } from 'wouter';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { Spending } from '../../figures/Spending.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { BestRuns } from './BestRuns.js';
import { LastFailures } from './LastFailures.js';
import { KpiRows } from './KpiRows.js';
import { RunningNow } from './RunningNow.js';
import { Welcome } from './Welcome.js';

/** What there is, at a glance: figures by type of model, the best configurations, and what runs. */
export default function HomeView() {
  const best = useQuery(reads.bestExperiments);
  const models = useQuery(reads.models);
  const topic = useTopic('runs');
  const runs = thingsOf(topic, 'run');
  const ended = runs.filter(({ status }) => isTerminal(status)).length;
  const [search, setSearch] = useSearchParams();
  const queryClient = useQueryClient();
  // A run that ends may be among the best, and one that begins may be the first.
  useEffect(() => {
    for (const { queryKey } of [reads.bestExperiments, reads.models])
      void queryClient.invalidateQueries({ queryKey });
  }, [ended, runs.length, queryClient]);

  if (best.isPending) return <Loading rows={6} />;
  if (best.isError)
    return (
      <Failure
        what="The best experiments cannot be read"
        error={best.error}
        retry={() => void best.refetch()}
      />
    );
  const types = best.data.modelTypes;
  const asked = search.get('type');
  const chosen =
    types.find(({ modelType }) => modelType === asked) ?? types.find(({ count }) => count > 0) ?? types[0];
  // Where all that was ever started has failed, there is something to show: why.
  const isEmpty = models.data?.models.every(({ lastRunNumber }) => lastRunNumber === 0) === true;
  return (
    <Stack gap="lg">
      <Title order={1} size="h2">
        Home
      </Title>
      {isEmpty ? (
        <Welcome />
      ) : (
        <>
          <RunningNow runs={runs} isReady={topic.isReady} />
          <KpiRows
            types={types}
            chosen={chosen?.modelType}
            onChoose={(type) => setSearch({ type }, { replace: true })}
          />
          {chosen && <BestRuns type={chosen} />}
          <LastFailures ended={ended} />
          <Spending />
        </>
      )}
    </Stack>
  );
}
