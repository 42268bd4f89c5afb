import { Skeleton, Stack } from '@mantine/core';

/** In place of what is on its way. */
export function Loading({ rows = 4 }: { rows?: number }) {
  return (
    <Stack gap="sm" role="group" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, i) => (
        <Skeleton key={i} height={i === 0 ? 32 : 20} radius="sm" />
      ))}
    </Stack>
  );
}
