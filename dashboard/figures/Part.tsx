import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  id: string;
  title: string;
  /** How it is read. */
  note?: string;
  children?: ReactNode;
}

/** A part of a view under its title. */
export function Part({ id, title, note, children }: Props) {
  return (
    <Stack gap="xs" component="section" aria-labelledby={id}>
      <Title order={2} size="h4" id={id}>
        {title}
      </Title>
      {note !== undefined && (
        <Text size="sm" c="dimmed" className="breaks">
          {note}
        </Text>
      )}
      {children}
    </Stack>
  );
}
