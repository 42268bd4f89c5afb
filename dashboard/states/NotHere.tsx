import { Anchor, Stack, Text, Title } from '@mantine/core';
import { Link } from 'wouter';

/** Of an address that leads nowhere, or nowhere for whoever looks. */
export function NotHere({ what, title = 'Nothing here' }: { what: string; title?: string }) {
  return (
    <Stack gap="xs">
      <Title order={1} size="h3">
        {title}
      </Title>
      <Text>{what}</Text>
      <Anchor component={Link} href="/">
        Go to the first page
      </Anchor>
    </Stack>
  );
}
