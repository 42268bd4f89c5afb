import { Skeleton, Text } from '@mantine/core';
import { dataFacts, type DataFacts } from '@trainyard/shared/profile/dataFacts';
import { Link } from 'wouter';
import { short } from '../../figures/whole.js';
import { valueAt } from '../../form/paths.js';
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
        No completed run of this model has looked at this data: its columns and their values are known after
        one. A quick test is the shortest; <code>trainyard init FILE</code> looks without a run.
      </Text>
    );
  const facts = dataFacts(profile, {
    user: idColumn(spec, 'query'),
    item: idColumn(spec, 'candidate'),
    time: textAt(spec, ['dataset', 'split', 'column']),
  });
  return (
    <Text size="sm">
      {wordsOf(facts)}, by{' '}
      <Link href={`/runs/${run.runId}`} className="plainLink">
        {run.name}
      </Link>
    </Text>
  );
}

function wordsOf({ rows, users, items, times }: DataFacts): string {
  const parts = [
    `${short(rows)} rows`,
    users === undefined ? '' : `${short(users)} users`,
    items === undefined ? '' : `${short(items)} items`,
    times === undefined ? '' : `${day(times.from)} to ${day(times.to)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const day = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 10);

const textAt = (spec: unknown, path: readonly (string | number)[]) => {
  const value = valueAt(spec, path);
  return typeof value === 'string' ? value : undefined;
};

function idColumn(spec: unknown, tower: 'query' | 'candidate'): string | undefined {
  const features = valueAt(spec, ['features', tower]);
  const list: readonly unknown[] = Array.isArray(features) ? features : [];
  const id = list.find((feature) => valueAt(feature, ['id']) === true);
  return textAt(id, ['column']);
}
