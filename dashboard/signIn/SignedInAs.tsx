import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { reads } from '../api/reads.js';
import { session } from '../api/session.js';
import { useSession } from '../api/useSession.js';

/** Who is signed in, and the way out; nothing where nobody has to sign in. */
export function SignedInAs() {
  const isIn = useSession().is === 'in';
  const me = useQuery({ ...reads.me, enabled: isIn });
  if (!isIn) return null;
  return (
    <Stack gap="xs" className="signedIn">
      {me.data && (
        <Text size="sm" className="breaks">
          {me.data.id}, {me.data.role}
        </Text>
      )}
      <Button size="xs" variant="default" onClick={() => void session.signOut()}>
        Sign out
      </Button>
    </Stack>
  );
}
