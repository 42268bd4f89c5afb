import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec } from '../../test/support/data/prepared.js';
import { writeParquet } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { writtenValidationSchema, type WrittenValidation } from '../data/validate/report.js';
import { TrainerError } from '../errors/trainerError.js';

type Expectations = NonNullable<TrainingSpecInput['dataset']['expectations']>;

/** 1,000 purchases: price 0 to 99, a city or null, a time every hour from 2026-11-01, and a rating of 3. */
const PURCHASES = `SELECT 'u' || (i % 50) AS "user", 'i' || (i % 20) AS item, (i % 100)::DOUBLE AS price,
  CASE WHEN i % 10 > 0 THEN 'city ' || (i % 3) END AS city, TIMESTAMP '2026-11-01' + to_hours(i % 400) AS at, i AS number
  FROM range(1000) t(i)`;

async function validated(
  expectations: Expectations,
  select = PURCHASES,
  folder?: string,
  dataset: Partial<TrainingSpecInput['dataset']> = {},
): Promise<{
  validation: WrittenValidation;
  warnings: string[];
  error: TrainerError | null;
  folder: string;
}> {
  const home = folder ?? (await temporaryFolder());
  await writeParquet(join(home, 'rows.parquet'), select);
  const spec = userItemSpec('rows.parquet', { expectations, ...dataset });
  const outcome = await prepared(home, spec).catch((error: unknown) => {
    if (error instanceof TrainerError) return { error };
    throw error;
  });
  const text = await readFile(join(home, 'data', 'validation.json'), 'utf8');
  return {
    validation: writtenValidationSchema.parse(JSON.parse(text)),
    warnings: 'error' in outcome ? [] : outcome.warnings,
    error: 'error' in outcome ? outcome.error : null,
    folder: home,
  };
}

const BROKEN: [Expectations[number], RegExp][] = [
  [{ expect: 'columns', columns: ['user', 'usr'] }, /^there is no column "usr"$/],
  [
    { expect: 'columns', columns: ['user', 'item'], match: 'exactly' },
    /"price", "city", "at", "number" is not expected/,
  ],
  [
    { expect: 'columns', columns: ['item', 'user', 'price', 'city', 'at', 'number'], match: 'inOrder' },
    /in the order "user", "item"/,
  ],
  [{ expect: 'type', column: 'price', type: 'integer' }, /"price" is of type DOUBLE; allowed is integer/],
  [
    { expect: 'type', column: 'prize', type: 'number' },
    /the data has no column "prize" \(did you mean "price"\?\); it has /,
  ],
  [
    { expect: 'range', column: 'price', min: 0, max: 97 },
    /"price": 20 of 1,000 values are not at least 0 and at most 97: "98" in row 99, "99" in row 100/,
  ],
  [
    { expect: 'range', column: 'price', min: 0, strict: true },
    /10 of 1,000 values are not above 0: "0" in row 1,/,
  ],
  [{ expect: 'range', column: 'price', max: 90, atMost: 0.05 }, /90 of 1,000 .*\(9 %; allowed is 5 %\)/],
  [
    { expect: 'range', column: 'at', max: '2026-11-17T00:00:00Z' },
    /30 of 1,000 .*"2026-11-17 01:00:00" in row 386/,
  ],
  [{ expect: 'range', column: 'at', max: 5 }, /"at" is of type TIMESTAMP, which cannot be compared with 5/],
  [{ expect: 'range', column: 'at', max: 'soon' }, /cannot be compared with "soon"/],
  [{ expect: 'range', column: 'city', max: 5 }, /"city" is of type VARCHAR/],
  [
    { expect: 'values', column: 'city', values: ['city 0', 'city 1'] },
    /300 of 900 values are none of "city 0", "city 1": "city 2" in row 3/,
  ],
  [{ expect: 'values', column: 'price', values: [0, 1.5] }, /990 of 1,000 values are none of "0", "1.5"/],
  [
    { expect: 'pattern', column: 'user', pattern: 'u\\d' },
    /800 of 1,000 values do not match u\\d: "u10" in row 11/,
  ],
  [{ expect: 'pattern', column: 'user', pattern: '(?=u).*' }, /the pattern is none that RE2 reads/],
  [
    { expect: 'nulls', column: 'city', atMost: 0.05 },
    /"city" is null in 100 of 1,000 rows \(10 %\); allowed is 5 %/,
  ],
  [
    { expect: 'unique', columns: ['user', 'price'] },
    /columns "user", "price": 900 of 1,000 rows repeat .*"u0, 0.0 \(10 times\)" in row 1/,
  ],
  [{ expect: 'rows', atLeast: 1001 }, /there are 1,000 rows; expected are at least 1,001/],
  [{ expect: 'rows', atMost: 10 }, /at most 10/],
  [
    { expect: 'freshness', column: 'at', maxAgeHours: 60 },
    /2026-11-17T15:00:00.000Z, is 69 hours old at 2026-11-20T12:00:00.000Z; allowed are 60$/,
  ],
  [{ expect: 'freshness', column: 'city', maxAgeHours: 80 }, /which is no time: cast it/],
  [
    { expect: 'outliers', column: 'price', z: 1.7, atMost: 0.01, severity: 'error' },
    /farther than 1.7 standard deviations/,
  ],
  [{ expect: 'outliers', column: 'city', severity: 'error' }, /holds no numbers/],
  [{ expect: 'labels', column: 'city', severity: 'error' }, /holds no numbers/],
];

describe('an expectation', () => {
  it('that does not hold is told in words', async () => {
    const { error, validation } = await validated(BROKEN.map(([expectation]) => expectation));
    expect(error).toMatchObject({ context: { stage: 'validate' }, code: 'expectation-violated' });
    expect(validation.passed).toBe(false);
    const told = validation.findings.map(({ outcome, message }) => ({ outcome, message }));
    expect(told).toEqual(
      BROKEN.map(([, message]) => ({ outcome: 'violated', message: expect.stringMatching(message) })),
    );
  });

  it('that holds is told as well', async () => {
    const { error, validation } = await validated([
      { expect: 'columns', columns: ['user', 'item', 'price', 'city', 'at', 'number'], match: 'inOrder' },
      { expect: 'type', column: 'number', type: 'number' },
      { expect: 'range', column: 'price', min: 0, max: 99 },
      { expect: 'range', column: 'price', max: 90, atMost: 0.09 },
      { expect: 'values', column: 'city', values: ['city 0', 'city 1', 'city 2'] },
      { expect: 'pattern', column: 'user', pattern: 'u\\d+' },
      { expect: 'nulls', column: 'city', atMost: 0.1 },
      { expect: 'unique', columns: ['number'] },
      { expect: 'rows', atLeast: 1000, atMost: 1000 },
      { expect: 'freshness', column: 'at', maxAgeHours: 70 },
      { expect: 'freshness', column: 'at', maxAgeHours: 1, at: '2026-11-17T16:00:00.000Z' },
      { expect: 'outliers', column: 'price' },
    ]);
    expect(error).toBeNull();
    expect(validation.passed).toBe(true);
    expect(validation.findings.filter(({ outcome }) => outcome !== 'met')).toEqual([]);
    expect(validation.findings).toHaveLength(12);
  });

  it('that does not hold is an error with all others at once, and the report says what was found', async () => {
    const { error, folder, validation } = await validated([
      { expect: 'range', column: 'price', max: 97 },
      { expect: 'nulls', column: 'city', atMost: 0 },
      { expect: 'rows', atLeast: 5000, severity: 'warning' },
      { expect: 'rows', atLeast: 2000 },
    ]);
    expect(error?.message.split('\n')).toEqual([
      '3 expectations are violated:',
      '1. column "price": 20 of 1,000 values are not at most 97: "98" in row 99, "99" in row 100, "98" in row 199',
      '2. column "city" is null in 100 of 1,000 rows (10 %); allowed is 0 %',
      '3. there are 1,000 rows; expected are at least 2,000',
      '4. (warning) there are 1,000 rows; expected are at least 5,000',
    ]);
    expect(error?.remedy).toContain(join(folder, 'data'));
    expect(validation.findings[0]).toMatchObject({ count: 20, total: 1000 });
    expect(validation.findings[0]?.examples).toHaveLength(5);
    const page = await readFile(join(folder, 'data', 'profile.html'), 'utf8');
    expect(page).toContain('20 of 1,000 values are not at most 97');
  });

  it('never fills the run document, however many there are', async () => {
    const expectations = Array.from({ length: 200 }, (_, i) => ({
      expect: 'pattern' as const,
      column: 'user',
      pattern: `${'x'.repeat(400)}${i}`,
    }));
    const { error } = await validated(expectations);
    expect(error?.message.length).toBeLessThan(4000);
    expect(error?.message).toMatch(/and \d+ more$/);
  });

  it('of severity warning lets the run go on and is told', async () => {
    const { error, warnings } = await validated([{ expect: 'rows', atLeast: 5000, severity: 'warning' }]);
    expect(error).toBeNull();
    expect(warnings).toContain('there are 1,000 rows; expected are at least 5,000');
  });

  it('finds ratings that neither their user nor their item explains', async () => {
    // Item i % 20 has the quality i % 5; every 101st rating is turned round.
    const select = `SELECT 'u' || (i % 50) AS "user", 'i' || (i // 50 % 20) AS item,
      CASE WHEN i % 101 = 7 THEN 20 - (i // 50 % 5) ELSE (i // 50 % 5) + (i * 7 % 3) / 10 END AS rating FROM range(5000) t(i)`;
    const { validation } = await validated([{ expect: 'labels', column: 'rating' }], select);
    expect(validation.findings[0]?.outcome).toBe('met');
    expect(validation.potential_mislabels).toMatchObject([{ column: 'rating', count: 50, total: 5000 }]);
    for (const { row } of validation.potential_mislabels[0]!.examples) expect((row! - 1) % 101).toBe(7);
  });

  it('takes no name and no value for SQL', async () => {
    const name = `a"b'; DROP VIEW rows; --`;
    const quoted = name.replaceAll('"', '""');
    const { validation } = await validated(
      [
        { expect: 'values', column: name, values: [`'; DROP VIEW rows; --`] },
        { expect: 'unique', columns: [name] },
        { expect: 'pattern', column: name, pattern: `'` },
      ],
      `SELECT *, 'x' AS "${quoted}" FROM (${PURCHASES})`,
    );
    expect(validation.findings.map(({ count }) => count)).toEqual([1000, 999, 1000]);
  });
});

describe('a reference', () => {
  const SHIFTED = PURCHASES.replace('(i % 100)::DOUBLE', '(50 + i % 100)::DOUBLE');
  const drift: Expectations = [{ expect: 'psi' }, { expect: 'kl' }, { expect: 'ks' }, { expect: 'volume' }];

  it('is not there the first time, which is said', async () => {
    const { validation } = await validated(drift);
    expect(validation.passed).toBe(true);
    expect(validation.findings.map(({ outcome }) => outcome)).toEqual(Array(4).fill('notChecked'));
    expect(validation.findings[0]?.message).toBe('not checked: there is no earlier version of this data set');
  });

  it('is the version before, once that has passed', async () => {
    const { folder } = await validated(drift);
    const { error, validation } = await validated(drift, SHIFTED, folder);
    expect(error?.message).toMatch(/column "price" has drifted from the reference: PSI \d/);
    expect(validation.drift.find(({ column }) => column === 'price')?.ks?.statistic).toBeCloseTo(0.5, 1);
    expect(validation.drift.find(({ column }) => column === 'city')?.psi).toBeCloseTo(0, 9);
    const again = await validated(drift, SHIFTED, folder);
    expect(again.error?.message).toBe(error?.message);
    expect((await validated(drift, PURCHASES, folder)).error).toBeNull();
  });

  it('has texts with a NUL, which are counted as what they are in the version after', async () => {
    const withNul = `SELECT * REPLACE (CASE WHEN number % 2 = 0 THEN 'Ber' || chr(0) || 'lin' ELSE 'Ber' END AS item) FROM (${PURCHASES})`;
    const { folder } = await validated([], withNul);
    const { error, validation } = await validated(
      [
        { expect: 'values', column: 'item', values: ['Ber\0lin', 'Ber'] },
        { expect: 'pattern', column: 'item', pattern: 'Ber(\0lin)?' },
      ],
      `SELECT * REPLACE ('other ' || "user" AS "user") FROM (${withNul})`,
      folder,
    );
    expect(error).toBeNull();
    expect(validation.findings.map(({ outcome }) => outcome)).toEqual(['met', 'met']);
    expect(validation.drift.find(({ column }) => column === 'item')?.psi).toBeCloseTo(0, 9);
  });

  it('stays the one before when the same rows come again', async () => {
    const { folder } = await validated([]);
    const half = `${PURCHASES} WHERE i < 400`;
    const expectations: Expectations = [{ expect: 'volume', severity: 'warning' }];
    const first = await validated(expectations, half, folder);
    const second = await validated(expectations, half, folder);
    expect(first.validation.findings[0]?.message).toMatch(/400 rows, 0.4 times the 1,000 of the reference/);
    expect(second.validation.findings).toEqual(first.validation.findings);
  });

  it('shows what has become of the columns', async () => {
    const { folder } = await validated([]);
    const other = PURCHASES.replace('AS price', 'AS "Price"')
      .replace("'city ' || (i % 3)", "'city ' || (i % 4)")
      .replace('i AS number', 'i::VARCHAR AS number, 1 AS added');
    const { warnings } = await validated([], other, folder);
    expect(warnings.filter((text) => text.startsWith('since the reference'))).toEqual([
      'since the reference: column "price" is gone and "Price" looks like it: was it renamed?',
      'since the reference: column "city" has values that it did not have: "city 3"',
      'since the reference: column "number" was BIGINT and is VARCHAR',
      'since the reference: column "added" is new',
    ]);
    const { error } = await validated(
      [{ expect: 'sameSchema' }],
      `SELECT * EXCLUDE city FROM (${PURCHASES})`,
      folder,
    );
    expect(error?.message).toContain('column "city" is gone');
  });

  it('can be given, and must then be one', async () => {
    const { folder } = await validated([]);
    const profile = await readFile(join(folder, 'data', 'profile.json'), 'utf8');
    const elsewhere = await temporaryFolder();
    await writeFile(join(elsewhere, 'good.json'), profile);
    const given = await validated(drift, SHIFTED, elsewhere, { reference: 'good.json' });
    expect(given.error?.message).toContain('PSI');
    expect(given.validation.reference).toBe('good.json');
    await writeFile(join(elsewhere, 'bad.json'), '{"rows": 5}');
    expect((await validated([], PURCHASES, elsewhere, { reference: 'bad.json' })).error).toMatchObject({
      code: 'bad-reference',
    });
    expect((await validated([], PURCHASES, elsewhere, { reference: 'none.json' })).error).toMatchObject({
      code: 'no-reference',
    });
  });
});

describe('the page', () => {
  it('escapes whatever the data holds', async () => {
    const nasty = `<script>alert("1")</script>`;
    const { folder } = await validated(
      [{ expect: 'values', column: 'city', values: ['&'], severity: 'warning' }],
      PURCHASES.replace("'city ' || (i % 3)", `'${nasty}'`).replace('AS price', `AS "<b>price"`),
    );
    const page = await readFile(join(folder, 'data', 'profile.html'), 'utf8');
    expect(page).not.toMatch(/<script|<b>/);
    expect(page).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
    expect(page).not.toMatch(/src=|href=|url\(/);
  });
});
