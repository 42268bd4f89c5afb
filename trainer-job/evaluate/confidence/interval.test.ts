import { describe, expect, it } from 'vitest';
import { randomFor } from '../../model/random.js';
import { normalProbability, studentBound } from './distributions.js';
import { changeOf, differenceOf, figureEstimates, meanEstimates } from './estimate.js';
import { intervalOf } from './interval.js';
import type { PerUserMean } from './perUser.js';
import { drawUsers, sumsOfGroups } from './userDraws.js';

const between = async () => {};

/** Users with 1 to 8 rows each, of which about a third are hits. */
function simulated(users: number, seed: number): PerUserMean {
  const random = randomFor(seed, 'simulated users');
  const weights = Float64Array.from({ length: users }, () => 1 + Math.floor(8 * random()));
  return { weights, sums: weights.map((rows) => Math.floor((rows + 1) * random() ** 2)) };
}

async function estimated(means: Record<string, PerUserMean>, draws = 500) {
  const users = Object.values(means)[0]!.sums.length;
  return meanEstimates(
    new Map(Object.entries(means)),
    drawUsers(users, draws, randomFor(7, 'draws')),
    between,
  );
}

describe('distributions', () => {
  it.each([
    [2, 4.302653],
    [3, 3.182446],
    [4, 2.776445],
    [5, 2.570582],
    [10, 2.228139],
    [30, 2.042272],
    [120, 1.97993],
    [1e7, 1.959964],
  ])('have the bound of Student with %d degrees of freedom', (degrees, bound) => {
    expect(studentBound(degrees)).toBeCloseTo(bound, 5);
  });

  it.each([
    [-1.959963984540054, 0.025],
    [0, 0.5],
    [1, 0.8413447460685429],
    [-40, 0],
  ])('have the probability below %d', (x, probability) => {
    expect(normalProbability(x)).toBeCloseTo(probability, 12);
  });
});

describe('draws of users', () => {
  it('have as many as there are, are the same for the same seed, and put many users into groups of equal size', () => {
    const draws = drawUsers(50, 20, randomFor(1, 'x'));
    for (let draw = 0; draw < 20; draw++) {
      expect(draws.times.subarray(draw * 50, (draw + 1) * 50).reduce((sum, one) => sum + one, 0)).toBe(50);
    }
    expect(drawUsers(50, 20, randomFor(1, 'x'))).toEqual(draws);
    const sizes = sumsOfGroups(drawUsers(1000, 1, randomFor(1, 'x'), 64), new Float64Array(1000).fill(1));
    expect([Math.min(...sizes), Math.max(...sizes), sizes.length]).toEqual([15, 16, 64]);
  });
});

describe('estimates of means', () => {
  it('are what each draw of whole users gives', async () => {
    const mean = simulated(40, 1);
    const draws = drawUsers(40, 30, randomFor(7, 'draws'));
    const estimate = (await meanEstimates(new Map([['m', mean]]), draws, between)).get('m')!;
    estimate.draws.forEach((value, draw) => {
      const chosen = Array.from({ length: 40 }, (_, user) => draws.times[draw * 40 + user]!);
      const of = (values: Float64Array) =>
        chosen.reduce((sum, times, user) => sum + times * values[user]!, 0);
      expect(value).toBeCloseTo(of(mean.sums) / of(mean.weights), 12);
    });
  });

  it('owe to users what the figure of weighted users owes to them', async () => {
    const mean = simulated(300, 2);
    const draws = drawUsers(300, 200, randomFor(7, 'draws'));
    const byMean = (await meanEstimates(new Map([['m', mean]]), draws, between)).get('m')!;
    const figure = (times: Float64Array) => {
      const of = (values: Float64Array) => values.reduce((sum, value, user) => sum + times[user]! * value, 0);
      return { m: of(mean.sums) / of(mean.weights) };
    };
    const byFigure = (await figureEstimates(figure, draws, between)).get('m')!;
    const linear = (await figureEstimates(figure, draws, between, true)).get('m')!;
    byMean.draws.forEach((value, draw) => {
      expect(byFigure.draws[draw]).toBeCloseTo(value, 12);
      expect(linear.draws[draw]).toBeCloseTo(value, 2);
    });
    byMean.influence.forEach((one, user) => expect(byFigure.influence[user]).toBeCloseTo(one, 4));
  });

  it('lie within what the figure can be, where few rows make it', async () => {
    // A 1 that is predicted above all zeros or below them: the area under the curve goes from 0 to 1 by one user.
    const figure = ([first]: Float64Array) => ({ test_auc: first === 0 ? 0 : 0.9 });
    const draws = drawUsers(12, 200, randomFor(7, 'draws'));
    const { draws: values } = (await figureEstimates(figure, draws, between, true)).get('test_auc')!;
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBe(1);
  });

  it('have none where nothing counts', async () => {
    const none = { sums: new Float64Array(20), weights: new Float64Array(20) };
    expect((await estimated({ none })).size).toBe(0);
  });
});

describe('an interval', () => {
  it('holds the value, and is about as wide as that of Student where users are alike in size', async () => {
    const values = simulated(400, 3).sums;
    const one = (
      await estimated({ one: { sums: values, weights: new Float64Array(400).fill(1) } }, 4000)
    ).get('one')!;
    const { low, high } = intervalOf(one)!;
    const mean = values.reduce((sum, value) => sum + value, 0) / 400;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 399);
    expect((high - low) / (2 * 1.966 * (deviation / 20))).toBeCloseTo(1, 1);
    expect(low < one.value && one.value < high).toBe(true);
  });

  it('is wider where one user makes half of the rows', async () => {
    const even = {
      sums: Float64Array.from({ length: 50 }, (_, u) => u % 2),
      weights: new Float64Array(50).fill(1),
    };
    const uneven = { sums: even.sums.slice(), weights: even.weights.slice() };
    [uneven.sums[0], uneven.weights[0]] = [0, 50];
    const estimates = await estimated({ even, uneven });
    const width = (name: string) => {
      const { low, high } = intervalOf(estimates.get(name)!)!;
      return high - low;
    };
    expect(width('uneven')).toBeGreaterThan(1.5 * width('even'));
  });

  it('is none of few users, nor of users who are all alike', async () => {
    expect(intervalOf((await estimated({ few: simulated(9, 1) })).get('few')!)).toBeNull();
    const alike = { sums: new Float64Array(60).fill(0.1), weights: new Float64Array(60).fill(1) };
    expect(intervalOf((await estimated({ alike })).get('alike')!)).toBeNull();
  });

  it('of a difference is narrower than those of two alike methods, and that of a change is its share', async () => {
    const a = simulated(200, 4);
    const random = randomFor(5, 'other method');
    const b = {
      weights: a.weights,
      sums: a.sums.map((sum) => (random() < 0.1 ? Math.max(0, sum - 1) : sum)),
    };
    const estimates = await estimated({ a, b });
    const [one, other] = [estimates.get('a')!, estimates.get('b')!];
    const [difference, own] = [intervalOf(differenceOf(one, other))!, intervalOf(one)!];
    expect(difference.high - difference.low).toBeLessThan((own.high - own.low) / 3);
    const change = intervalOf(changeOf(one, other)!)!;
    expect(change.low).toBeCloseTo(difference.low / other.value, 2);
    expect(change.high).toBeCloseTo(difference.high / other.value, 2);
    expect(changeOf(one, { ...other, value: 0 })).toBeUndefined();
  });
});
