import { Text } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { Link } from 'wouter';

/** Of a run that left no model behind: what it has found in its data is there all the same. */
export function DataLink({ run: { runId, status, data } }: { run: RunView }) {
  if (!data || (status !== 'failed' && status !== 'cancelled')) return null;
  return (
    <Text size="sm">
      <Link href={`/data?run=${runId}`} className="plainLink">
        What it found in its data
      </Link>
      : profile, schema, expectations, and drift against the version before.
    </Text>
  );
}
