import { describe, expect, it } from 'vitest';
import { valuesChecker } from './checkValues.js';

const lookup = (column: string) => ({
  encoded: { kind: 'lookup' as const, name: column, columns: [column], rows: 3, dim: 2 },
  fitted: { transform: 'lookup' as const, oovBuckets: 1 },
  vocabulary: { size: 2, offset: 0, bytes: 12 },
});

describe('a number of a category', () => {
  const check = valuesChecker(
    'query',
    { idFeature: 0, features: [lookup('user'), lookup('ratio'), lookup('mass'), lookup('code')] } as never,
    { ratio: 'DOUBLE', mass: 'FLOAT', code: 'BIGINT' },
  );

  it('may be of any size where the data have it in floating point', () => {
    for (const value of [1e16, -1e20, 0.5, 1e300]) {
      expect(() => check({ ratio: value })).not.toThrow();
      expect(() => check({ mass: value })).not.toThrow();
      if (Number.isInteger(value)) {
        expect(() => check({ code: value })).toThrow(/column "code" holds categories/);
        expect(() => check({ user: value })).toThrow(/is an id/);
      }
    }
  });
});

describe('a list', () => {
  const several = (column: string, delimiter: string | null) => ({
    ...lookup(column),
    fitted: { transform: 'multi' as const, delimiter, max: 4, pooling: 'mean', oovBuckets: 1, buckets: null },
  });
  const features = [
    lookup('user'),
    several('tags', null),
    several('both', null),
    several('parted', '|'),
    lookup('both'),
  ];
  const check = valuesChecker('query', { idFeature: 0, features } as never);

  it('is given of a column of lists, with values that a column may have', () => {
    expect(() => check({ tags: ['a', 7, 2n ** 60n, true, null] })).not.toThrow();
    expect(() => check({ tags: [] })).not.toThrow();
    expect(() => check({ tags: [2 ** 60] })).toThrow(/integers stand for one up to 2\^53/);
    expect(() => check({ tags: [['a']] as never })).toThrow(/a value of the list of column "tags" was given/);
  });

  it.each(['user', 'both', 'parted'])('is none of column %s, which something reads as one text', (column) => {
    expect(() => check({ [column]: ['a'] })).toThrow(/was given a list/);
  });
});
