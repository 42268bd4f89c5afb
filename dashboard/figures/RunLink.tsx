import { Text } from '@mantine/core';
import { Link } from 'wouter';

/** The name of a run, which leads to it, and its title where that says more. */
export function RunLink({
  run: { runId, name, title },
}: {
  run: { runId: string; name: string; title: string };
}) {
  return (
    <>
      <Link href={`/runs/${runId}`} className="plainLink nowrap">
        {name}
      </Link>
      {title !== name && (
        <Text size="xs" c="dimmed" className="breaks">
          {title}
        </Text>
      )}
    </>
  );
}
