import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { trainingSpecSchema } from '../spec/trainingSpec.js';
import { estimateSeconds, type Measured } from './duration.js';
import { machineSchema } from './machine.js';

const spec = (training: object) => trainingSpecSchema.parse({ ...EXAMPLE_SPEC, training });
const twoCores = machineSchema.parse({ region: 'europe-west4', cpu: 2, memoryGb: 8 });
const l4 = machineSchema.parse({
  region: 'europe-west4',
  cpu: 8,
  memoryGb: 32,
  accelerator: { type: 'nvidia-l4' },
});
const tier = { name: 'cpu', machine: twoCores };
const exactly = (rows: number) => ({ low: rows, high: rows });
const measured: Measured = {
  tier: 'cpu',
  machine: twoCores,
  rows: 1_000_000,
  secondsPerEpoch: 10,
  dataSeconds: 20,
  hadCache: false,
  otherSeconds: 4,
};

describe('the time that a run takes', () => {
  it('without a run to go by is start, preparation and training at the pace of the machine', () => {
    // Ten million rows, 0.8 of them for training, ten epochs that nothing stops: 80 million examples.
    const request = { spec: spec({ epochs: 10, earlyStopping: false }), rows: exactly(10_000_000), tier };
    expect(estimateSeconds(request, null)).toEqual({
      low: 20 + 10_000_000 / 400_000 + 80_000_000 / 240_000,
      high: 300 + 10_000_000 / 80_000 + 2 * (80_000_000 / 100_000),
    });
  });

  it('after a run alike is its epochs and stages, a quarter off', () => {
    const request = { spec: spec({ epochs: 5, earlyStopping: false }), rows: exactly(1_000_000), tier };
    expect(estimateSeconds(request, measured)).toEqual({ low: 0.75 * 74, high: 1.25 * 74 });
  });

  it('grows with the rows where the stages and epochs do', () => {
    const request = { spec: spec({ epochs: 5, earlyStopping: false }), rows: exactly(3_000_000), tier };
    expect(estimateSeconds(request, measured)).toEqual({ low: 0.75 * 214, high: 1.25 * 214 });
  });

  it('may end early after the patience and one epoch', () => {
    const request = { spec: spec({ epochs: 20, earlyStopping: { monitor: 'val_loss', patience: 3 } }), tier };
    const { low, high } = estimateSeconds({ ...request, rows: null }, measured) ?? {};
    expect([low, high]).toEqual([0.75 * (40 + 24), 1.25 * (200 + 24)]);
  });

  it('on another machine is as wide as what is known of both', () => {
    const request = { spec: spec({ epochs: 5, earlyStopping: false }), rows: null };
    const other = { name: 'gpu', machine: l4 };
    const { low, high } = estimateSeconds({ ...request, tier: other }, measured) ?? {};
    // Two cores do 100 to 240 thousand, a GPU 100 to 2,400 thousand.
    expect(low).toBeCloseTo((0.75 * 74 * 100) / 2400, 9);
    expect(high).toBeCloseTo((1.25 * 74 * 240) / 100, 9);
    const unknown = { name: 'own', machine: null };
    expect(estimateSeconds({ ...request, tier: unknown }, measured)).toEqual({
      low: 0.5 * 0.75 * 74,
      high: 2 * 1.25 * 74,
    });
  });

  it('takes longer than a run whose data came from the cache', () => {
    const request = { spec: spec({ epochs: 5, earlyStopping: false }), rows: exactly(800_000), tier };
    const cached = { ...measured, rows: 800_000, dataSeconds: 0, hadCache: true };
    expect(estimateSeconds(request, cached)).toEqual({ low: 0.75 * 54, high: 1.25 * 54 + 10 });
  });

  it('is not known without rows or without a machine', () => {
    expect(estimateSeconds({ spec: spec({}), rows: null, tier }, null)).toBeNull();
    const own = { name: 'own', machine: null };
    expect(estimateSeconds({ spec: spec({}), rows: exactly(10), tier: own }, null)).toBeNull();
  });

  it('is a range, and never less for more rows or more epochs', () => {
    const count = fc.integer({ min: 1, max: 1e8 });
    fc.assert(
      fc.property(count, count, fc.integer({ min: 1, max: 50 }), fc.boolean(), (a, b, epochs, known) => {
        const [few, many] = [Math.min(a, b), Math.max(a, b)];
        const of = (rows: number, e: number) =>
          estimateSeconds({ spec: spec({ epochs: e }), rows: exactly(rows), tier }, known ? measured : null);
        const [less, more] = [of(few, epochs), of(many, epochs + 1)];
        expect(less?.low).toBeLessThanOrEqual(less?.high ?? 0);
        expect(more?.low).toBeGreaterThanOrEqual(less?.low ?? 0);
        expect(more?.high).toBeGreaterThanOrEqual(less?.high ?? 0);
      }),
      { numRuns: 50 },
    );
  });
});
