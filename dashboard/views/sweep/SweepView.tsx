import { Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { waitingText } from '@trainyard/shared/sweeps/waitingText';
import type { SweepView as Sweep } from '@trainyard/shared/sweeps/view';
import { useParams } from 'wouter';
import { ApiError } from '../../api/problem.js';
import { reads } from '../../api/reads.js';
import { thingsOf } from '../../feed/feed.js';
import { useTopic } from '../../feed/useFeed.js';
import { FileLink } from '../../figures/FileLink.js';
import { dateTime } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';
import { Offered } from '../../signIn/Offered.js';
import { Failure } from '../../states/Failure.js';
import { Loading } from '../../states/Loading.js';
import { NotHere } from '../../states/NotHere.js';
import { Best } from './Best.js';
import { Findings } from './Findings.js';
import { SweepActions } from './SweepActions.js';
import { sweepOf } from './sweepOf.js';
import { TrialTable } from './TrialTable.js';

/** A sweep as it goes: how far it is, its best trial, and every trial. */
export default function SweepView() {
  const { sweepId } = useParams<{ sweepId: string }>();
  // A stream refuses all of its topics where one is not there: the sweep is asked for first.
  const found = useQuery(reads.sweep(sweepId));
  const topic = useTopic(found.isSuccess ? `sweep:${sweepId}` : undefined);
  if (found.isPending) return <Loading rows={8} />;
  if (!found.data) {
    const { error } = found;
    if (error instanceof ApiError && error.status < 500)
      return <NotHere what={`There is no sweep ${sweepId}, or it is of a team that you are not in.`} />;
    return <Failure what="The sweep cannot be read" error={error} retry={() => void found.refetch()} />;
  }
  const sweep = (topic.isReady && sweepOf(topic)) || found.data;
  const trials = thingsOf(topic, 'trial').toSorted((a, b) => a.number - b.number);
  const waiting = thingsOf(topic, 'queued').filter(({ number }) => sweep.waiting.includes(number));
  return (
    <Stack gap="lg">
      <Header sweep={sweep} />
      <Best sweep={sweep} trials={trials} />
      <TrialTable sweep={sweep} trials={trials} waiting={waiting} isReady={topic.isReady} />
      <Findings sweep={sweep} />
    </Stack>
  );
}

const isOver = ({ status }: Pick<Sweep, 'status'>) => status === 'completed' || status === 'cancelled';

function Header({ sweep }: { sweep: Sweep }) {
  const { trials, maxTrials, name, sweepId } = sweep;
  const done = trials.completed + trials.pruned + trials.failed + trials.cancelled;
  const waiting = waitingText(sweep);
  const counts = Object.entries(trials).filter(([, count]) => count > 0);
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="start">
        <Stack gap={2}>
          <Title order={1} size="h2" className="breaks">
            {name || sweepId}
          </Title>
          {sweep.description !== '' && (
            <Text c="dimmed" className="breaks">
              {sweep.description}
            </Text>
          )}
        </Stack>
        <Offered to="trainer">
          <SweepActions sweep={sweep} isOver={isOver(sweep)} />
        </Offered>
      </Group>
      <Progress.Root size="lg">
        <Progress.Section
          value={sweep.endReason === 'exhausted' ? 100 : (100 * done) / maxTrials}
          aria-label={`How far ${name || sweepId} is`}
        />
      </Progress.Root>
      <Group gap="lg">
        <Text size="sm" role="status" aria-label="Status">
          {sweep.status}
          {sweep.endReason !== null && `: ${sweep.endReason}`}
        </Text>
        <Text size="sm">
          {done} of {maxTrials} trials
          {counts.length > 0 && `: ${counts.map(([state, count]) => `${count} ${state}`).join(', ')}`}
        </Text>
        <Text size="sm">
          {usd(sweep.costUsd)}
          {sweep.budgetUsd !== null && ` of ${usd(sweep.budgetUsd)}`}
        </Text>
        <Text size="sm">
          requested {dateTime(sweep.createdAt)} by {sweep.requestedBy}
        </Text>
        <FileLink address={`/api/sweeps/${sweepId}/report`} name={`${name || sweepId} report.html`}>
          Report
        </FileLink>
      </Group>
      {waiting !== '' && (
        <Text size="sm" className="firstUpper">
          {waiting}.
        </Text>
      )}
    </Stack>
  );
}
