/** Rows by how much training has seen of their users and of their items. */
import { whole } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { intervalOfValue, quantileBoundaries, type Slicing } from './slicing.js';

const DECILES = 10;

/** `queries` are those of the measured rows, whose users are cut into deciles; items are cut as the catalogue has them. */
export function activitySlicings(data: EncodedDataset, queries: Int32Array): Slicing[] {
  const { query, candidate, splits } = data;
  const rowsOfUser = countsOf(splits.train.query, (entity) => query.ids[entity]!);
  const rowsOfItem = countsOf(splits.train.item, (item) => item);
  const users = [...new Set(queries.map((entity) => query.ids[entity]!))];
  const ofUser = deciles(users.map((user) => rowsOfUser.get(user) ?? 0));
  const ofItem = deciles(
    Array.from({ length: candidate.entities - 1 }, (_, i) => rowsOfItem.get(i + 1) ?? 0),
  );
  return [
    {
      by: 'userActivity',
      isAsked: false,
      sliceOf: (entity) => ofUser.sliceOf(rowsOfUser.get(query.ids[entity]!) ?? 0),
      label: (slice) => ofUser.label(slice),
      alias: (slice) => ofUser.alias(slice),
    },
    {
      by: 'itemPopularity',
      isAsked: false,
      sliceOf: (_entity, item) => ofItem.sliceOf(rowsOfItem.get(item) ?? 0),
      label: (slice) => ofItem.label(slice),
      alias: (slice) => ofItem.alias(slice),
    },
  ];
}

function countsOf(values: Int32Array, keyOf: (value: number) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) {
    const key = keyOf(value);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Equal counts are in one slice, so that there may be fewer than ten. */
function deciles(counts: readonly number[]): {
  sliceOf(count: number): number;
  label(slice: number): string;
  alias(slice: number): string | undefined;
} {
  const boundaries = quantileBoundaries(counts, DECILES);
  const sorted = counts.toSorted((a, b) => a - b);
  return {
    sliceOf: (count) => intervalOfValue(boundaries, count),
    alias: (slice) => (slice === 0 ? 'lowest' : slice === boundaries.length ? 'highest' : undefined),
    label(slice) {
      const own = sorted.filter((count) => intervalOfValue(boundaries, count) === slice);
      const [from, to] = [own[0] ?? 0, own.at(-1) ?? 0].map(whole);
      return from === to ? `${from} training rows` : `${from} to ${to} training rows`;
    },
  };
}
