import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetSchema, type TrainingSpecInput } from '@trainyard/shared';
import { writeLines } from '../../../test/support/data/prepared.js';
import { sql, writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { literal } from '../database.js';
import { ingest, ROWS_FILE, type IngestOutcome } from '../ingest/ingest.js';
import { findSource } from '../source/source.js';

type Cleaning = NonNullable<TrainingSpecInput['dataset']['columns']>[string];

async function ingested(
  folder: string,
  input: TrainingSpecInput['dataset'],
): Promise<IngestOutcome & { values: (name: string) => unknown[] }> {
  const dataset = datasetSchema.parse(input);
  const target = await temporaryFolder();
  const outcome = await ingest(dataset, { source: await findSource(dataset, folder), tables: {} }, target);
  const rows = await sql(
    `SELECT COLUMNS(*)::VARCHAR FROM read_parquet(${literal(join(target, ROWS_FILE))}) ORDER BY CAST("row" AS BIGINT)`,
  );
  const internal = (name: string) => outcome.columns.find((column) => column.name === name)?.internal ?? '';
  return { ...outcome, values: (name) => rows.map((row) => row[internal(name)]) };
}

/** A CSV file of a column for each case, cast: `x0`, `x1`, …; all have as many texts as the longest, by repeating their own. */
async function casts(cases: readonly (readonly [texts: readonly string[], cleaning: Cleaning])[]) {
  const folder = await temporaryFolder();
  const rows = Math.max(...cases.map(([texts]) => texts.length));
  const lines = Array.from({ length: rows }, (_, i) =>
    cases.map(([texts]) => `"${(texts[i % texts.length] ?? '').replaceAll('"', '""')}"`).join(','),
  );
  const names = cases.map((_, i) => `x${i}`);
  const uri = await writeLines(folder, 'rows.csv', [
    `${names.join(',')},y`,
    ...lines.map((line) => `${line},1`),
  ]);
  const outcome = await ingested(folder, {
    source: { uri },
    columns: Object.fromEntries(cases.map(([, cleaning], i) => [`x${i}`, cleaning])),
  });
  const problem = (i: number) => outcome.castProblems.find(({ name }) => name === `x${i}`);
  return { ...outcome, names, problem };
}

/** The same of one case. */
async function cast(texts: readonly string[], cleaning: Cleaning) {
  const { values, ...outcome } = await casts([[texts, cleaning]]);
  return { ...outcome, values: values('x0') };
}

const NOON = '2017-07-14 12:30:00';

describe('a cast to a time', () => {
  it('reads ISO 8601, numbers of any unit, and what a format says', async () => {
    const written: [text: string, format: string | string[] | undefined, time: string][] = [
      ['2017-07-14', undefined, '2017-07-14 00:00:00'],
      ['2017/07/14 12:30:00', undefined, NOON],
      ['2017-07-14T12:30', undefined, NOON],
      ['2017-07-14T14:30:00+02:00', undefined, NOON],
      ['2017-07-14 12:30:00Z', undefined, NOON],
      ['2017-07-14 12:30:00,000', undefined, NOON],
      ['1500035400', undefined, NOON],
      ['1500035400.0', undefined, NOON],
      ['1.5000354E+09', undefined, NOON],
      ['1500035400000', undefined, NOON],
      ['1500035400000000', undefined, NOON],
      ['1500035400000000000', undefined, NOON],
      ['14.07.2017 12:30', '%d.%m.%Y %H:%M', NOON],
      ['07/14/2017 12:30 PM', '%m/%d/%Y %I:%M %p', NOON],
      ['7/14/17 12:30', '%m/%d/%y %H:%M', NOON],
      ['14 Jul 2017 12:30:00', '%d %b %Y %H:%M:%S', NOON],
      ['July 14, 2017 12:30', '%B %d, %Y %H:%M', NOON],
      ['20170714', '%Y%m%d', '2017-07-14 00:00:00'],
      ['20170714123000', '%Y%m%d%H%M%S', NOON],
      ['14/Jul/2017:14:30:00 +0200', '%d/%b/%Y:%H:%M:%S %z', NOON],
      ['14.07.2017', ['%Y-%m-%d', '%d.%m.%Y'], '2017-07-14 00:00:00'],
      ['2017-07', '%Y-%m', '2017-07-01 00:00:00'],
      ['July 2017', '%B %Y', '2017-07-01 00:00:00'],
    ];
    const { values, names, castProblems, castFailures } = await casts(
      written.map(([text, format]) => [[text], { cast: 'timestamp', ...(format && { format }) }]),
    );
    expect(names.map((name) => values(name)[0])).toEqual(written.map(([, , time]) => time));
    expect(Object.values(castFailures)).toEqual(names.map(() => 0));
    expect(castProblems).toEqual([]);
  });

  it('that reads nothing says which format to give, without the values', async () => {
    const written: [what: string, texts: string[], remedy: RegExp][] = [
      [
        'slashes',
        ['07/14/2017 05:05', '07/08/2017 17:00'],
        /^set dataset\.columns\["x\d"\]\.format to "%m\/%d\/%Y %H:%M"$/,
      ],
      ['dots', ['14.07.2017', '01.02.2017'], /^set .*format to "%d\.%m\.%Y"$/],
      ['AM and PM', ['7/14/2017 5:05 AM', '7/8/2017 11:00 PM'], /^set .*format to "%m\/%d\/%Y %I:%M %p"$/],
      ['names of months', ['14 Jul 2017', '3 May 2017'], /^set .*format to "%d %b %Y"$/],
      ['long names of months', ['July 14, 2017', 'May 3, 2017'], /^set .*format to "%B %d, %Y"$/],
      ['two digits of a year', ['14.07.17', '03.05.17'], /^set .*format to "%d\.%m\.%y"$/],
      [
        'days that may be months',
        ['07/08/2017', '01/02/2017'],
        /the values alone do not say.*"%d\/%m\/%Y" \(the day first\), or format to "%m\/%d\/%Y" \(the month first\)/,
      ],
      [
        'years of two digits before others',
        ['07/08/17', '05/06/17'],
        /the day first.*the month first.*the year first/,
      ],
      ['months', ['2017-07', '2017-12'], /^set .*format to "%Y-%m"$/],
      ['months before years', ['07/2017', '12/2017'], /^set .*format to "%m\/%Y"$/],
      ['what is no time', ['soon', 'later'], /^set .*format to how the times are written/],
    ];
    const { problem } = await casts(written.map(([, texts]) => [texts, { cast: 'timestamp' }]));
    for (const [i, [what, , remedy]] of written.entries()) {
      const { code, message, remedy: given } = problem(i) ?? {};
      expect(code, `of ${what}`).toBe('cast-failed');
      expect(message, `of ${what}`).toMatch(/failed for all 2 values: they are written like "[9A/., :-]+"/);
      expect(message, `of ${what}`).not.toMatch(/2017|Jul|soon/);
      expect(given, `of ${what}`).toMatch(remedy);
    }
  });

  it('of numbers that are dates says so', async () => {
    const { castProblems } = await cast(['20170714', '20170801'], { cast: 'timestamp' });
    expect(castProblems).toMatchObject([{ code: 'implausible-times' }]);
    expect(castProblems[0]?.message).toMatch(/column "x0" holds numbers from 20170714 to 20170801/);
    expect(castProblems[0]?.remedy).toContain('"format": "%Y%m%d"');
  });

  it('of numbers that are not times in one unit is a problem', async () => {
    const written: [what: string, texts: string[], cleaning: Cleaning, message: RegExp][] = [
      ['two units', ['1500035400', '1500035400000'], {}, /1 look like seconds, 1 look like milliseconds/],
      [
        'a number for a missing time',
        ['1500035400', '0'],
        {},
        /from 0 to 1500035400.*1 look like seconds, 1 like none/,
      ],
      ['a far end', ['1500035400', '253402300799'], {}, /1 like none of s, ms, us and ns/],
      ['days since 1970', ['17361', '17362'], {}, /of 2 values 2 look like none of s, ms, us and ns/],
      ['another unit than is named', ['1500035400', '1500035401'], { unit: 'ms' }, /unit is "ms": 2 of 2/],
    ];
    const { problem } = await casts(
      written.map(([, texts, cleaning]) => [texts, { cast: 'timestamp', ...cleaning }]),
    );
    for (const [i, [what, , , message]] of written.entries()) {
      expect(problem(i)?.code, `of ${what}`).toBe('implausible-times');
      expect(problem(i)?.message, `of ${what}`).toMatch(message);
      expect(problem(i)?.remedy, `of ${what}`).toContain(`dataset.columns["x${i}"].unit`);
    }
  });

  it('of the dates of a spreadsheet is mended by the SQL that the error gives', async () => {
    const folder = await temporaryFolder();
    const dates = ['45244.92593', '45269', '', '45244.5'];
    const uri = await writeLines(folder, 'rows.csv', ['x0,y', ...dates.map((date) => `${date},1`)]);
    const dataset = { source: { uri }, columns: { x0: { cast: 'timestamp' as const } } };
    const [problem] = (await ingested(folder, dataset)).castProblems;
    expect(problem?.code).toBe('implausible-times');
    expect(problem?.message).toMatch(/from 45244\.5 to 45269, .* look like dates of a spreadsheet/);
    const query = /dataset\.sql: (SELECT .* FROM source);/.exec(problem?.remedy ?? '')?.[1] ?? '';
    const mended = await ingested(folder, { ...dataset, sql: query });
    expect(mended.castProblems).toEqual([]);
    // The rows of a query have no order of their own.
    expect(mended.values('x0')).toEqual([
      '2023-11-14 12:00:00',
      '2023-11-14 22:13:20',
      '2023-12-09 00:00:00',
      null,
    ]);
  });

  it('of numbers in several units is mended by the SQL that the error gives', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      'SELECT CASE WHEN i < 2 THEN 1500035400 ELSE 1500035400000 END AS x0 FROM range(4) t(i)',
    );
    const dataset = { source: { uri }, columns: { x0: { cast: 'timestamp' as const } } };
    const { castProblems } = await ingested(folder, dataset);
    const statement = /dataset\.sql: (SELECT .* FROM source);/.exec(castProblems[0]?.remedy ?? '')?.[1] ?? '';
    const mended = await ingested(folder, { ...dataset, sql: statement });
    expect(mended.castProblems).toEqual([]);
    expect([...new Set(mended.values('x0'))]).toEqual(['2017-07-14 12:30:00']);
  });

  it('takes times of before 1980 for what the named unit says', async () => {
    const { values, castProblems } = await cast(['0', '-86400'], { cast: 'timestamp', unit: 's' });
    expect(castProblems).toEqual([]);
    expect(values).toEqual(['1970-01-01 00:00:00', '1969-12-31 00:00:00']);
  });

  it('of a time in a named zone leaves those without one in UTC', async () => {
    const { values } = await cast(['2017-07-14 12:30:00 America/New_York', '2017-07-14 12:30:00'], {
      cast: 'timestamp',
    });
    expect(values).toEqual(['2017-07-14 16:30:00', NOON]);
  });

  it('remembers the unit that it found, of integers of Parquet too', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      'SELECT 1500035400000 + i AS x0 FROM range(3) t(i)',
    );
    const { values, timeUnits } = await ingested(folder, {
      source: { uri },
      columns: { x0: { cast: 'timestamp' } },
    });
    expect(values('x0')[2]).toBe('2017-07-14 12:30:00.002');
    expect(timeUnits).toEqual({ x0: 'ms' });
  });
});

describe('a cast to a number', () => {
  it('reads decimal signs and groups of thousands as it is told to', async () => {
    const written: [text: string, cleaning: Cleaning, number: string][] = [
      ['1.234,50', { cast: 'float64', decimal: ',' }, '1234.5'],
      ['-3,5', { cast: 'float64', decimal: ',' }, '-3.5'],
      ['1 234 567,5', { cast: 'float64', decimal: ',' }, '1234567.5'],
      ['1,234.50', { cast: 'float64', decimal: '.' }, '1234.5'],
      ["1'234", { cast: 'int64', decimal: '.' }, '1234'],
      ['3.5', { cast: 'int64', round: true }, '4'],
      ['1.500000397E+09', { cast: 'int64' }, '1500000397'],
      ['9007199254740993', { cast: 'float64', round: true }, '9007199254740992.0'],
    ];
    const { values, names, castProblems } = await casts(
      written.map(([text, cleaning]) => [[text], cleaning]),
    );
    expect(names.map((name) => values(name)[0])).toEqual(written.map(([, , number]) => number));
    expect(castProblems).toEqual([]);
  });

  it('that reads nothing, or not all, says which setting reads everything', async () => {
    const written: [what: string, texts: string[], to: Cleaning['cast'], remedy: RegExp][] = [
      ['decimal commas', ['3,5', '4', '1.200,75'], 'float64', /^set .*decimal to ","$/],
      ['commas between thousands', ['1,200.5', '3'], 'float64', /^set .*decimal to "\."$/],
      ['commas of which nobody knows', ['1,200', '3,500'], 'int64', /decimal to "," .*or decimal to "\."/],
      ['truth values', ['True', 'False'], 'float64', /^set .*cast to "boolean"$/],
      ['words', ['a', 'b'], 'int64', /name the right column/],
    ];
    const { problem } = await casts(written.map(([, texts, to]) => [texts, { cast: to }]));
    for (const [i, [what, , , remedy]] of written.entries()) {
      expect(problem(i)?.code, `of ${what}`).toBe('cast-failed');
      expect(problem(i)?.remedy, `of ${what}`).toMatch(remedy);
    }
  });

  it('that would change a value is a problem, with count and examples', async () => {
    const { castProblems } = await cast(['3.5', '4.0', '1.5', '3.5'], { cast: 'int64' });
    expect(castProblems).toMatchObject([{ code: 'cast-changes-values' }]);
    expect(castProblems[0]?.message).toMatch(/would change 3 of 4 values, such as (1\.5, 3\.5|3\.5, 1\.5):/);
    expect(castProblems[0]?.remedy).toMatch(/cast to "float64", or .*round to true/);
  });

  it('to whole numbers that 64 bits do not hold is a problem, with count and examples', async () => {
    const { castProblems } = await cast(['1', '1e19', '-9300000000000000000', 'inf'], { cast: 'int64' });
    expect(castProblems).toMatchObject([{ code: 'cast-changes-values' }]);
    expect(castProblems[0]?.message).toMatch(/would change 2 of 4 values, such as .*: .*64 bits/);
    expect(castProblems[0]?.remedy).toMatch(/cast to "float64"/);
  });

  it('that has not so many digits as a whole number is a problem', async () => {
    const { castProblems } = await cast(['9007199254740993', '9007199254740992'], { cast: 'float64' });
    expect(castProblems).toMatchObject([{ code: 'cast-changes-values' }]);
    expect(castProblems[0]?.message).toMatch(/would change 1 of 2 values/);
  });

  it('warns of single values that it could not read, by their form', async () => {
    const { castProblems, castWarnings, castFailures } = await cast(['1', '2', 'n/a'], { cast: 'float64' });
    expect(castProblems).toEqual([]);
    expect(castFailures).toEqual({ x0: 1 });
    expect(castWarnings[0]?.message).toMatch(/failed for 1 of 3 values, which count as null: .*"A\/A"/);
  });
});

describe('a cast to a truth value', () => {
  it('reads what people write for it', async () => {
    const texts = ['yes', 'NO', 'Y', 'n', 't', 'F', 'True', 'false', '1', '0', '1.0', ' yes '];
    const { values, castProblems } = await cast(texts, { cast: 'boolean' });
    expect(castProblems).toEqual([]);
    expect(values).toEqual(texts.map((_, i) => (i % 2 === 0 || i === 11 ? 'true' : 'false')));
  });

  it('of other words says how to derive it', async () => {
    const { castProblems } = await cast(['ja', 'nein'], { cast: 'boolean' });
    expect(castProblems[0]?.remedy).toMatch(/dataset\.derive with "is": "if"/);
  });
});

describe('a part of a time', () => {
  it.each([1, 1e3, 1e6, 1e9])('is derived of numbers, %d to a second', async (perSecond) => {
    const folder = await temporaryFolder();
    const number = `(1500035400 * ${perSecond}::BIGINT)`;
    const uri = await writeParquet(join(folder, 'rows.parquet'), `SELECT ${number} AS at FROM range(2)`);
    const { values } = await ingested(folder, {
      source: { uri },
      derive: [
        { name: 'hour', is: 'hour', column: 'at' },
        { name: 'weekday', is: 'weekday', column: 'at' },
      ],
    });
    expect(values('hour')).toEqual(['12', '12']);
    expect(values('weekday')).toEqual(['5', '5']);
  });

  it('of numbers that are no times is a problem, and of texts that are none a warning', async () => {
    const folder = await temporaryFolder();
    const uri = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT i AS n, 'soon' AS word FROM range(2) t(i)`,
    );
    const hourOf = (column: string) =>
      ingested(folder, { source: { uri }, derive: [{ name: 'hour', is: 'hour', column }] });
    expect((await hourOf('n')).castProblems).toMatchObject([{ source: 'n', code: 'implausible-times' }]);
    const { castWarnings, castProblems } = await hourOf('word');
    expect(castProblems).toEqual([]);
    expect(castWarnings[0]?.message).toMatch(
      /reading column "word" as a time for the derived column "hour" failed for 2 of 2 values/,
    );
  });
});
