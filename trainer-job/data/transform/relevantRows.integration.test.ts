import { join } from 'node:path';
import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec } from '../../../test/support/data/prepared.js';
import { writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { evaluationRows } from '../../evaluate/ranks/evaluationRows.js';

/** 1,000 rows in the order of `at`, of which each seventh has no rating and the others have 1 to 5. */
const ROWS = `SELECT 'u' || (i % 23) AS "user", 'i' || (i % 29) AS item,
  CASE WHEN i % 7 = 0 THEN NULL ELSE 1 + i % 5 END AS rating, 999 - i AS at FROM range(1000) t(i)`;
const ratingOf = (at: number) => ((999 - at) % 7 === 0 ? null : 1 + ((999 - at) % 5));

async function preparedBy(
  folder: string,
  relevant?: NonNullable<TrainingSpecInput['evaluation']>['relevant'],
) {
  const split = { strategy: 'time', column: 'at', train: 0.7, validation: 0.2, test: 0.1 } as const;
  return prepared(folder, {
    ...userItemSpec('rows.parquet', { split }),
    evaluation: { ...(relevant && { relevant }) },
  });
}

describe('the rows that count as answers', () => {
  it('are those that meet the condition, of each split in its order; the encoded rows are the same whatever it says', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS);
    const all = await preparedBy(folder);
    expect(all.data.splits.test.relevant).toBeUndefined();
    const liked = await preparedBy(folder, { column: 'rating', is: 'greaterOrEqual', value: 4 });
    expect(liked.encodedDigest).toBe(all.encodedDigest);
    const relevant = Array.from({ length: 1000 }, (_, at) => Number((ratingOf(at) ?? 0) >= 4));
    const { train, validation, test } = liked.data.splits;
    expect([train, validation, test].map((rows) => Array.from(rows.relevant ?? []))).toEqual([
      relevant.slice(0, 700),
      relevant.slice(700, 900),
      relevant.slice(900),
    ]);
    const counted = relevant.slice(900).reduce((sum, one) => sum + one, 0);
    expect(evaluationRows(liked.data, 'test')).toMatchObject({
      rowCount: counted,
      uncounted: { irrelevant: 100 - counted },
    });
    // Found in the cache the next time.
    const again = await preparedBy(folder, { column: 'rating', is: 'greaterOrEqual', value: 4 });
    expect(again.reports.at(-1)).toMatchObject({ stage: 'transform', cacheHit: true });
    expect(again.data.splits.test).toEqual(test);
  });

  it('cannot be told by a column that is not there, or by text that is no number, and the error names the setting', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS);
    await expect(preparedBy(folder, { column: 'stars', is: 'notNull' })).rejects.toThrow(/"stars"/);
    await expect(preparedBy(folder, { column: 'rating', is: 'greater', value: 'good' })).rejects.toThrow(
      /^evaluation.relevant compares column "rating" with "good"/,
    );
  });
});
