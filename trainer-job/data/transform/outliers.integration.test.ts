import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encoderOf } from '@trainyard/recommender/encode/fittedFeature';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec } from '../../../test/support/data/prepared.js';
import { writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { writtenValidationSchema } from '../validate/report.js';

/** 1,000 rows: x is 0 to 9, but for `odd` rows of train, of validation and of test; y is 1 or 2. */
const rowsWith = (odd: string) => `SELECT 'u' || (i % 23) AS "user", 'i' || (i % 29) AS item,
  CASE WHEN i IN (0, 1, 950) THEN ${odd} ELSE (i % 10)::DOUBLE END AS x, 1 + i % 2 AS y, i AS at FROM range(1000) t(i)`;

const BY_TIME = { strategy: 'time', column: 'at', train: 0.7, validation: 0.2, test: 0.1 } as const;
const X = { column: 'x', transform: 'normalize' } as const;

async function transformed(
  odd: string,
  columns: NonNullable<TrainingSpecInput['dataset']['columns']>,
  features: Partial<TrainingSpecInput['features']> = {},
) {
  const folder = await temporaryFolder();
  await writeParquet(join(folder, 'rows.parquet'), rowsWith(odd));
  const base = userItemSpec('rows.parquet', { split: BY_TIME, columns });
  const query = [...base.features.query, X];
  const result = await prepared(folder, {
    ...base,
    features: { ...base.features, query, ...features },
    model: { type: features.target ? 'ranking' : 'retrieval' },
  });
  const validation: unknown = JSON.parse(await readFile(join(folder, 'data', 'validation.json'), 'utf8'));
  return { ...result, validation: writtenValidationSchema.parse(validation) };
}

/** What a request's number becomes. */
function served(fitted: FittedFeature | undefined, value: number): number | undefined {
  const encoder = fitted && encoderOf(fitted, []);
  if (!encoder || encoder.form === 'text') throw new Error('x is a number');
  const to = { indices: new Int32Array(1), numbers: new Float32Array(1) };
  encoder.encode(value, to, 0, 0);
  return to.numbers[0];
}

describe('outliers of a column', () => {
  const mean = (698 * 4.5 + 200) / 700;

  it.each([
    ['clip', null],
    ['imputeMedian', 5],
  ] as const)(
    'become what %s says, in the data as at serving, and are counted by split',
    async (outliers, median) => {
      const { manifest, validation, reports } = await transformed('100', { x: { outliers } });
      const [correction] = validation.corrections_applied;
      expect(correction).toMatchObject({ column: 'x', correction: outliers, total: 1000, count: 3 });
      expect(correction).toMatchObject({ counts: { train: 2, validation: 0, test: 1 }, median });
      // Three deviations: of 698 digits, whose squares are 8.25 apart on the average, and of two hundreds.
      expect(correction?.high).toBeGreaterThan(20);
      expect(correction?.high).toBeLessThan(30);
      expect(((correction?.high ?? 0) + (correction?.low ?? 0)) / 2).toBeCloseTo(mean, 1);
      expect(reports.at(-1)?.counts).toMatchObject({ outliers: 3 });

      const fitted = manifest.query.features.find(({ encoded }) => encoded.name === 'x')?.fitted;
      const inPlace = median ?? correction?.high ?? NaN;
      expect(served(fitted, 100)).toBe(served(fitted, inPlace));
      expect(served(fitted, -1e9)).toBe(served(fitted, median ?? correction?.low ?? NaN));
      expect(served(fitted, 9)).not.toBe(served(fitted, 8));
    },
  );

  it('are only counted where they are to be reported', async () => {
    const { manifest, validation } = await transformed('100', { x: { outliers: 'report' } });
    expect(validation.corrections_applied).toEqual([]);
    expect(validation.detected_outliers).toEqual([{ column: 'x', count: 3, total: 1000, examples: [] }]);
    const fitted = manifest.query.features.find(({ encoded }) => encoded.name === 'x')?.fitted;
    expect(fitted).not.toHaveProperty('outliers');
  });

  it('of a target are changed in the training rows alone', async () => {
    const { data } = await transformed(
      '100',
      { x: { outliers: 'imputeMedian' } },
      {
        query: userItemSpec('').features.query,
        target: { column: 'x' },
      },
    );
    expect(Math.max(...(data.splits.train.target ?? []))).toBe(9);
    expect(Math.max(...(data.splits.test.target ?? []))).toBe(100);
  });
});

describe('a value that is too large', () => {
  const ERROR = {
    code: 'too-large-value',
    message: expect.stringMatching(/^column "x" has a value of about -?\de\d+: /) as string,
  };

  it.each(['1e300', '-1e300', '1.7e308', '1e200'])(
    '%s names its column and its size, as a feature',
    async (odd) => {
      await expect(transformed(odd, {})).rejects.toMatchObject(ERROR);
    },
  );

  it.each([{ column: 'x' }, { column: 'x', normalize: true }, { column: 'x', log1p: true }])(
    'names its column as the target %j',
    async (target) => {
      const { query } = userItemSpec('').features;
      await expect(transformed('1e300', {}, { query, target })).rejects.toMatchObject(ERROR);
    },
  );

  it.each([
    ['outliers of the column', { x: { outliers: 'imputeMedian' as const } }, X],
    ['a clip of the feature', {}, { ...X, clip: [0.01, 0.99] as [number, number] }],
    ['a logarithm', {}, { ...X, log1p: true }],
  ])('is mended by %s', async (_, columns, feature) => {
    const { query } = userItemSpec('').features;
    const { data } = await transformed('1e300', columns, { query: [...query, feature] });
    const { numbers } = data.query.rows(Int32Array.of(0, 1, 2, 3));
    expect(numbers.every((number) => Math.abs(number) < 1000)).toBe(true);
  });

  it('that overflows nothing and outweighs all others is warned of', async () => {
    const { warnings } = await transformed('CASE WHEN i = 0 THEN 1e30 ELSE 3 END', {});
    expect(warnings).toContainEqual(
      expect.stringMatching(/^one value of column "x", about 1e30, makes up 99 % of its variance/),
    );
    expect((await transformed('9', {})).warnings.join()).not.toContain('makes up');
  });
});

describe('infinite numbers', () => {
  it.each<[string, string, Partial<TrainingSpecInput['features']>]>([
    ['a feature', `'inf'::DOUBLE`, {}],
    ['a feature', `'-inf'::DOUBLE`, {}],
    ['a target', `'inf'::DOUBLE`, { query: userItemSpec('').features.query, target: { column: 'x' } }],
  ])('of %s (%s) are counted in a warning', async (_what, odd, features) => {
    const { warnings } = await transformed(odd, {}, features);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^column "x" is infinite in 3 of 1,000 rows, which count as missing/),
    );
  });

  it('are counted apart from what is too large for statistics', async () => {
    // The rows 0 and 1 are infinite; row 950, of test, is a number.
    const { query } = userItemSpec('').features;
    const feature = { column: 'x', transform: 'bucketize' as const, boundaries: [2, 5] };
    const { warnings } = await transformed(
      `CASE WHEN i < 2 THEN 'inf'::DOUBLE ELSE 1e300 END`,
      {},
      { query: [...query, feature] },
    );
    expect(warnings).toContainEqual(
      expect.stringMatching(/^column "x" is infinite in 2 of 1,000 rows, which count as missing/),
    );
  });

  it('of a column that is looked up, or that nothing uses, are not', async () => {
    const { query } = userItemSpec('').features;
    const { warnings } = await transformed(`'inf'::DOUBLE`, {}, { query });
    expect(warnings.join()).not.toContain('infinite');
  });
});

describe('a sample weight that is too large for statistics', () => {
  const weighed = (odd: string, columns = {}) =>
    transformed(odd, columns, {
      query: userItemSpec('').features.query,
      sampleWeight: { column: 'x' },
    });

  it('is warned of, since all others count for nothing beside it', async () => {
    const { warnings } = await weighed('1e200');
    expect(warnings).toContainEqual(
      expect.stringMatching(/^3 values of column "x", as large as about 1e200, leave nothing of all others/),
    );
  });

  it('is not where the column has a policy for outliers', async () => {
    const { warnings } = await weighed('1e200', { x: { outliers: 'imputeMedian' } });
    expect(warnings.join()).not.toContain('1e200');
  });
});
