import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { placesOf } from '../ranks/ranker.js';
import { coldUsersMetrics, retrievalMetrics } from './retrievalMetrics.js';

const ITEMS = 30;

interface Question {
  user: number;
  /** [items] coarse, so that many are equal. */
  scores: number[];
  excluded: number[];
  /** Item and how many rows. */
  targets: [number, number][];
}

const questions: fc.Arbitrary<Question[]> = fc.array(
  fc
    .record({
      user: fc.integer({ min: 1, max: 4 }),
      scores: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: ITEMS, maxLength: ITEMS }),
      excluded: fc.uniqueArray(fc.integer({ min: 1, max: ITEMS }), { maxLength: 10 }),
      targets: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: ITEMS }), fc.integer({ min: 1, max: 5 })), {
        maxLength: 8,
        selector: ([item]) => item,
      }),
    })
    .map((one) => ({ ...one, targets: one.targets.filter(([item]) => !one.excluded.includes(item)) })),
  { maxLength: 8 },
);

/** The strict rank of an item: how many that are not left out score higher. */
function rankOf({ scores, excluded }: Question, item: number): number {
  return scores.filter((score, i) => !excluded.includes(i + 1) && score > scores[item - 1]!).length;
}

function rowsOf(per: EvaluationRows['per'], asked: readonly Question[]) {
  const all = asked.flatMap(({ targets }) => targets);
  const rows: EvaluationRows = {
    per,
    queries: Int32Array.from(asked.keys()),
    // With `per: user` nobody is asked twice.
    users: Int32Array.from(asked, ({ user }, q) => (per === 'row' ? user : q + 1)),
    targetStart: Int32Array.from({ length: asked.length + 1 }, (_, q) =>
      asked.slice(0, q).reduce((sum, { targets }) => sum + targets.length, 0),
    ),
    items: Int32Array.from(all, ([item]) => item),
    rows: Int32Array.from(all, ([, count]) => count),
    rowCount: all.reduce((sum, [, count]) => sum + count, 0),
    excluded: null,
  };
  const ranks = Int32Array.from(
    asked.flatMap((question) => question.targets.map(([item]) => rankOf(question, item))),
  );
  return { rows, ranks };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** All metrics of one list, in which the relevant items stand at places from 1, by their definitions place by place. */
function ofList(places: readonly number[], k: number): Record<string, number> {
  const isRelevant = Array.from({ length: k }, (_, i) => places.includes(i + 1));
  const found = isRelevant.filter(Boolean).length;
  const dcg = (list: readonly boolean[]) =>
    list.reduce((sum, relevant, i) => sum + (relevant ? 1 / Math.log2(i + 2) : 0), 0);
  const precisionAt = (place: number) => isRelevant.slice(0, place).filter(Boolean).length / place;
  const first = isRelevant.indexOf(true);
  return {
    recall: found / places.length,
    ndcg: dcg(isRelevant) / dcg(Array.from({ length: k }, (_, i) => i < places.length)),
    hit_rate: found > 0 ? 1 : 0,
    precision: found / k,
    map:
      isRelevant.reduce((sum, relevant, i) => sum + (relevant ? precisionAt(i + 1) : 0), 0) /
      Math.min(k, places.length),
    mrr: first < 0 ? 0 : 1 / (first + 1),
  };
}

/** The relevant items of each list: of every row one, of every user all. */
function listsOf(per: EvaluationRows['per'], asked: readonly Question[]): number[][] {
  if (per === 'row') {
    return asked.flatMap((question) =>
      question.targets.flatMap(([item, count]) =>
        Array.from({ length: count }, () => [rankOf(question, item) + 1]),
      ),
    );
  }
  return asked
    .map((question) => {
      // The user's items among their equals in the order of the catalogue, before all others that score the same.
      const own = question.targets.map(([item]) => item);
      return own.map((item) => {
        const equals = own.filter(
          (other) => other < item && question.scores[other - 1] === question.scores[item - 1],
        );
        return rankOf(question, item) + 1 + equals.length;
      });
    })
    .filter((places) => places.length > 0);
}

describe.each(['row', 'user'] as const)('metrics of ranks per %s', (per) => {
  it('equal those of every list, place by place: ties, what is left out, users without anything, rows that count several times', () => {
    fc.assert(
      fc.property(
        questions,
        fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        (asked, ks) => {
          const { rows, ranks } = rowsOf(per, asked);
          const found = retrievalMetrics(rows, placesOf(rows, ranks), ks, 'test');
          const lists = listsOf(per, asked);
          if (lists.length === 0) {
            expect(found).toEqual({});
            return;
          }
          const expected = ks.flatMap((k) => {
            const values = lists.map((places) => ofList(places, k));
            return Object.keys(values[0]!).map((name): [string, number] => [
              `test_${name}_at_${k}`,
              mean(values.map((one) => one[name]!)),
            ]);
          });
          expected.push(['test_mean_rank', mean(lists.map((places) => mean(places)))]);
          expect(Object.keys(found).toSorted()).toEqual(expected.map(([name]) => name).toSorted());
          for (const [name, value] of expected) expect(Math.abs(found[name]! - value)).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a metric of ranks', () => {
  it('of one list is what the formula gives by hand', () => {
    const { rows } = rowsOf('user', [
      {
        user: 1,
        scores: [],
        excluded: [],
        targets: [
          [1, 1],
          [2, 1],
          [3, 1],
        ],
      },
    ]);
    const found = retrievalMetrics(rows, Int32Array.of(0, 2, 5), [10], 'test');
    // Relevant at the places 1, 3 and 6: 1 / log2(2) + 1 / log2(4) + 1 / log2(7), of 1 + 1 / log2(3) + 1 / 2.
    expect(found['test_ndcg_at_10']).toBeCloseTo((1.5 + 1 / Math.log2(7)) / (1.5 + 1 / Math.log2(3)), 12);
    expect(found['test_map_at_10']).toBeCloseTo((1 + 2 / 3 + 1 / 2) / 3, 12);
  });

  it.each(['row', 'user'] as const)(
    'is 0 of an item that a method does not have, also at a K above the catalogue: per %s',
    (per) => {
      const { rows } = rowsOf(per, [{ user: 1, scores: [], excluded: [], targets: [[2, 1]] }]);
      const found = retrievalMetrics({ ...rows, catalogue: 5 }, Int32Array.of(5), [5, 10], 'test');
      const { test_mean_rank: meanRank, ...atK } = found;
      expect(meanRank).toBe(6);
      expect(new Set(Object.values(atK))).toEqual(new Set([0]));
      expect(coldUsersMetrics({ ...rows, catalogue: 5 }, Int32Array.of(5), [10])).toEqual({
        test_cold_users_recall_at_10: 0,
      });
    },
  );

  it('has no mean rank after an epoch, whose ranks are told apart up to the largest K alone', () => {
    const { rows, ranks } = rowsOf('row', [{ user: 1, scores: [2, 1], excluded: [], targets: [[2, 1]] }]);
    expect(retrievalMetrics(rows, ranks, [1], 'validation')).toEqual({
      recall_at_1: 0,
      val_ndcg_at_1: 0,
      val_hit_rate_at_1: 0,
      val_precision_at_1: 0,
      val_map_at_1: 0,
      val_mrr_at_1: 0,
    });
  });
});
