import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { withDatabase } from '../database.js';
import { measureProfile } from './profile/measureProfile.js';
import { outlierShares } from './outlierShares.js';

describe('outliers', () => {
  it('are the values farther than three sample deviations from the mean, nulls not counted', async () => {
    const values = Array.from({ length: 99 }, (_, i) => (i % 10) + i / 100).concat([1000]);
    const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
    const std = Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1));
    const far = values.filter((one) => Math.abs(one - mean) > 3 * std).length;
    const columns = [
      { name: 'price', internal: '"price"', type: 'DOUBLE' },
      { name: 'same', internal: '"same"', type: 'DOUBLE' },
      { name: 'city', internal: '"city"', type: 'VARCHAR' },
    ];
    const shares = await withDatabase(await temporaryFolder(), async (database) => {
      const rows = [...values.map((one) => `(${one})`), '(NULL)'].join(', ');
      await database.run(
        `CREATE VIEW rows AS SELECT price::DOUBLE AS price, 1.5::DOUBLE AS same, 'c' AS city, row_number() OVER () AS row FROM (VALUES ${rows}) t(price)`,
      );
      return outlierShares(database, columns, await measureProfile(database, columns));
    });
    expect(far).toBe(1);
    expect(shares).toEqual([
      { column: 'price', share: 1 / 100 },
      { column: 'same', share: 0 },
    ]);
  });
});
