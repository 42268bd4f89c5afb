import { describe, expect, it } from 'vitest';
import { checkKey } from '../../test/support/standIns/mlflowRequests.js';
import { batchesOf, clipped, cutBytes, keyOf, type Pair, type Point } from './limits.js';

describe('a key', () => {
  it('stays where MLflow takes it', () => {
    for (const name of ['training.optimizer.learningRate', 'best/val_loss', 'größe 1', 'a-b_c'])
      expect(keyOf(name)).toBe(name);
  });

  it.each(['', '/', '..', '../x', 'a//b', '/a', 'a/./b', 'a:b', 'tags.Größe™', '"; drop', 'é'.repeat(300)])(
    'becomes one that MLflow takes: %s',
    (name) => {
      expect(() => checkKey('param', keyOf(name))).not.toThrow();
      expect(Buffer.byteLength(keyOf(name))).toBeLessThanOrEqual(250);
    },
  );

  it('never becomes that of another', () => {
    const names = ['a:b', 'a;b', 'a_b', 'a b', '/a', 'a/', 'a', `${'x'.repeat(300)}1`, `${'x'.repeat(300)}2`];
    expect(new Set(names.map(keyOf)).size).toBe(names.length);
  });
});

describe('a text', () => {
  it('is cut between characters', () => {
    expect(cutBytes('aé€😀', 100)).toBe('aé€😀');
    const lengths = Array.from({ length: 11 }, (_, bytes) => cutBytes('aé€😀', bytes));
    expect(lengths).toEqual(['', 'a', 'a', 'aé', 'aé', 'aé', 'aé€', 'aé€', 'aé€', 'aé€', 'aé€😀']);
  });

  it('says at its end that some is missing', () => {
    expect(clipped('ab', 2)).toBe('ab');
    expect(clipped('abcdef', 5)).toBe('ab…');
  });
});

describe('batches', () => {
  const pairs = (count: number, bytes = 1): Pair[] =>
    Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'x'.repeat(bytes) }));
  const points = (count: number): Point[] =>
    Array.from({ length: count }, (_, step) => ({ key: 'loss', value: step, timestamp: 1, step }));

  it('have all items once, in their order, within every limit', () => {
    const given = { params: pairs(451, 5000), tags: pairs(120), metrics: points(2345) };
    const batches = batchesOf(given);
    for (const batch of batches) {
      expect(batch.params.length).toBeLessThanOrEqual(100);
      expect(batch.tags.length).toBeLessThanOrEqual(100);
      expect(batch.metrics.length + batch.params.length + batch.tags.length).toBeLessThanOrEqual(1000);
      expect(Buffer.byteLength(JSON.stringify({ run_id: 'r'.repeat(32), ...batch }))).toBeLessThan(1e6);
    }
    expect(batches.flatMap(({ params }) => params)).toEqual(given.params);
    expect(batches.flatMap(({ tags }) => tags)).toEqual(given.tags);
    expect(batches.flatMap(({ metrics }) => metrics)).toEqual(given.metrics);
    expect(batches.length).toBeLessThan(9);
  });

  it('are none of nothing', () => {
    expect(batchesOf({})).toEqual([]);
  });

  it('part texts that are 1 MB together', () => {
    const batches = batchesOf({ params: pairs(100, 6000), tags: pairs(100, 5000) });
    expect(batches.map(({ params, tags }) => params.length + tags.length).reduce((a, b) => a + b)).toBe(200);
    expect(batches.length).toBe(2);
  });
});
