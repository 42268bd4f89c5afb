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
