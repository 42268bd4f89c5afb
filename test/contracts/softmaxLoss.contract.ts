/** What the softmax loss must be on every backend: the plain formulation, however large the scores. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SoftmaxBatch } from '../../trainer-job/model/softmaxBatch.js';
import { softmaxLoss } from '../../trainer-job/model/softmaxLoss.js';

const MAX_SCORES = 1_000_000;

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const dot = (batch: SoftmaxBatch, query: number, item: number) =>
  sum(
    Array.from(
      { length: batch.width },
      (_, c) => batch.queries[query * batch.width + c]! * batch.items[item * batch.width + c]!,
    ),
  );

/** What a row's own item competes with, its own column included, and the score of its own item. */
function columnsOf(batch: SoftmaxBatch, row: number) {
  const competing = batch.competing ?? batch.items.length / batch.width;
  const query = batch.rowQuery[row]!;
  const own = batch.rowItem[row]!;
  const ownTerm = dot(batch, query, own) + (batch.logOwnWeights?.[own] ?? 0);
  const weighted = Array.from({ length: competing }, (_, item) => ({
    item,
    score: dot(batch, query, item) + (batch.logWeights?.[item] ?? 0),
  }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, batch.hardest ?? competing);
  const columns = [
    ...weighted.filter(({ item }) => batch.own !== 'once' || item !== own),
    ...((batch.own ?? 'among') === 'among' ? [] : [{ item: own, score: ownTerm }]),
  ];
  return { columns, own, ownTerm };
}

/** Of the label that is spread over all that compete, each as often as it does: its share of the row's score, and by item. */
function smoothed(batch: SoftmaxBatch, row: number): { mean: number; shares: number[] } {
  const competing = batch.competing ?? batch.items.length / batch.width;
  const own = (item: number) => batch.logOwnWeights?.[item] ?? 0;
  const times = Array.from({ length: competing }, (_, item) =>
    batch.logWeights ? Math.exp(batch.logWeights[item]! - own(item)) : 1,
  );
  const shares = times.map((value) => value / sum(times));
  const query = batch.rowQuery[row]!;
  return { mean: sum(shares.map((share, item) => share * (dot(batch, query, item) + own(item)))), shares };
}

/** The plain formulation: one softmax per row, over one column per competitor, in doubles. */
function plainLoss(batch: SoftmaxBatch): number {
  return sum(
    Array.from(batch.rowQuery, (_, row) => {
      const { columns, ownTerm } = columnsOf(batch, row);
      const scores = columns.map(({ score }) => score);
      const top = Math.max(...scores);
      const { negativePower: power = 1, labelSmoothing: smoothing = 0 } = batch;
      const logD = top + Math.log(sum(scores.map((score) => Math.exp(score - top))));
      const target = (1 - smoothing) * ownTerm + smoothing * smoothed(batch, row).mean;
      return (power * logD - target) * (batch.rowWeights?.[row] ?? 1);
    }),
  );
}

/** The gradients of `plainLoss` in closed form: of a row, the share of each competitor, less what its own item and each competitor have of the target. */
function plainGradients(batch: SoftmaxBatch): { dQueries: number[]; dItems: number[] } {
  const dQueries = Array.from(batch.queries, () => 0);
  const dItems = Array.from(batch.items, () => 0);
  batch.rowQuery.forEach((query, row) => {
    const { columns, own } = columnsOf(batch, row);
    const { negativePower: power = 1, labelSmoothing: smoothing = 0 } = batch;
    const top = Math.max(...columns.map(({ score }) => score));
    const total = sum(columns.map(({ score }) => Math.exp(score - top)));
    const slopes = [
      ...columns.map(({ item, score }) => ({ item, slope: (power * Math.exp(score - top)) / total })),
      { item: own, slope: smoothing - 1 },
      ...smoothed(batch, row).shares.map((share, item) => ({ item, slope: -smoothing * share })),
    ];
    for (const { item, slope } of slopes) {
      for (let c = 0; c < batch.width; c++) {
        const [q, i] = [query * batch.width + c, item * batch.width + c];
        const times = slope * (batch.rowWeights?.[row] ?? 1);
        dQueries[q]! += times * batch.items[i]!;
        dItems[i]! += times * batch.queries[q]!;
      }
    }
  });
  return { dQueries, dItems };
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
      const loss = top + Math.log(sum(scores.map((score) => Math.exp(score - top)))) - scores[row]!;
      return loss * (batch.rowWeights?.[row] ?? 1);
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
      rows: fc.array(fc.tuple(fc.nat(queries - 1), fc.nat(items - 1), fc.nat(8)), {
        minLength: 1,
        maxLength: 12,
      }),
      isWeighted: fc.boolean(),
      logWeights: fc.option(weights, { nil: undefined }),
      logOwnWeights: fc.option(weights, { nil: undefined }),
      negativePower: fc.option(fc.constantFrom(0.8, 1.2), { nil: undefined }),
      labelSmoothing: fc.option(fc.constantFrom(0.1, 0.5), { nil: undefined }),
    });
  })
  .map(({ rows, isWeighted, ...rest }): SoftmaxBatch => ({
    ...rest,
    rowQuery: Int32Array.from(rows, ([query]) => query),
    rowItem: Int32Array.from(rows, ([, item]) => item),
    rowWeights: isWeighted ? Float32Array.from(rows, ([, , weight]) => weight / 4) : undefined,
  }));

/** Batches whose own items compete once or are added to those that compete, some of them competing and some not. */
const sampledBatches = fc
  .tuple(
    batches,
    fc.record({
      own: fc.constantFrom('once' as const, 'added' as const),
      competing: fc.integer({ min: 1, max: 7 }),
      hardest: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
    }),
  )
  .map(([batch, { own, competing, hardest }]): SoftmaxBatch => ({
    ...batch,
    own,
    hardest,
    ...(hardest !== undefined && { labelSmoothing: undefined }),
    competing: Math.min(competing, batch.items.length / batch.width),
    logWeights: batch.logWeights?.slice(0, competing),
  }))
  // Which of two equal scores is the harder one is not said.
  .filter((batch) => batch.hardest === undefined || !hasTies(batch));

function hasTies(batch: SoftmaxBatch): boolean {
  const competing = Array.from({ length: batch.competing ?? 0 }, (_, item) => item);
  return Array.from({ length: batch.queries.length / batch.width }, (_, query) =>
    competing
      .map((item) => dot(batch, query, item) + (batch.logWeights?.[item] ?? 0))
      .toSorted((a, b) => a - b),
  ).some((scores) => scores.some((score, i) => i > 0 && score - scores[i - 1]! < 1e-3));
}

function expectGradientsOfFiniteDifferences(batch: SoftmaxBatch): void {
  const { dQueries, dItems } = softmaxLoss(batch, MAX_SCORES);
  for (const [values, gradient] of [
    [batch.queries, dQueries],
    [batch.items, dItems],
  ] as const) {
    for (let i = 0; i < values.length; i++) {
      const [kept, step] = [values[i]!, batch.hardest === undefined ? 1e-2 : 1e-4];
      values[i] = kept + step;
      const above = plainLoss(batch);
      const width = values[i]!;
      values[i] = kept - step;
      const below = plainLoss(batch);
      const difference = (above - below) / (width - values[i]!);
      values[i] = kept;
      expect(gradient[i]!).toBeCloseTo(difference, 2);
    }
  }
}

/** Runs on the backend in use. */
export function softmaxLossContract(backend: string): void {
  describe(`softmaxLoss on ${backend}`, () => {
    it('equals the plain formulation for any duplicates and weights', () => {
      fc.assert(
        fc.property(batches, (batch) => {
          expect(softmaxLoss(batch, MAX_SCORES).loss).toBeCloseTo(plainLoss(batch), 3);
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
          const plain = { ...batch, logWeights, negativePower: undefined, labelSmoothing: undefined };
          expect(softmaxLoss(plain, MAX_SCORES).loss).toBeCloseTo(batchByBatchLoss(batch), 3);
        }),
      );
    });

    it('has the gradients that finite differences of the plain formulation give', () => {
      fc.assert(
        fc.property(batches, (batch) => {
          expectGradientsOfFiniteDifferences(batch);
        }),
        { numRuns: 30 },
      );
    });

    it('equals the plain formulation where own items compete once or are added, among the hardest too', () => {
      fc.assert(
        fc.property(sampledBatches, (batch) => {
          expect(softmaxLoss(batch, MAX_SCORES).loss).toBeCloseTo(plainLoss(batch), 3);
        }),
      );
    });

    it('has the gradients of finite differences where own items compete once or are added', () => {
      fc.assert(fc.property(sampledBatches, expectGradientsOfFiniteDifferences), { numRuns: 30 });
    });

    it('gives the same in blocks of queries as in one', () => {
      fc.assert(
        fc.property(
          fc.oneof(batches, sampledBatches),
          fc.integer({ min: 1, max: 20 }),
          (batch, scoreCapacity) => {
            const [whole, blocks] = [softmaxLoss(batch, MAX_SCORES), softmaxLoss(batch, scoreCapacity)];
            expect(blocks.loss).toBeCloseTo(whole.loss, 3);
            blocks.dQueries.forEach((value, i) => expect(value).toBeCloseTo(whole.dQueries[i]!, 4));
            blocks.dItems.forEach((value, i) => expect(value).toBeCloseTo(whole.dItems[i]!, 4));
          },
        ),
      );
    });

    it('holds scores of hundreds, as trained models have them: loss and gradients of the plain formulation in doubles', () => {
      fc.assert(
        fc.property(fc.oneof(batches, sampledBatches), fc.constantFrom(4, 12), (batch, scale) => {
          const large = { ...batch, queries: batch.queries.map((value) => value * scale) };
          large.items = large.items.map((value) => value * scale);
          const { loss, dQueries, dItems } = softmaxLoss(large, MAX_SCORES);
          // A float32 score of hundreds is exact to 1e-4, and its exponential relatively so.
          const unit = 5e-4 * Math.max(1, ...large.queries.map(Math.abs), ...large.items.map(Math.abs)) ** 2;
          expect(Math.abs(loss - plainLoss(large))).toBeLessThan(unit);
          const plain = plainGradients(large);
          dQueries.forEach((value, i) => expect(Math.abs(value - plain.dQueries[i]!)).toBeLessThan(unit));
          dItems.forEach((value, i) => expect(Math.abs(value - plain.dItems[i]!)).toBeLessThan(unit));
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
      expect(softmaxLoss(batch, MAX_SCORES).loss).toBeCloseTo(20_000, 0);
    });

    it('leaves no tensor behind', () => {
      const before = tf.memory().numTensors;
      fc.assert(
        fc.property(batches, (batch) => void softmaxLoss(batch, MAX_SCORES)),
        { numRuns: 10 },
      );
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
