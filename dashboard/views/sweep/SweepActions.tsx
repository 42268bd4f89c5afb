import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { post } from '../../api/request.js';
import { Asked } from '../../form/Asked.js';
import { Failure } from '../../states/Failure.js';
import { AddTrial } from './AddTrial.js';

/** What can be done with a sweep; whether it may be, the server decides. */
export function SweepActions({ sweep, isOver }: { sweep: SweepView; isOver: boolean }) {
  const [, navigate] = useLocation();
  const [maxTrials, setMaxTrials] = useState(String(2 * sweep.maxTrials));
  const path = `/api/sweeps/${sweep.sweepId}`;
  const change =
    (action: string, body: object = {}) =>
    async () => {
      await post<SweepView>(`${path}/${action}`, body);
    };
  const finalize = async () => {
    const { runId } = await post<RunView>(`${path}/finalize`, {});
    navigate(`/runs/${runId}`);
  };
  const failure = 'The sweep was not changed';
  const isPaused = sweep.status === 'paused';
  const plain = useMutation({ mutationFn: change(isPaused ? 'resume' : 'pause') });
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {(sweep.status === 'running' || isPaused) && (
          <Button variant="default" onClick={() => plain.mutate()} loading={plain.isPending}>
            {isPaused ? 'Resume' : 'Pause'}
          </Button>
        )}
        {sweep.status !== 'cancelling' && sweep.endReason !== 'exhausted' && (
          <Asked
            title="Extend"
            verb="Extend the sweep"
            failure={failure}
            act={change('extend', { maxTrials: Number(maxTrials) })}
          >
            <TextInput
              label="Trials in all"
              inputMode="numeric"
              value={maxTrials}
              onChange={({ currentTarget }) => setMaxTrials(currentTarget.value)}
            />
          </Asked>
        )}
        {takesTrials(sweep) && <AddTrial sweep={sweep} />}
        {sweep.best && (
          <Asked title="Finalize" verb="Train the best on everything" failure={failure} act={finalize}>
            <Text size="sm">
              Trial {sweep.best.number} is trained as a run of its own, which becomes a version. To tell its
              worth from chance it is repeated with three other seeds, and what the sweep began with is
              trained alike.
            </Text>
          </Asked>
        )}
        {!isOver && sweep.status !== 'cancelling' && (
          <Asked title="Cancel" verb="Cancel the sweep" failure={failure} act={change('cancel')} isDangerous>
            <Text size="sm">
              Its trials that run are cancelled too. What was found stays, and can be trained.
            </Text>
          </Asked>
        )}
      </Group>
      {plain.isError && <Failure what={failure} error={plain.error} />}
    </Stack>
  );
}

/** Of one that has ended only where there was nothing left to suggest: then a trial begins it again. */
function takesTrials({ status, endReason }: SweepView): boolean {
  return status === 'running' || status === 'paused' || endReason === 'exhausted';
}
