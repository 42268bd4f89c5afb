import { withDatabase } from '@trainyard/trainer-job/data/database';
import { describe, expect, it } from 'vitest';
import { onlineRetail, selectPurchases } from '../../test/support/data/onlineRetail.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { digestOf, ONLINE_RETAIL_DIGEST, type Purchase } from './onlineRetail.js';

describe.skipIf(!onlineRetail)('the file of Online Retail that is here', () => {
  it('has the rows that the figures of the README were measured on', async () => {
    const sql = selectPurchases(onlineRetail ?? '');
    const rows = await withDatabase(await temporaryFolder(), (database) => database.rows(sql));
    expect(rows).toHaveLength(541_909);
    expect(await digestOf(rows as unknown as Purchase[])).toBe(ONLINE_RETAIL_DIGEST);
  });
});
