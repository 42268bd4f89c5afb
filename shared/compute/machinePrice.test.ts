import { describe, expect, it } from 'vitest';
import { machineSchema, type Machine } from './machine.js';
import { priceOf, usdPerHourOf } from './machinePrice.js';
import { priceOverridesSchema, PRICED, priceSchema, type Priced } from './price.js';
import { PRICES } from './priceTable.js';

type Input = Parameters<(typeof machineSchema)['parse']>[0];
const machine = (parts: object): Machine =>
  machineSchema.parse({ region: 'europe-west4', cpu: 8, memoryGb: 32, ...parts } satisfies Input);
const t4s = {
  machineType: 'n1-standard-16',
  cpu: 16,
  memoryGb: 60,
  accelerator: { type: 'nvidia-t4', count: 4 },
};

describe('the price of a machine', () => {
  it.each<[what: string, machine: Machine, usd: number]>([
    ['Cloud Run without a GPU', machine({}), 3600 * (8 * 0.000018 + 32 * 0.000002)],
    [
      'Cloud Run with an L4',
      machine({ accelerator: { type: 'nvidia-l4' } }),
      3600 * (8 * 0.000018 + 32 * 0.000002 + 0.0001867),
    ],
    ['Cloud Run, where spot means nothing', machine({ spot: true }), 3600 * (8 * 0.000018 + 32 * 0.000002)],
    // 16 of 0.0522925 and four of 0.35, and Vertex AI's 15 % on top.
    ['Vertex AI with four T4', machine(t4s), 1.15 * (16 * 0.0522925 + 1.4)],
    // Spot prices, and 15 % of what it costs without spot.
    [
      'Vertex AI with four T4 as spot',
      machine({ ...t4s, spot: true }),
      16 * 0.01169625 + 4 * 0.119 + 0.15 * (16 * 0.0522925 + 1.4),
    ],
    [
      'an A100 machine, priced by its GPUs',
      machine({ machineType: 'a2-highgpu-2g', accelerator: { type: 'nvidia-a100-40gb', count: 2 } }),
      1.15 * 2 * (0.81406 + 2.93391),
    ],
  ])('of %s is the sum of its parts', (_, given, usd) => {
    expect(usdPerHourOf(given)).toBeCloseTo(usd, 10);
  });

  it('is the listed one of n1-standard-4 with a T4 for training in us-central1', () => {
    const listed = {
      machineType: 'n1-standard-4',
      region: 'us-central1',
      accelerator: { type: 'nvidia-t4' },
    };
    expect(usdPerHourOf(machine(listed))).toBeCloseTo(0.21849885 + 0.4025, 4);
  });

  it.each<[parts: object, says: RegExp]>([
    [{ region: 'africa-south1' }, /no cloudRun\.vcpu in africa-south1/],
    [{ accelerator: { type: 'nvidia-t4' } }, /no nvidia-t4 on Cloud Run/],
    [{ machineType: 'm1-ultramem-40' }, /no machine type m1-ultramem-40; it has n1-standard/],
    [{ machineType: 'g2-standard-8' }, /g2-standard-8 comes with GPUs/],
    [{ ...t4s, region: 'us-east4' }, /no compute\.n1-standard in us-east4/],
  ])('of %o is not known, and it is said why', (parts, says) => {
    const price = priceOf(machine(parts));
    expect('missing' in price && price.missing).toMatch(says);
    expect(usdPerHourOf(machine(parts))).toBeNull();
  });

  it('follows an entry that is given before the table, in its regions and no other', () => {
    const given = priceOverridesSchema.parse([
      { sku: 'cloudRun.vcpu', regions: ['africa-south1'], usd: 1 / 3600 },
      { sku: 'cloudRun.gib', usd: 0 },
    ]);
    const prices = [...given, ...PRICES];
    expect(usdPerHourOf(machine({ region: 'africa-south1' }), prices)).toBeCloseTo(8, 12);
    expect(usdPerHourOf(machine({}), prices)).toBeCloseTo(8 * 0.0648, 12);
  });

  it('is not known as spot where only the full price is given', () => {
    const prices = priceOverridesSchema.parse([{ sku: 'compute.n1-standard', usd: 1 }]);
    const price = priceOf(machine({ machineType: 'n1-standard-8', spot: true }), prices);
    expect('missing' in price && price.missing).toMatch(/no spot price of compute\.n1-standard/);
  });
});

describe('the price table', () => {
  it('has each thing, once a region, with where it stands and since when', () => {
    expect(new Set(PRICES.map(({ sku }) => sku))).toEqual(new Set(Object.keys(PRICED) as Priced[]));
    const places = PRICES.flatMap(({ sku, regions }) => regions.map((region) => `${sku} ${region}`));
    expect(new Set(places).size).toBe(places.length);
    expect(PRICES.map((price) => priceSchema.parse(price))).toEqual(PRICES);
    for (const { source, asOf } of PRICES) {
      expect(source).toMatch(/^https:\/\//);
      expect(asOf).toMatch(/^20\d\d/);
    }
  });

  it('lends spot cheaper than otherwise', () => {
    for (const { usd, spotUsd } of PRICES) if (spotUsd !== null) expect(spotUsd).toBeLessThan(usd);
  });
});
