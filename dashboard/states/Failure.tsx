import { Alert, Button, Text } from '@mantine/core';

/** Why something cannot be shown, and how to try again. */
export function Failure({ what, error, retry }: { what: string; error: Error; retry?: () => void }) {
  return (
    <Alert color="red" title={what} role="alert">
      <Text size="sm">{error.message}</Text>
      {retry && (
        <Button mt="sm" size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
