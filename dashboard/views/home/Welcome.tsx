import { Code, Stack, Text } from '@mantine/core';

/** Of a Trainyard that has not trained anything yet. */
export function Welcome() {
  return (
    <Stack gap="xs" maw={640}>
      <Text>Nothing has been trained here yet. Start a run from a terminal:</Text>
      <Code block>{'trainyard start --model shop --spec spec.yaml'}</Code>
      <Text c="dimmed" size="sm">
        The run appears here as soon as it is recorded, and moves on by itself.
      </Text>
    </Stack>
  );
}
