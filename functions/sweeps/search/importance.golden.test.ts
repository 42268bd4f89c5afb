import { readFileSync } from 'node:fs';
import { inferSpace } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { importanceOf } from './importance.js';

/** Made by importance.golden.py, which says how. */
const golden = z
  .object({
    trials: z.array(
      z.object({ number: z.number(), parameters: z.record(z.string(), z.json()), value: z.number() }),
    ),
    importance: z.record(
      z.string(),
      z.object({ mean: z.number(), std: z.number(), spearman: z.number().nullable() }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('importance.golden.json', import.meta.url), 'utf8')));

const SPACE = inferSpace({
  rate: { type: 'logFloat', min: 1e-4, max: 1 },
  dropout: { type: 'float', min: 0, max: 0.5 },
  batch: [512, 1024, 2048, 4096],
  layers: [[], [64], [64, 32]],
  optimizer: ['adam', 'sgd'],
  momentum: { type: 'float', min: 0, max: 1, when: { optimizer: 'sgd' } },
});

describe('the importance of parameters of 200 trials', () => {
  const history = golden.trials.map((trial) => ({ ...trial, state: 'completed' as const, curve: [] }));
  const found = importanceOf(history, SPACE);

  it.each(Object.keys(golden.importance))('says of %s what the forests of scikit-learn say', (key) => {
    const known = golden.importance[key];
    const own = found.find((one) => one.key === key);
    // A forest differs from another by its seed: one in fifteen thousand lies outside of four standard deviations.
    expect(Math.abs((own?.importance ?? NaN) - (known?.mean ?? NaN))).toBeLessThan(4 * (known?.std ?? NaN));
  });

  it.each(['rate', 'dropout', 'momentum', 'batch'])('has the rank correlation of %s', (key) => {
    const own = found.find((one) => one.key === key);
    expect(own?.spearman).toBeCloseTo(golden.importance[key]?.spearman ?? NaN, 8);
  });

  it('puts them in the order of scikit-learn', () => {
    const order = Object.entries(golden.importance).toSorted(([, a], [, b]) => b.mean - a.mean);
    expect(found.map(({ key }) => key)).toEqual(order.map(([key]) => key));
  });
});
