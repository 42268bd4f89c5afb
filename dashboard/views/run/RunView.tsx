import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { isTerminal } from '@trainyard/shared/runs/status';
import { useMemo } from 'react';
import { useParams } from 'wouter';
import { ApiError } from '../../api/problem.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { useNow } from '../../figures/useNow.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { NotHere } from '../../states/NotHere.js';
import { Artifacts } from './Artifacts.js';
import { Configuration } from './Configuration.js';
import { Curves } from './Curves.js';
import { endedUntrained } from './endedUntrained.js';
import { EpochTable } from './EpochTable.js';
import { Happenings } from './Happenings.js';
import { Log } from './log/Log.js';
import { Outcome } from './Outcome.js';
import { Resources } from './Resources.js';
import { RunHeader } from './RunHeader.js';
import { RunTabs } from './RunTabs.js';
import { StageTable } from './StageTable.js';

/** A run, from its request to its end, as it goes. */
export default function RunView() {
  const { runId } = useParams<{ runId: string }>();
  const stored = useQuery(reads.run(runId));
  const topic = useTopic(stored.isSuccess ? `run:${runId}` : undefined);
  // The clock draws the view each second: what the charts are made of stays the same meanwhile.
  const epochs = useMemo(() => thingsOf(topic, 'epoch').toSorted((a, b) => a.epoch - b.epoch), [topic]);
  const run = thingsOf(topic, 'run')[0] ?? stored.data;
  const now = useNow(run !== undefined && !isTerminal(run.status));
  if (!run) {
    if (stored.isPending) return <Loading rows={8} />;
    const { error } = stored;
    if (error instanceof ApiError && (error.status === 404 || error.status === 400))
      return <NotHere what={`There is no run ${runId}, or it is of a team that you are not in.`} />;
    if (error)
      return <Failure what="The run cannot be read" error={error} retry={() => void stored.refetch()} />;
    return <Loading rows={8} />;
  }
  const stages = thingsOf(topic, 'stage');
  return (
    <Stack gap="lg">
      <RunHeader run={run} epochs={epochs} now={now} />
      <RunTabs run={run}>
        <Outcome run={run} />
        <StageTable run={run} stages={stages} isReady={topic.isReady} />
        {!endedUntrained(run) && <Curves epochs={epochs} run={run} />}
        <div className="beside">
          <EpochTable run={run} epochs={epochs} />
          <Resources run={run} />
        </div>
        {run.status === 'completed' && <Artifacts run={run} />}
        <Configuration run={run} />
        <Log runId={runId} name={run.name} />
        <Happenings records={thingsOf(topic, 'record')} />
      </RunTabs>
    </Stack>
  );
}
