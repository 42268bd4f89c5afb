import { gatedFiguresSchema, runResultSchema, type RunResult } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { boundedResult, MAX_RESULT_BYTES } from './boundedResult.js';

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const LONG = 'x'.repeat(200);

/** All that a specification may ask for: ten K, all baselines, forty gates on slices with long names. */
function largest(): RunResult {
  const names = Array.from({ length: 120 }, (_, i) => `test_some_long_name_of_a_metric_${i}_at_10000`);
  const metrics = Object.fromEntries(names.map((name, i) => [name, i / 7]));
  const figures = Array.from({ length: 40 }, (_, i) => ({
    metric: names[i]!,
    slice: { by: LONG, value: LONG },
    column: null,
    value: i / 7,
    interval: { low: i / 9, high: i / 3 },
    others: [],
    why: null,
  }));
  const baselines = Array.from({ length: 8 }, (_, i) => [`baseline${i}`, metrics]);
  return {
    metrics: { val_loss: 1, ...metrics },
    baselines: Object.fromEntries(baselines),
    figures: gatedFiguresSchema.parse(figures),
    artifacts: {},
    epochsTrained: 1,
    bestEpoch: 1,
    earlyStoppedAtEpoch: null,
    backend: 'cpu',
    examplesPerSecond: 1,
  };
}

describe('a result that is told', () => {
  it('has room in its callback, whatever was measured and gated, and every gated figure', () => {
    const all = largest();
    expect(bytes(all)).toBeGreaterThan(MAX_RESULT_BYTES);
    const kept = 'test_some_long_name_of_a_metric_119_at_10000';
    const { result, leftOut } = boundedResult(all, [kept]);
    expect(bytes(runResultSchema.parse(result))).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    expect(result.figures).toEqual(all.figures);
    expect(result.metrics).toHaveProperty(kept);
    expect(Object.values(result.baselines).every((metrics) => kept in metrics)).toBe(true);
    expect(leftOut.length).toBeGreaterThan(0);
  });

  it('is left as it is where it is small', () => {
    const small = { ...largest(), baselines: {}, figures: [] };
    expect(boundedResult(small, [])).toEqual({ result: small, leftOut: [] });
  });
});
