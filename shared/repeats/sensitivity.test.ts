import { describe, expect, it } from 'vitest';
import { repeatSeeds } from './repeatSeeds.js';
import { sensitivityOf } from './sensitivity.js';

describe('the sensitivity to the seed', () => {
  it('has the closed forms of 1, 2, 3 for every metric, and names the most and least sensitive of those that judge', () => {
    const results = [1, 2, 3].map((value) => ({
      test_recall_at_10: value / 10,
      test_recall_at_5: 0.1,
      val_loss: value + 1,
      test_novelty_at_10: value * 100,
      test_rows: 7,
    }));
    const found = sensitivityOf(results);
    expect(found.metrics.map(({ metric }) => metric)).toEqual([
      'test_novelty_at_10',
      'test_recall_at_10',
      'val_loss',
      'test_recall_at_5',
      'test_rows',
    ]);
    const [, recall] = found.metrics;
    expect(recall?.mean).toBeCloseTo(0.2, 12);
    expect(recall?.std).toBeCloseTo(0.1, 12);
    expect(recall?.range).toBeCloseTo(0.2, 12);
    expect(recall?.coefficientOfVariation).toBeCloseTo(0.5, 12);
    expect(recall?.relativeRange).toBeCloseTo(1, 12);
    expect(found.metrics[3]).toMatchObject({ std: 0, coefficientOfVariation: 0, relativeRange: 0 });
    expect(found.mostSensitive[0]).toBe('test_recall_at_10');
    expect(found.leastSensitive[0]).toBe('test_recall_at_5');
    expect(found.overallSensitivity).toBeCloseTo((1 / 2 + 1 / 3 + 0) / 3, 12);
  });

  it('tells nothing of a mean of 0 as a share, nor of what only one has', () => {
    const found = sensitivityOf([{ test_recall_at_10: 0, val_loss: 1 }, { test_recall_at_10: 0 }]);
    expect(found).toMatchObject({
      metrics: [{ metric: 'test_recall_at_10', coefficientOfVariation: null, relativeRange: null }],
      mostSensitive: [],
      overallSensitivity: null,
    });
  });
});

describe('the seeds of repetitions', () => {
  it('are distinct, from 1 to 1000, and of more the first are the same', () => {
    const seeds = repeatSeeds(100);
    expect(new Set(seeds).size).toBe(100);
    expect(Math.min(...seeds)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...seeds)).toBeLessThanOrEqual(1000);
    expect(repeatSeeds(10)).toEqual(seeds.slice(0, 10));
  });
});
