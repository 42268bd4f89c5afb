import { Skeleton, Text } from '@mantine/core';
import { dataFacts, factWords } from '@trainyard/shared/profile/dataFacts';
import { Link } from 'wouter';
import { short } from '../../figures/whole.js';
import { dataRoles } from '../../form/dataRoles.js';
import type { KnownData } from './useKnownData.js';

interface Props {
  known: KnownData;
  /** As the server has filled it in, or as it is written. */
  spec: unknown;
}

/** `2.45M rows, 98K users, 36K items, 2026-05-01 to 2026-10-31`, by the newest run that has looked. */
export function DataSummary({ known: { run, profile, isPending }, spec }: Props) {
  if (isPending) return <Skeleton height={22} />;
  if (!run || !profile)
    return (
      <Text size="sm" c="dimmed">
        No run of this model that completed or failed has looked at this data: its columns and their values
        are known after one. A quick test is the shortest; <code>trainyard init FILE</code> looks without a
        run.
      </Text>
    );
  return (
    <Text size="sm">
      {factWords(dataFacts(profile, dataRoles(spec)), short)}, by{' '}
      <Link href={`/runs/${run.runId}`} className="plainLink">
        {run.name}
      </Link>
      {run.status === 'completed' ? ' (' : `, which ${run.status} (`}
      <Link href={`/data?run=${run.runId}`} className="plainLink">
        look at it
      </Link>
      )
    </Text>
  );
}
