import { describe, expect, it } from 'vitest';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import { validationSample } from './validationSample.js';

const data = tinyDataset();
const { validation } = data.splits;
const sampleOf = (evaluation: object, seed = 1) =>
  validationSample(data, tinySpec({ evaluation, training: { batchSize: 50, seed } }));

describe('the validation of an epoch', () => {
  it('is of all rows unless evalSteps says less, and where there are not so many', () => {
    expect(sampleOf({})).toBe(data);
    expect(sampleOf({ evalSteps: 12 })).toBe(data);
  });

  it('is of so many batches of rows, the same for a seed, and of rows that there are', () => {
    const { splits } = sampleOf({ evalSteps: 3 });
    expect(splits.validation.count).toBe(150);
    expect(splits.test).toBe(data.splits.test);
    expect(sampleOf({ evalSteps: 3 }).splits.validation).toEqual(splits.validation);
    expect(sampleOf({ evalSteps: 3 }, 2).splits.validation).not.toEqual(splits.validation);
    const pairs = new Set(Array.from(validation.query, (query, row) => `${query} ${validation.item[row]}`));
    splits.validation.query.forEach((query, row) =>
      expect(pairs).toContain(`${query} ${splits.validation.item[row]}`),
    );
  });

  it('is of whole users where users are measured', () => {
    const { splits } = sampleOf({ evalSteps: 3, per: 'user' });
    const times = (user: number, of: Int32Array) => of.filter((one) => one === user).length;
    const drawn = new Set(splits.validation.query);
    for (const user of drawn)
      expect(times(user, splits.validation.query)).toBe(times(user, validation.query));
    expect(splits.validation.count).toBeGreaterThanOrEqual(150);
    expect(splits.validation.count).toBeLessThan(200);
    expect(drawn.size).toBeLessThan(60);
  });
});
