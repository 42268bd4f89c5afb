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

  it('has its metrics too where nothing was found of any gate: why is said in short then', () => {
    const why = 'y'.repeat(300);
    const all = largest();
    const others = ['popularity', 'ease'].map((against) => ({
      against,
      exists: true,
      value: null,
      differenceInterval: null,
      changeInterval: null,
      why,
    }));
    const none = all.figures!.map((figure) => ({ ...figure, value: null, interval: null, others, why }));
    const { result } = boundedResult({ ...all, figures: none }, ['val_loss']);
    expect(bytes(runResultSchema.parse(result))).toBeLessThanOrEqual(MAX_RESULT_BYTES);
    expect(Object.keys(result.metrics).length).toBeGreaterThan(10);
    expect(result.figures![0]!).toMatchObject({ why: `${'y'.repeat(59)}…`, others: [] });
  });

  it('has metrics too where the names of gated slices alone would take all room', () => {
    const name = '市'.repeat(200);
    const all = largest();
    const figures = all.figures!.map((figure) => ({ ...figure, slice: { by: name, value: name } }));
    const { result } = boundedResult({ ...all, figures }, ['val_loss']);
    expect(result.figures).toEqual(figures);
    expect(Object.keys(result.metrics).length).toBeGreaterThan(10);
    expect(bytes(result)).toBeLessThan(bytes(figures) + 12_500);
  });

  it('is left as it is where it is small', () => {
    const small = { ...largest(), baselines: {}, figures: [] };
    expect(boundedResult(small, [])).toEqual({ result: small, leftOut: [] });
  });
});
