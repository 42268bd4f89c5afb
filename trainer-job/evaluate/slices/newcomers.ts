/** Rows that the metrics leave out, since training has not seen the user or the item. */
import { METRICS, metricName, type Slice } from '@trainyard/shared';
import { isOfHits } from '../confidence/interval.js';
import type { PartContext } from '../part.js';

/** Of users that train does not have: nobody tells one of them from another, so that there is no interval. Undefined without any. */
export function newUsersSlice(context: PartContext): Slice | undefined {
  const { spec, metrics, primaryMetric } = context;
  const { rows } = newRows(context, (user, item) => user === 0 && item !== 0);
  const values = spec.evaluation.k.flatMap((k) => {
    const value = metrics[metricName(METRICS.coldUsersRecall, 'test', k)];
    return value === undefined ? [] : [recallAt(k, value)];
  });
  if (rows === 0 || values.length === 0) return undefined;
  const value = 'users without a training row, not told apart';
  return {
    by: 'newUsers',
    value,
    rows,
    users: 0,
    metrics: ordered(values, primaryMetric),
    comparisons: [],
    isWorse: false,
  };
}

/** Of items that train does not have, which no list holds. Undefined without any, and for a model that makes no lists. */
export function newItemsSlice(context: PartContext): Slice | undefined {
  const { rows, users } = newRows(context, (user, item) => user !== 0 && item === 0);
  if (rows === 0 || !context.ranked) return undefined;
  const { primaryMetric } = context;
  const all = context.spec.evaluation.k.map((k) => recallAt(k, 0));
  // What no list has is found by none of its metrics.
  const isMore =
    primaryMetric !== null && isOfHits(primaryMetric) && all.every(({ name }) => name !== primaryMetric);
  const metrics = ordered(
    isMore ? [...all, { name: primaryMetric, value: 0, interval: null }] : all,
    primaryMetric,
  );
  const value = 'items without a training row, which are in no list';
  return { by: 'newItems', value, rows, users, metrics, comparisons: [], isWorse: true };
}

/** As all slices have them: the primary metric first, where it is one of these. */
function ordered(metrics: Slice['metrics'], primaryMetric: string | null): Slice['metrics'] {
  return metrics.toSorted((a, b) => Number(b.name === primaryMetric) - Number(a.name === primaryMetric));
}

function recallAt(k: number, value: number): Slice['metrics'][number] {
  return { name: metricName(METRICS.recall, 'test', k), value, interval: null };
}

function newRows(
  { data }: PartContext,
  isOne: (user: number, item: number) => boolean,
): { rows: number; users: number } {
  const users = new Set<number>();
  let rows = 0;
  const { query, item, count } = data.splits.test;
  for (let row = 0; row < count; row++) {
    const user = data.query.ids[query[row]!]!;
    if (!isOne(user, item[row]!)) continue;
    rows++;
    users.add(user);
  }
  return { rows, users: users.size };
}
