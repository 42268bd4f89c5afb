import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { useWasm } from '../../test/support/backend.js';
import { softmaxLoss, type SoftmaxBatch } from './softmaxLoss.js';

beforeAll(useWasm);

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const dot = (batch: SoftmaxBatch, query: number, item: number) =>
  sum(
    Array.from(
      { length: batch.width },
      (_, c) => batch.queries[query * batch.width + c]! * batch.items[item * batch.width + c]!,
    ),
  );

/** The plain formulation: one softmax per row, over one column per competitor, in doubles. */
function plainLoss(batch: SoftmaxBatch): number {
  const items = batch.items.length / batch.width;
  return sum(
    Array.from(batch.rowQuery, (query, row) => {
      const own = batch.rowItem[row]!;
      const weighted = Array.from(
        { length: items },
        (_, j) => dot(batch, query, j) + (batch.logWeights?.[j] ?? 0),
      );
      const top = Math.max(...weighted);
      const logSum = top + Math.log(sum(weighted.map((score) => Math.exp(score - top))));
      return logSum - dot(batch, query, own) - (batch.logOwnWeights?.[own] ?? 0);
    }),
  );
}

/** The textbook in-batch softmax: batch × batch scores, one column per row, the diagonal is right. */
function batchByBatchLoss(batch: SoftmaxBatch): number {
  return sum(
    Array.from(batch.rowQuery, (query, row) => {
      const scores = Array.from(
        batch.rowItem,
        (item) => dot(batch, query, item) + (batch.logOwnWeights?.[item] ?? 0),
      );
      const top = Math.max(...scores);
      return top + Math.log(sum(scores.map((score) => Math.exp(score - top)))) - scores[row]!;
    }),
  );
}

const batches = fc
  .record({
    queries: fc.integer({ min: 1, max: 6 }),
    items: fc.integer({ min: 2, max: 7 }),
    width: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ queries, items, width }) => {
    const number = fc.integer({ min: -200, max: 200 }).map((n) => n / 100);
    const vectors = (count: number) =>
      fc
        .array(number, { minLength: count * width, maxLength: count * width })
        .map((v) => Float32Array.from(v));
    const weights = fc.array(number, { minLength: items, maxLength: items }).map((v) => Float32Array.from(v));
    return fc.record({
      queries: vectors(queries),
      items: vectors(items),
      width: fc.constant(width),
      rows: fc.array(fc.tuple(fc.nat(queries - 1), fc.nat(items - 1)), { minLength: 1, maxLength: 12 }),
      logWeights: fc.option(weights, { nil: undefined }),
      logOwnWeights: fc.option(weights, { nil: undefined }),
    });
  })
  .map(({ rows, ...rest }): SoftmaxBatch => ({
    ...rest,
    rowQuery: Int32Array.from(rows, ([query]) => query),
    rowItem: Int32Array.from(rows, ([, item]) => item),
  }));

describe('softmaxLoss', () => {
  it('equals the plain formulation for any duplicates and weights', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        expect(softmaxLoss(batch).loss).toBeCloseTo(plainLoss(batch), 3);
      }),
    );
  });

  it('equals the batch × batch softmax when items weigh as often as they occur, with or without logQ', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const items = batch.items.length / batch.width;
        const occurring = Array.from(
          { length: items },
          (_, j) => batch.rowItem.filter((item) => item === j).length,
        );
        const logWeights = Float32Array.from(occurring, (n, j) =>
          n === 0 ? -1e9 : Math.log(n) + (batch.logOwnWeights?.[j] ?? 0),
        );
        expect(softmaxLoss({ ...batch, logWeights }).loss).toBeCloseTo(batchByBatchLoss(batch), 3);
      }),
    );
  });

  it('has the gradients that finite differences of the plain formulation give', () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const { dQueries, dItems } = softmaxLoss(batch);
        for (const [values, gradient] of [
          [batch.queries, dQueries],
          [batch.items, dItems],
        ] as const) {
          for (let i = 0; i < values.length; i++) {
            const [kept, step] = [values[i]!, 1e-2];
            values[i] = kept + step;
            const above = plainLoss(batch);
            values[i] = kept - step;
            const below = plainLoss(batch);
            values[i] = kept;
            expect(gradient[i]!).toBeCloseTo((above - below) / (2 * step), 2);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same in blocks of queries as in one', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 1, max: 20 }), (batch, maxScores) => {
        const [whole, blocks] = [softmaxLoss(batch), softmaxLoss(batch, maxScores)];
        expect(blocks.loss).toBeCloseTo(whole.loss, 3);
        blocks.dQueries.forEach((value, i) => expect(value).toBeCloseTo(whole.dQueries[i]!, 4));
        blocks.dItems.forEach((value, i) => expect(value).toBeCloseTo(whole.dItems[i]!, 4));
      }),
    );
  });

  it('stays finite for scores far beyond what exp can hold', () => {
    const batch = {
      queries: Float32Array.of(100, 0),
      items: Float32Array.of(100, 0, -100, 0),
      width: 2,
      rowQuery: Int32Array.of(0, 0),
      rowItem: Int32Array.of(0, 1),
    };
    expect(softmaxLoss(batch).loss).toBeCloseTo(20_000, 0);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    fc.assert(
      fc.property(batches, (batch) => void softmaxLoss(batch)),
      { numRuns: 10 },
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
