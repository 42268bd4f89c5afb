import { describe, expect, it } from 'vitest';
import { tinyDataset } from '../../test/support/training/tinyDataset.js';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { scoreBaseline } from './baselines.js';
import { evaluationRows } from './evaluationRows.js';

const K = [1, 3, 10];

/** Recall by the definition: score every item for every row and count. */
function byDefinition(
  data: EncodedDataset,
  scoreOf: (user: number, item: number) => readonly [number, number],
) {
  const { query, item, count } = data.splits.test;
  const hits = K.map(() => 0);
  for (let row = 0; row < count; row++) {
    const own = scoreOf(query[row]!, item[row]!);
    let rank = 0;
    for (let other = 1; other < data.candidate.entities; other++) {
      const [first, second] = scoreOf(query[row]!, other);
      if (first > own[0] || (first === own[0] && second > own[1])) rank++;
    }
    K.forEach((k, i) => (hits[i]! += rank < k ? 1 : 0));
  }
  return Object.fromEntries(K.map((k, i) => [`test_recall_at_${k}`, hits[i]! / count]));
}

describe('a baseline', () => {
  const data = tinyDataset({ rows: 400 });
  const { query, item } = data.splits.train;
  const bought = (wanted: number) => item.filter((i) => i === wanted).length;
  const boughtBy = (user: number, wanted: number) =>
    item.filter((i, row) => i === wanted && query[row] === user).length;
  const score = (name: 'popularity' | 'history') =>
    scoreBaseline(name, data, evaluationRows(data, 'test'), K, 'test');

  it('popularity ranks by the number of training rows', () => {
    expect(score('popularity')).toEqual(byDefinition(data, (_user, i) => [bought(i), 0]));
  });

  it('history ranks by the user’s own purchases, ties by popularity', () => {
    expect(score('history')).toEqual(byDefinition(data, (user, i) => [boughtBy(user, i), bought(i)]));
  });
});
