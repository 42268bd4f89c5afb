/** What losses of pairs must be on every backend: the sum over rows and competing items that their formula says. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bpr } from '../../trainer-job/model/losses/bpr.js';
import { ccl } from '../../trainer-job/model/losses/ccl.js';
import { pairwiseLoss } from '../../trainer-job/model/losses/pairwiseLoss.js';
import type { SoftmaxBatch } from '../../trainer-job/model/softmaxBatch.js';

const MAX_SCORES = 1_000_000;
const [MARGIN, WEIGHT] = [0.3, 2];

/** The formula of a pair of scores, and its derivatives, in doubles. */
interface Formula {
  loss: (others: readonly { score: number; share: number }[], own: number) => number;
}

const FORMULAS: Readonly<Record<string, [Parameters<typeof pairwiseLoss>[0], Formula['loss']]>> = {
  bpr: [
    bpr,
    (others, own) =>
      others.reduce((sum, { score, share }) => sum - share * Math.log(1 / (1 + Math.exp(score - own))), 0),
  ],
  ccl: [
    ccl({ margin: MARGIN, negativeWeight: WEIGHT }),
    (others, own) =>
      1 -
      own +
      WEIGHT * others.reduce((sum, { score, share }) => sum + share * Math.max(0, score - MARGIN), 0),
  ],
};

function product({ queries, items, width }: SoftmaxBatch, query: number, item: number): number {
  let sum = 0;
  for (let c = 0; c < width; c++) sum += queries[query * width + c]! * items[item * width + c]!;
  return sum;
}

function plainLoss(batch: SoftmaxBatch, formula: Formula['loss']): number {
  const { rowQuery, rowItem, rowWeights, logWeights, logOwnWeights } = batch;
  const competing = batch.competing ?? batch.items.length / batch.width;
  let loss = 0;
  rowQuery.forEach((query, row) => {
    const own = rowItem[row]!;
    const others = Array.from({ length: competing }, (_, item) => item).filter((item) => item !== own);
    const times = others.map((item) =>
      logWeights ? Math.exp(logWeights[item]! - (logOwnWeights?.[item] ?? 0)) : 1,
    );
    const all = times.reduce((a, b) => a + b, 0);
    const pairs = others.map((item, i) => ({ score: product(batch, query, item), share: times[i]! / all }));
    loss += (rowWeights?.[row] ?? 1) * formula(pairs, product(batch, query, own));
  });
  return loss;
}

const batches = fc
  .record({
    queries: fc.integer({ min: 1, max: 5 }),
    items: fc.integer({ min: 1, max: 6 }),
    width: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ queries, items, width }) => {
    const number = fc.integer({ min: -150, max: 150 }).map((n) => n / 100);
    const numbers = (length: number) =>
      fc.array(number, { minLength: length, maxLength: length }).map((v) => Float32Array.from(v));
    return fc.record({
      queries: numbers(queries * width),
      items: numbers(items * width),
      width: fc.constant(width),
      competing: fc.integer({ min: 1, max: items }),
      rows: fc.array(fc.tuple(fc.nat(queries - 1), fc.nat(items - 1), fc.nat(8)), {
        minLength: 1,
        maxLength: 10,
      }),
      isWeighted: fc.boolean(),
      logWeights: fc.option(numbers(items), { nil: undefined }),
      logOwnWeights: fc.option(numbers(items), { nil: undefined }),
    });
  })
  .map(({ rows, isWeighted, ...rest }): SoftmaxBatch => ({
    ...rest,
    rowQuery: Int32Array.from(rows, ([query]) => query),
    rowItem: Int32Array.from(rows, ([, item]) => item),
    rowWeights: isWeighted ? Float32Array.from(rows, ([, , weight]) => weight / 4) : undefined,
  }));

const STEP = 1e-2;

/** Whether a score is where the formula has a corner, of which differences tell nothing. */
function isAtCorner(batch: SoftmaxBatch): boolean {
  const { queries, items, width } = batch;
  const reach = STEP * 2 * Math.max(1, ...queries.map(Math.abs), ...items.map(Math.abs));
  for (let q = 0; q < queries.length / width; q++)
    for (let i = 0; i < items.length / width; i++)
      if (Math.abs(product(batch, q, i) - MARGIN) < reach) return true;
  return false;
}

/** Runs on the backend in use. */
export function pairwiseLossContract(backend: string): void {
  describe.each(Object.entries(FORMULAS))(`%s on ${backend}`, (_name, [loss, formula]) => {
    it('equals its formula for any duplicates, weights and items that do not compete', () => {
      fc.assert(
        fc.property(batches, (batch) => {
          expect(pairwiseLoss(loss, batch, MAX_SCORES).loss).toBeCloseTo(plainLoss(batch, formula), 3);
        }),
      );
    });

    it('has the gradients that finite differences of its formula give', () => {
      fc.assert(
        fc.property(
          batches.filter((batch) => !isAtCorner(batch)),
          (batch) => {
            const { dQueries, dItems } = pairwiseLoss(loss, batch, MAX_SCORES);
            for (const [values, gradient] of [
              [batch.queries, dQueries],
              [batch.items, dItems],
            ] as const)
              values.forEach((kept, i) => {
                values[i] = kept + STEP;
                const [above, upper] = [plainLoss(batch, formula), values[i]];
                values[i] = kept - STEP;
                const difference = (above - plainLoss(batch, formula)) / (upper - values[i]);
                values[i] = kept;
                expect(gradient[i]!).toBeCloseTo(difference, 2);
              });
          },
        ),
        { numRuns: 30 },
      );
    });

    it('gives the same in blocks of queries as in one', () => {
      fc.assert(
        fc.property(batches, fc.integer({ min: 1, max: 12 }), (batch, scoreCapacity) => {
          const [whole, blocks] = [MAX_SCORES, scoreCapacity].map((most) => pairwiseLoss(loss, batch, most));
          expect(blocks!.loss).toBeCloseTo(whole!.loss, 3);
          blocks!.dQueries.forEach((value, i) => expect(value).toBeCloseTo(whole!.dQueries[i]!, 4));
          blocks!.dItems.forEach((value, i) => expect(value).toBeCloseTo(whole!.dItems[i]!, 4));
        }),
        { numRuns: 30 },
      );
    });

    it('leaves no tensor behind', () => {
      const before = tf.memory().numTensors;
      fc.assert(
        fc.property(batches, (batch) => void pairwiseLoss(loss, batch, MAX_SCORES)),
        { numRuns: 10 },
      );
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
