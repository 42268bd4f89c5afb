/** What evaluation must find on every backend: the loss and the ranks that all scores of a catalogue, in order, give. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvaluationRows } from '../../trainer-job/evaluate/ranks/evaluationRows.js';
import { scoreRows } from '../../trainer-job/evaluate/ranks/scoreSplit.js';
import type { ScoringWay } from '../../trainer-job/evaluate/ranks/scoringWay.js';
import { randomFor } from '../../trainer-job/model/random.js';
import { tinySpec } from '../support/training/tinyDataset.js';

const WIDTH = 3;

interface Case {
  items: number;
  queries: number;
  /** Scores are of the order of its square. */
  scale: number;
  /** Of the parts of vectors; coarse ones make many equal scores. Powers of two, as scales are: every score is exact. */
  step: number;
  scoreMegabytes: number;
  seed: number;
  /** How many items each query lacks, at most. */
  excluded: number;
  /** From where on ranks are not told apart; nowhere unless given. */
  depth?: number | undefined;
}

const cases = fc.record<Case>({
  items: fc.integer({ min: 2, max: 900 }),
  queries: fc.integer({ min: 1, max: 12 }),
  scale: fc.constantFrom(1 / 8, 1, 16),
  step: fc.constantFrom(1 / 2, 1 / 1024),
  scoreMegabytes: fc.constantFrom(0.01, 8),
  seed: fc.nat(1000),
  excluded: fc.constantFrom(0, 0, 1, 30),
  depth: fc.constantFrom(1, 20, undefined),
});

function vectorsOf(count: number, { scale, step, seed }: Case, name: string): Float32Array {
  const random = randomFor(seed, name);
  const part = () => Math.round((2 * random() - 1) / step) * step * scale;
  return Float32Array.from({ length: count * WIDTH }, part);
}

/** One to seven targets a query, each once. */
function rowsOf({ items, queries, seed, excluded }: Case): EvaluationRows {
  const random = randomFor(seed, 'targets');
  const targets = Array.from({ length: queries }, () => [
    ...new Set(Array.from({ length: 1 + Math.floor(random() * 7) }, () => 1 + Math.floor(random() * items))),
  ]);
  const all = targets.flat();
  const rows = Int32Array.from(all, () => 1 + Math.floor(random() * 3));
  return {
    per: 'row',
    queries: Int32Array.from({ length: queries }, (_, q) => q),
    users: Int32Array.from({ length: queries }, (_, q) => q + 1),
    targetStart: Int32Array.from({ length: queries + 1 }, (_, q) => targets.slice(0, q).flat().length),
    items: Int32Array.from(all),
    rows,
    excluded: excluded === 0 ? null : excludedOf(targets, items, excluded, random),
    rowCount: rows.reduce((sum, count) => sum + count, 0),
  };
}

function excludedOf(
  targets: readonly number[][],
  items: number,
  most: number,
  random: () => number,
): NonNullable<EvaluationRows['excluded']> {
  const lists = targets.map((own) => {
    const count = Math.floor(random() * (most + 1));
    const drawn = new Set(Array.from({ length: count }, () => 1 + Math.floor(random() * items)));
    return [...drawn].filter((item) => !own.includes(item)).toSorted((a, b) => a - b);
  });
  const start = Int32Array.from({ length: lists.length + 1 }, (_, q) => lists.slice(0, q).flat().length);
  return { start, items: Int32Array.from(lists.flat()) };
}

/** The same from all scores, in doubles. */
function plainScores(rows: EvaluationRows, queries: Float32Array, items: Float32Array) {
  const count = items.length / WIDTH;
  let loss = 0;
  const ranks: number[] = [];
  for (let q = 0; q + 1 < rows.targetStart.length; q++) {
    const scores = Array.from({ length: count }, (_, i) => {
      let score = 0;
      for (let c = 0; c < WIDTH; c++) score += queries[q * WIDTH + c]! * items[i * WIDTH + c]!;
      return score;
    });
    const { start = [], items: without = [] } = rows.excluded ?? {};
    const left = new Set(without.slice(start[q], start[q + 1]));
    const top = Math.max(...scores);
    const logSum = top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0));
    for (let t = rows.targetStart[q]!; t < rows.targetStart[q + 1]!; t++) {
      const own = scores[rows.items[t]! - 1]!;
      ranks.push(scores.filter((score, i) => score > own && !left.has(i + 1)).length);
      loss += rows.rows[t]! * (logSum - own);
    }
  }
  return { loss, ranks };
}

/** Runs on the backend in use. */
export function scoreSplitContract(by: ScoringWay): void {
  describe(`scoreSplit by ${by}`, () => {
    const score = async ({ depth, ...example }: Case) => {
      const rows = rowsOf(example);
      const [queries, items] = [
        vectorsOf(example.queries, example, 'queries'),
        vectorsOf(example.items, example, 'items'),
      ];
      const { scoreMegabytes } = example;
      const { training } = tinySpec();
      const found = await scoreRows(
        {
          width: WIDTH,
          candidate: { data: { entities: example.items + 1 } },
          embed: (tower) => (tower === 'query' ? queries : items),
          spec: { training: { ...training, scoreMegabytes } },
        },
        rows,
        { depth, by },
      );
      const size = example.scale * example.scale;
      return { found, plain: plainScores(rows, queries, items), size, rowCount: rows.rowCount };
    };

    const holds = async (example: Case) => {
      const { found, plain, size, rowCount } = await score(example);
      expect(Math.abs(found.loss - plain.loss)).toBeLessThan(1e-4 * Math.max(1, size) * rowCount);
      const { depth = Infinity } = example;
      expect(Array.from(found.ranks)).toEqual(plain.ranks.map((rank) => Math.min(rank, depth)));
    };

    it('has the loss and the ranks of all scores in order, up to any depth: equal ones, large ones, catalogues of any size', async () => {
      await fc.assert(fc.asyncProperty(cases, holds), { numRuns: 200 });
    });

    it('has them of more queries and items than are looked at together', async () => {
      const many = { items: 2051, queries: 270, scale: 1, step: 1 / 1024, scoreMegabytes: 8, seed: 3 };
      await holds({ ...many, excluded: 30 });
    });

    it('holds scores that exp does not, below all others as well', async () => {
      const { found, plain, rowCount } = await score({
        items: 400,
        queries: 6,
        scale: 16,
        step: 1 / 1024,
        scoreMegabytes: 8,
        excluded: 0,
        seed: 1,
      });
      expect(plain.loss / rowCount).toBeGreaterThan(100);
      expect(found.loss / rowCount).toBeCloseTo(plain.loss / rowCount, 2);
    });

    it('leaves no tensor behind', async () => {
      const before = tf.memory().numTensors;
      await score({
        items: 300,
        queries: 4,
        scale: 1,
        step: 1 / 1024,
        scoreMegabytes: 8,
        excluded: 3,
        seed: 2,
      });
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}
