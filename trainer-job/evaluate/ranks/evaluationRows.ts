import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';

/** Users that occur in train, or those that a model has never seen. */
export type Users = 'known' | 'cold';

/** The rows of a split that count, by query: those of such users whose item occurs in train. */
export interface EvaluationRows {
  /** [queries] distinct query entities */
  queries: Int32Array;
  /** [queries + 1] the targets of query q are `targetStart[q]` … `targetStart[q + 1] - 1` */
  targetStart: Int32Array;
  /** [targets] distinct items per query, and how many rows each stands for */
  items: Int32Array;
  rows: Int32Array;
  rowCount: number;
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
  return flattened(byQuery, targetCount, rowCount);
}

function flattened(
  byQuery: Map<number, Map<number, number>>,
  targetCount: number,
  rowCount: number,
): EvaluationRows {
  const result: EvaluationRows = {
    queries: new Int32Array(byQuery.size),
    targetStart: new Int32Array(byQuery.size + 1),
    items: new Int32Array(targetCount),
    rows: new Int32Array(targetCount),
    rowCount,
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
