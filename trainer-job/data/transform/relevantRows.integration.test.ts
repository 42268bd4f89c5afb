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
  parts: Partial<TrainingSpecInput> = {},
) {
  const split = { strategy: 'time', column: 'at', train: 0.7, validation: 0.2, test: 0.1 } as const;
  return prepared(folder, {
    ...userItemSpec('rows.parquet', { split }),
    evaluation: { k: [5], ...(relevant && { relevant }) },
    ...parts,
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

  it('are refused where no row of the data is one', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS);
    await expect(
      preparedBy(folder, { column: 'rating', is: 'greaterOrEqual', value: 14 }),
    ).rejects.toMatchObject({
      code: 'no-relevant-rows',
      message: expect.stringContaining('0 of 1,000 rows meet evaluation.relevant ("rating >= 14")') as string,
    });
  });

  it('are warned of, and turn early stopping off, where the held-out rows have none', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS);
    const { data, reports } = await preparedBy(folder, { column: 'at', is: 'less', value: 600 });
    const stage = reports.find((report) => report.stage === 'transform');
    expect(evaluationRows(data, 'test').rowCount).toBe(0);
    expect(stage?.counts).toMatchObject({ validationMeasured: 0, testMeasured: 0, testIrrelevant: 100 });
    expect(stage?.detail).toMatch(/^0 of 200 validation and 0 of 100 test rows can be measured/);
    expect(stage?.warnings.map(({ code }) => code)).toEqual([
      'no-rows-measured',
      'no-rows-measured',
      'monitor-off',
    ]);
    expect(stage?.warnings[1]).toMatchObject({
      message:
        'none of 100 test rows can be measured: 100 that evaluation.relevant, by "at", does not call an answer (0 of 100 test rows meet it)',
      remedy: expect.stringContaining('change evaluation.relevant') as string,
    });
  });

  it('are enough without a warning where they are few of many rows, for that is what was asked for', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS.replace('range(1000)', 'range(4000)'));
    const { data, reports } = await preparedBy(folder, { column: 'rating', is: 'greaterOrEqual', value: 4 });
    const stage = reports.find((report) => report.stage === 'transform');
    expect(stage?.counts['testMeasured']).toBe(evaluationRows(data, 'test').rowCount);
    expect(stage?.warnings).toEqual([]);
  });

  it('bound what a hybrid finds alone: its predictions are measured by all rows', async () => {
    const folder = await temporaryFolder();
    await writeParquet(join(folder, 'rows.parquet'), ROWS.replace('range(1000)', 'range(2000)'));
    const parts: Partial<TrainingSpecInput> = {
      model: { type: 'hybrid' },
      features: { ...userItemSpec('').features, target: { column: 'rating' } },
    };
    const { reports } = await preparedBy(folder, { column: 'at', is: 'less', value: 200 }, parts);
    const stage = reports.find((report) => report.stage === 'transform');
    expect(stage?.warnings.map(({ message }) => message)).toContain(
      'none of 200 test rows can be measured by retrieval: 200 that evaluation.relevant, by "at", does not call an answer (0 of 200 test rows meet it)',
    );
    expect(stage?.counts['testMeasured']).toBeGreaterThan(100);
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
