import { Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { Epoch } from '@trainyard/shared/runs/records';
import { isTerminal } from '@trainyard/shared/runs/status';
import { Link, useLocation } from 'wouter';
import { post } from '../../api/request.js';
import { runPlace, runProgress } from '../../figures/runProgress.js';
import { StatusBadge } from '../../figures/StatusBadge.js';
import { ago, dateTime, duration, secondsBetween } from '../../figures/times.js';
import { usd } from '../../figures/usd.js';
import { Offered } from '../../signIn/Offered.js';
import { Failure } from '../../states/Failure.js';
import { QuestionModal } from '../../states/QuestionModal.js';
import { TimeLeft } from './TimeLeft.js';

/** What a run is, how far it is, and what can be done with it. */
export function RunHeader({ run, epochs, now }: { run: RunView; epochs: readonly Epoch[]; now: number }) {
  const share = runProgress(run);
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="start">
        <Stack gap={2}>
          <Group gap="sm">
            <Title order={1} size="h2" className="breaks">
              {run.name}
            </Title>
            <StatusBadge status={run.status} />
          </Group>
          {run.title !== run.name && (
            <Text c="dimmed" className="breaks">
              {run.title}
            </Text>
          )}
        </Stack>
        <Group gap="xs">
          <Button
            component={Link}
            href={`/runs?model=${encodeURIComponent(run.modelId)}&selected=${run.runId}`}
            variant="default"
          >
            Compare
          </Button>
          <Offered to="trainer">
            <Button
              component={Link}
              href={`/new?model=${encodeURIComponent(run.modelId)}&from=${run.runId}`}
              variant="default"
            >
              Clone
            </Button>
            {!isTerminal(run.status) && <CancelButton run={run} />}
            {(run.status === 'failed' || run.status === 'cancelled') && <RetryButton run={run} />}
          </Offered>
        </Group>
      </Group>
      <Progress.Root size="lg">
        <Progress.Section value={100 * share} aria-label={`How far ${run.name} is`} />
      </Progress.Root>
      <Group gap="lg">
        <Text size="sm">
          {isTerminal(run.status) ? run.status : `${Math.round(100 * share)} % ${runPlace(run)}`}
        </Text>
        <Text size="sm" title={dateTime(run.createdAt)}>
          requested {ago(run.createdAt, now)} by {run.requestedBy}
        </Text>
        {run.startedAt && (
          <Text size="sm">
            {isTerminal(run.status) ? 'took' : 'runs for'}{' '}
            {duration(secondsBetween(run.startedAt, run.endedAt, now))}
          </Text>
        )}
        <TimeLeft run={run} epochs={epochs} now={now} />
        {run.cost && <Text size="sm">{usd(run.cost.usd)}</Text>}
        {run.attempt > 1 && <Text size="sm">attempt {run.attempt}</Text>}
      </Group>
    </Stack>
  );
}

function CancelButton({ run }: { run: RunView }) {
  const [isOpen, { open, close }] = useDisclosure();
  const cancel = useMutation({
    mutationFn: () => post(`/api/training-runs/${run.runId}/cancel`, {}),
    onSuccess: close,
  });
  return (
    <>
      <Button color="red" variant="light" onClick={open} disabled={run.status === 'cancelling'}>
        {run.status === 'cancelling' ? 'Is being cancelled' : 'Cancel'}
      </Button>
      <QuestionModal isOpen={isOpen} close={close} title={`Cancel ${run.name}?`}>
        <Stack>
          <Text size="sm">
            Its trainer ends within half a minute. What it has trained so far is kept as a checkpoint, from
            which a retry goes on.
          </Text>
          {cancel.isError && <Failure what="The run was not cancelled" error={cancel.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              Let it run
            </Button>
            <Button color="red" onClick={() => cancel.mutate()} loading={cancel.isPending}>
              Cancel the run
            </Button>
          </Group>
        </Stack>
      </QuestionModal>
    </>
  );
}

/** Goes on from the last checkpoint, as a run of its own. */
function RetryButton({ run }: { run: RunView }) {
  const [, navigate] = useLocation();
  const retry = useMutation({
    mutationFn: () => post<RunView>(`/api/training-runs/${run.runId}/retry`, {}),
    onSuccess: ({ runId }) => navigate(`/runs/${runId}`),
  });
  return (
    <>
      <Button onClick={() => retry.mutate()} loading={retry.isPending}>
        Retry
      </Button>
      {retry.isError && <Failure what="The run was not retried" error={retry.error} />}
    </>
  );
}
