import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { FirebaseWeb, SignIn } from '@trainyard/shared/http/signIn';
import { type FormEvent, useState } from 'react';
import { Failure } from '../states/Failure.js';
import { bearerOf, enterAs } from './enter.js';
import { keepToken } from '../api/pastedToken.js';
import { session } from '../api/session.js';

/** Signing in as this deployment wants it. It is `isWhole` where there is nothing else on the page. */
export default function SignInForm({
  signIn: { by, firebase },
  isWhole,
}: {
  signIn: SignIn;
  isWhole?: true;
}) {
  return (
    <Stack gap="md" maw={480}>
      {isWhole && (
        <Title order={1} size="h2">
          Sign in
        </Title>
      )}
      <Text size="sm">
        {isWhole
          ? 'What is at this address is shown to members of this Trainyard. You come back to it.'
          : 'The server takes your token no longer. What you have begun stays as it is, and goes on when you have signed in.'}
      </Text>
      {by === 'google' && firebase ? <ByGoogle firebase={firebase} /> : <ByToken />}
    </Stack>
  );
}

function ByGoogle({ firebase }: { firebase: FirebaseWeb }) {
  const queries = useQueryClient();
  const enter = useMutation({
    mutationFn: async () => {
      const { signInWithGoogle } = await import('../api/google.js');
      return bearerOf(await signInWithGoogle(firebase));
    },
    onSuccess: (caller) => enterAs(caller, queries),
    // An account that has no role here is not kept: another one can be chosen.
    onError: () => session.forget(),
  });
  return (
    <>
      <Group>
        <Button onClick={() => enter.mutate()} loading={enter.isPending}>
          Sign in with Google
        </Button>
      </Group>
      {enter.isError && <Failure what="You are not signed in" error={enter.error} />}
    </>
  );
}

function ByToken() {
  const queries = useQueryClient();
  const [token, setToken] = useState('');
  const enter = useMutation({
    mutationFn: async () => {
      const caller = await bearerOf(token.trim());
      keepToken(token.trim());
      return caller;
    },
    onSuccess: (caller) => enterAs(caller, queries),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '' && !enter.isPending) enter.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label="ID token"
          description="It is kept in this tab until you close it or sign out."
          type="password"
          autoComplete="off"
          data-autofocus
          value={token}
          onChange={({ currentTarget }) => setToken(currentTarget.value)}
        />
        {enter.isError && <Failure what="You are not signed in" error={enter.error} />}
        <Group>
          <Button type="submit" disabled={token.trim() === ''} loading={enter.isPending}>
            Sign in
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
