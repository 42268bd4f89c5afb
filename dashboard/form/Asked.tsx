import { Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from '../states/Failure.js';
import { QuestionModal } from '../states/QuestionModal.js';

interface AskedProps {
  title: string;
  verb: string;
  /** What is said where it is refused. */
  failure: string;
  act: () => Promise<void>;
  isDangerous?: boolean;
  children: ReactNode;
}

/** A button whose action is asked about first. */
export function Asked({ title, verb, failure, act, isDangerous, children }: AskedProps) {
  const [isOpen, { open, close }] = useDisclosure();
  const action = useMutation({ mutationFn: act, onSuccess: close });
  const begin = () => {
    action.reset();
    open();
  };
  const color = isDangerous ? { color: 'red' } : {};
  return (
    <>
      <Button variant={isDangerous ? 'light' : 'default'} {...color} onClick={begin}>
        {title}
      </Button>
      <QuestionModal isOpen={isOpen} close={close} title={title}>
        <Stack>
          {children}
          {action.isError && <Failure what={failure} error={action.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              Leave it
            </Button>
            <Button {...color} onClick={() => action.mutate()} loading={action.isPending}>
              {verb}
            </Button>
          </Group>
        </Stack>
      </QuestionModal>
    </>
  );
}
