import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { reads } from '../../api/reads.js';
import { post } from '../../api/request.js';
import { Failure } from '../../states/Failure.js';

/** What can be done with a sweep; whether it may be, the server decides. */
export function SweepActions({ sweep, isOver }: { sweep: SweepView; isOver: boolean }) {
  const [, navigate] = useLocation();
  const queryClient = useQueryClient();
  const [maxTrials, setMaxTrials] = useState(String(2 * sweep.maxTrials));
  const path = `/api/sweeps/${sweep.sweepId}`;
  const change =
    (action: string, body: object = {}) =>
    async () => {
      const changed = await post<SweepView>(`${path}/${action}`, body);
      queryClient.setQueryData(reads.sweep(sweep.sweepId).queryKey, changed);
    };
  const finalize = async () => {
    const { runId } = await post<RunView>(`${path}/finalize`, {});
    navigate(`/runs/${runId}`);
  };
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
        {sweep.status !== 'cancelling' && (
          <Asked
            title="Extend"
            verb="Extend the sweep"
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
        {sweep.best && (
          <Asked title="Finalize" verb="Train the best on everything" act={finalize}>
            <Text size="sm">
              Trial {sweep.best.number} is trained as a run of its own, which becomes a version. To tell its
              worth from chance it is repeated with three other seeds, and what the sweep began with is
              trained alike.
            </Text>
          </Asked>
        )}
        {!isOver && sweep.status !== 'cancelling' && (
          <Asked title="Cancel" verb="Cancel the sweep" act={change('cancel')} isDangerous>
            <Text size="sm">
              Its trials that run are cancelled too. What was found stays, and can be trained.
            </Text>
          </Asked>
        )}
      </Group>
      {plain.isError && <Failure what="The sweep was not changed" error={plain.error} />}
    </Stack>
  );
}

interface AskedProps {
  title: string;
  verb: string;
  act: () => Promise<void>;
  isDangerous?: boolean;
  children: ReactNode;
}

/** A button whose action is asked about first. */
function Asked({ title, verb, act, isDangerous, children }: AskedProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const action = useMutation({ mutationFn: act, onSuccess: close });
  const color = isDangerous ? { color: 'red' } : {};
  return (
    <>
      <Button variant={isDangerous ? 'light' : 'default'} {...color} onClick={open}>
        {title}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        // Holding the page's scroll takes a style that the policy refuses.
        lockScroll={false}
        title={title}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Stack>
          {children}
          {action.isError && <Failure what="The sweep was not changed" error={action.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              Leave it
            </Button>
            <Button {...color} onClick={() => action.mutate()} loading={action.isPending}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
