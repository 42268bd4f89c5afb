import { expect, test } from 'vitest';
import { newRun as testRun } from '../../test/support/newRun.js';
import { withCostUntil } from './cost.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const job = { tier: 'l4', name: 'job', launchedAt: NOW.toISOString(), usdPerHour: 3.6 };

test('a job costs its time since the launch at its price, however often it is counted', () => {
  const run = testRun(NOW, { job });
  const once = withCostUntil(run, later(1000));
  const often = [10, 500, 500, 1000].reduce((counted, at) => withCostUntil(counted, later(at)), run);
  expect(once.cost).toEqual({
    usd: 1,
    countedUntil: later(1000).toISOString(),
    byMonth: { '2026-01': 1 },
  });
  expect(often.cost?.usd).toBeCloseTo(1, 12);
});

test('the job of a second attempt adds to the first one, and the time between them is free', () => {
  const first = withCostUntil(testRun(NOW, { job }), later(1000));
  const second = { ...first, job: { ...job, launchedAt: later(5000).toISOString(), usdPerHour: 7.2 } };
  expect(withCostUntil(second, later(6000)).cost?.usd).toBeCloseTo(3, 12);
});

test('without a job, or with one that has no price, the run stays the very same', () => {
  const unpriced = testRun(NOW, { job: { ...job, usdPerHour: null } });
  expect(withCostUntil(unpriced, later(10))).toBe(unpriced);
  const pending = testRun(NOW, { job: null });
  expect(withCostUntil(pending, later(10))).toBe(pending);
});

test('a clock that goes back adds nothing and loses nothing', () => {
  const counted = withCostUntil(testRun(NOW, { job }), later(1000));
  const back = withCostUntil(counted, later(400));
  expect(back.cost).toEqual(counted.cost);
  expect(withCostUntil(back, later(2000)).cost?.usd).toBeCloseTo(2, 12);
});
