import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';

/** Of an address that leads nowhere. */
export function NotHere({ what }: { what: string }) {
  return (
    <Stack gap="xs">
      <Title order={1} size="h3">
        Nothing here
      </Title>
      <Text>{what}</Text>
      <Anchor component={Link} href="/">
        Go to the first page
      </Anchor>
    </Stack>
  );
}
