import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { post } from '../../api/request.js';
import { Asked } from '../../form/Asked.js';
import { Failure } from '../../states/Failure.js';
import { AddTrial } from './AddTrial.js';
import { Extend } from './Extend.js';
import { Finalize } from './Finalize.js';

/** What can be done with a sweep; whether it may be, the server decides. */
export function SweepActions({ sweep, isOver }: { sweep: SweepView; isOver: boolean }) {
  const path = `/api/sweeps/${sweep.sweepId}`;
  const change = (action: string) => async () => {
    await post<SweepView>(`${path}/${action}`, {});
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
        {sweep.status !== 'cancelling' && sweep.endReason !== 'exhausted' && <Extend sweep={sweep} />}
        {takesTrials(sweep) && <AddTrial sweep={sweep} />}
        {sweep.best && <Finalize sweep={sweep} best={sweep.best} />}
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
