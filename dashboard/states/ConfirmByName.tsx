import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Failure } from './Failure.js';
import { QuestionModal } from './QuestionModal.js';

interface Props {
  /** What the button says that opens the question. */
  button: string;
  /** What that button is called, where several say the same. */
  label?: string;
  title: string;
  /** What the button says that does it. */
  verb: string;
  /** What is to be typed. */
  name: string;
  /** What was not done where it fails. */
  failed: string;
  act: () => Promise<void>;
  isDangerous?: boolean;
  /** Why it cannot be done as it stands; nothing where it can. */
  missing?: string | undefined;
  /** What it does. Where it was refused, the refusal is given. */
  children: (refusal: Error | null) => ReactNode;
}

/** A button for what others depend on: it asks for the name of the thing first. */
export function ConfirmByName(props: Props) {
  const { button, label, title, isDangerous, act } = props;
  const [isOpen, { open, close }] = useDisclosure();
  const action = useMutation({ mutationFn: act, onSuccess: close });
  const begin = () => {
    action.reset();
    open();
  };
  return (
    <>
      <Button
        variant={isDangerous ? 'light' : 'default'}
        {...(isDangerous && { color: 'red' })}
        {...(label !== undefined && { 'aria-label': label })}
        size="xs"
        onClick={begin}
      >
        {button}
      </Button>
      <QuestionModal isOpen={isOpen} close={close} title={title}>
        <Question {...props} action={action} close={close} />
      </QuestionModal>
    </>
  );
}

interface Action {
  mutate: () => void;
  isPending: boolean;
  error: Error | null;
}

/** Begins empty each time that it is opened. */
function Question({ action, close, ...asked }: Props & { action: Action; close: () => void }) {
  const { name, verb, failed, missing, isDangerous, children } = asked;
  const [typed, setTyped] = useState('');
  const isAllowed = typed.trim() === name && missing === undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isAllowed && !action.isPending) action.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {children(action.error)}
        <TextInput
          data-autofocus
          className="breaks"
          label={`Type ${name} to confirm`}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        {action.error && <Failure what={failed} error={action.error} />}
        {missing !== undefined && (
          <Text size="sm" c="dimmed">
            {missing}
          </Text>
        )}
        <Group justify="end">
          <Button variant="default" onClick={close}>
            Leave it
          </Button>
          <Button
            type="submit"
            {...(isDangerous && { color: 'red' })}
            disabled={!isAllowed}
            loading={action.isPending}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
