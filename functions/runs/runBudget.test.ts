import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { estimateRun } from './estimate.js';

const machine = { region: 'europe-west4', cpu: 2, memoryGb: 8 };
const tiers = [
  { name: 'dear', launcher: 'fake', usdPerHour: 36, machine },
  { name: 'cheap', launcher: 'fake', usdPerHour: 3.6, machine },
];
/** Ten million rows: at least 20 s, 25 s of preparation, and 48 million examples at 240,000 a second before it may stop early. */
const rows = { expect: 'rows' as const, atLeast: 10_000_000, atMost: 20_000_000 };
const dataset = { ...EXAMPLE_SPEC.dataset, expectations: [rows] };
const LEAST = 20 + 25 + 200;

describe('a start with compute.maxUsd', () => {
  it('is refused when the cheapest tier cannot do it for that, and said what to do', async () => {
    const cp = await testControlPlane({ tiers });
    const compute = { maxUsd: 0.24 };
    await expect(cp.request({ dataset, compute })).rejects.toMatchObject({
      code: 'budget-exceeded',
      detail: expect.stringMatching(
        /\$0\.24 at least|\$0\.25 at least, on compute tier cheap; .*allows \$0\.24: raise it/,
      ),
      errors: [{ pointer: '/spec/compute/maxUsd' }],
    });
    expect(cp.documents()).toEqual({});
  });

  it('is accepted when the low end of the estimate is within it', async () => {
    const cp = await testControlPlane({ tiers });
    expect((await cp.request({ dataset, compute: { maxUsd: LEAST / 1000 } })).status).toBe('pending');
    expect((await cp.request({ compute: { maxUsd: 0.01 } })).status).toBe('pending');
  });

  it('is refused where nobody could tell what a lent machine costs', async () => {
    const unknown = { ...machine, region: 'africa-south1' };
    const cp = await testControlPlane({ tiers: [{ name: 'far', launcher: 'fake', machine: unknown }] });
    await expect(cp.request({ compute: { maxUsd: 5 } })).rejects.toThrow(
      /compute tier far has no price to count with: .*TRAINYARD_PRICES/,
    );
    expect((await cp.request()).status).toBe('pending');
  });

  it('means nothing on a machine of one’s own, which the estimate says', async () => {
    const cp = await testControlPlane();
    const { spec, status } = await cp.request({ compute: { maxUsd: 0.01 } });
    expect(status).toBe('pending');
    const says = /^compute\.maxUsd \(\$0\.0100\) limits nothing: compute tiers small, large have no price/;
    expect((await estimateRun(cp, 'demo', spec)).notes).toContainEqual(expect.stringMatching(says));
    const limitless = { ...spec, compute: { tiers: spec.compute.tiers } };
    const { notes } = await estimateRun(cp, 'demo', trainingSpecSchema.parse({ ...spec, ...limitless }));
    expect(notes.join()).not.toMatch(/limits nothing/);
  });
});

describe('the estimate before a start', () => {
  it('is for each tier by the rows that the specification expects, and says that nothing was measured', async () => {
    const cp = await testControlPlane({ tiers });
    const estimate = await estimateRun(cp, 'demo', trainingSpecSchema.parse({ ...EXAMPLE_SPEC, dataset }));
    const high = 300 + 250 + 2 * (320_000_000 / 100_000);
    expect(estimate).toMatchObject({
      basis: null,
      rows: { low: 10_000_000, high: 20_000_000 },
      tiers: [
        { tier: 'dear', seconds: { low: LEAST - 0, high }, usdPerHour: 36 },
        { tier: 'cheap', usd: { low: LEAST / 1000, high: high / 1000 } },
      ],
      notes: [
        expect.stringMatching(/no completed run yet.*GPUs never was/),
        expect.stringMatching(/early stopping/),
      ],
    });
  });

  it('is by the rows that are given before those that are expected', async () => {
    const cp = await testControlPlane({ tiers });
    const spec = trainingSpecSchema.parse({ ...EXAMPLE_SPEC, dataset });
    expect((await estimateRun(cp, 'demo', spec, 1000)).rows).toEqual({ low: 1000, high: 1000 });
    const nothing = await estimateRun(cp, 'demo', trainingSpecSchema.parse(EXAMPLE_SPEC));
    expect(nothing).toMatchObject({ rows: null, seconds: null, usd: null, usdPerHour: 36 });
    expect(nothing.notes[0]).toMatch(/give the number of rows/);
  });
});
