import { describe, expect, it } from 'vitest';
import { compareRuns, type RunMetrics } from './reproducibility.js';

const run = (name: string, losses: number[], recall = 0.5): RunMetrics => ({
  name,
  epochs: losses.map((loss) => ({ loss, val_loss: 2 * loss })),
  result: { test_recall_at_5: recall },
});

describe('runs that should be the same', () => {
  it('are reproducible when every metric stays within the tolerance', () => {
    const compared = compareRuns([run('a', [3, 2]), run('b', [3, 2 + 3e-6]), run('c', [3, 2])], 1e-5);
    expect(compared.isReproducible).toBe(true);
    expect(compared.spreads.map(({ metric }) => metric)).toEqual(['val_loss', 'loss', 'test_recall_at_5']);
    // Of 0, 6e-6 and 0: the root of (2² + 4² + 2²) / 3 times 1e-6.
    expect(compared.spreads[0]).toMatchObject({ epoch: 2 });
    expect(compared.spreads[0]!.deviation).toBeCloseTo(Math.sqrt(8) * 1e-6, 10);
    expect(compared.spreads[0]!.difference).toBeCloseTo(6e-6, 10);
  });

  it('are not when one metric of one epoch, or of the result, does not', () => {
    expect(compareRuns([run('a', [3, 2]), run('b', [3.1, 2])], 1e-5)).toMatchObject({
      isReproducible: false,
      spreads: [{ metric: 'val_loss', epoch: 1 }, { metric: 'loss' }, { deviation: 0 }],
    });
    expect(compareRuns([run('a', [3]), run('b', [3], 0.6)], 1e-5)).toMatchObject({
      isReproducible: false,
      spreads: [{ metric: 'test_recall_at_5', epoch: null }, {}, {}],
    });
  });

  it('are not when they stopped elsewhere or measured other things', () => {
    expect(compareRuns([run('a', [3, 2]), run('b', [3])], 1).mismatches).toEqual(['a has 2 epochs, b 1']);
    const other = { ...run('b', [3, 2]), result: {} };
    expect(compareRuns([run('a', [3, 2]), other], 1)).toMatchObject({
      isReproducible: false,
      mismatches: ['a and b have other metrics'],
    });
  });

  it('take two at least', () => {
    expect(() => compareRuns([run('a', [1])], 1)).toThrow('two runs');
  });
});
