import { describe, expect, it } from 'vitest';
import { monthlyCost, totalOf, type MonthlyUse } from './monthlyCost.js';
import { PRICES } from './priceTable.js';

const USE: MonthlyUse = {
  region: 'europe-west4',
  models: 10,
  nights: 30,
  prepare: { minutes: 5, usdPerHour: 0.6 },
  train: { minutes: 20, usdPerHour: 1.5 },
};
const cost = (parts: Partial<MonthlyUse> = {}) => {
  const lines = monthlyCost({ ...USE, ...parts }, PRICES);
  const of = (what: string) => lines.find((line) => line.what === what);
  return { lines, of, total: totalOf(lines) };
};

describe('the cost of a month', () => {
  it('has the hours of the machines and what else a run does, each at its price', () => {
    const { of } = cost();
    expect(of('jobs that prepare the data')).toMatchObject({ quantity: 25, usd: 15 });
    expect(of('jobs that train')).toMatchObject({ quantity: 100, usd: 150 });
    // 300 runs of 25 minutes tell once a second; reconcile comes each of 43,200 minutes.
    const callbacks = 300 * 25 * 60;
    expect(of('functions: processors')?.quantity).toBeCloseTo(callbacks * 0.1 + 43_200 * 0.2, 6);
    expect(of('Firestore: writes')?.usd).toBeCloseTo(((callbacks * 1.2) / 1e5) * 0.18, 9);
    expect(of('scheduler')).toMatchObject({ usd: 0.1, usdBeyondFree: 0 });
  });

  it('without models is that of what is stored and of the scheduler, as far as it is not free', () => {
    const { lines, total } = cost({ models: 0 });
    const paid = lines.filter(({ usdBeyondFree }) => usdBeyondFree > 0).map(({ what }) => what);
    expect(paid).toEqual(['images']);
    expect(total.usdBeyondFree).toBeCloseTo(5.5 * 0.1, 9);
    expect(total.usd).toBeLessThan(1.2);
  });

  it('grows in proportion to the models, beside what runs anyway', () => {
    const [none, one, ten] = [0, 1, 10].map((models) => cost({ models }).total.usd) as [
      number,
      number,
      number,
    ];
    expect(ten - none).toBeCloseTo(10 * (one - none), 6);
  });

  it('is not made up where the table lacks a price', () => {
    expect(() => monthlyCost({ ...USE, region: 'africa-south1' }, PRICES)).toThrow(
      /no functions\.vcpu in africa-south1/,
    );
  });
});
