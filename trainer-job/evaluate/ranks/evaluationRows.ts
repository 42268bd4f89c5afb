import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';

/** Users that occur in train, or those that a model has never seen. */
export type Users = 'known' | 'cold';

/** What is asked of every method, and what counts: by query, those rows of a split of such users whose item occurs in train. */
export interface EvaluationRows {
  /** `row`: each row of a target is a question of its own · `user`: one query a user, whose distinct items are looked for together. */
  per: 'row' | 'user';
  /** [queries] distinct query entities */
  queries: Int32Array;
  /** [queries] the index of each one's user, 0 for an unknown one */
  users: Int32Array;
  /** [queries + 1] the targets of query q are `targetStart[q]` … `targetStart[q + 1] - 1` */
  targetStart: Int32Array;
  /** [targets] distinct items per query, and how many rows each stands for */
  items: Int32Array;
  rows: Int32Array;
  rowCount: number;
  /** What is left out of each query's ranking, never a target of it; null where nothing is. */
  excluded: Excluded | null;
}

export interface Excluded {
  /** [queries + 1] what query q lacks are `items[start[q]]` … `items[start[q + 1] - 1]` */
  start: Int32Array;
  /** Distinct items per query, from 1. */
  items: Int32Array;
}

export function evaluationRows(
  data: EncodedDataset,
  split: SplitName,
  users: Users = 'known',
): EvaluationRows {
  const { query, item, count } = data.splits[split];
  const byQuery = new Map<number, Map<number, number>>();
  let rowCount = 0;
  let targetCount = 0;
  for (let row = 0; row < count; row++) {
    const entity = query[row]!;
    const target = item[row]!;
    const isKnown = data.query.ids[entity] !== 0;
    if (isKnown !== (users === 'known') || target === 0) continue;
    let targets = byQuery.get(entity);
    if (!targets) byQuery.set(entity, (targets = new Map()));
    const rows = targets.get(target) ?? 0;
    if (rows === 0) targetCount++;
    targets.set(target, rows + 1);
    rowCount++;
  }
  const flat = flattened(byQuery, targetCount, rowCount);
  return { ...flat, users: flat.queries.map((entity) => data.query.ids[entity]!) };
}

function flattened(
  byQuery: Map<number, Map<number, number>>,
  targetCount: number,
  rowCount: number,
): Omit<EvaluationRows, 'users'> {
  const result: Omit<EvaluationRows, 'users'> = {
    per: 'row',
    queries: new Int32Array(byQuery.size),
    targetStart: new Int32Array(byQuery.size + 1),
    items: new Int32Array(targetCount),
    rows: new Int32Array(targetCount),
    rowCount,
    excluded: null,
  };
  let query = 0;
  let target = 0;
  for (const [entity, targets] of byQuery) {
    result.queries[query] = entity;
    for (const [item, rows] of targets) {
      result.items[target] = item;
      result.rows[target] = rows;
      target++;
    }
    result.targetStart[++query] = target;
  }
  return result;
}
