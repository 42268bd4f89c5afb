/** Times that are numbers mean the same in every unit and wherever they are read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PER_SECOND, TIME_UNITS, type TimeUnit, type TrainingSpecInput } from '@trainyard/shared';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { prepared } from '../../../test/support/data/prepared.js';
import { writeParquet } from '../../../test/support/data/purchases.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { profileSchema } from '@trainyard/shared/profile/profile';

/** An hour and 77 seconds from row to row, from July 2017 on. */
const ROWS = 600;
const START = 1_500_000_000;
const STEP = 3677;
const secondsSql = `(${START} + i * ${STEP})`;

const FEATURES: TrainingSpecInput['features'] = {
  query: [
    { column: 'user', transform: 'lookup', id: true },
    { column: 'at', transform: 'cyclical' },
    { column: 'hour', transform: 'lookup' },
  ],
  candidate: [{ column: 'item', transform: 'lookup', id: true }],
  sampleWeight: { column: 'at', halfLifeDays: 5 },
};

/** Prepares rows whose column `at` is what `at` says; `dataset` replaces parts of the data set. */
async function run(at: string, dataset: Partial<TrainingSpecInput['dataset']> = {}, features = FEATURES) {
  const folder = await temporaryFolder();
  const uri = await writeParquet(
    join(folder, 'rows.parquet'),
    `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, ${at} AS at FROM range(${ROWS}) t(i)`,
  );
  const logged: string[] = [];
  const made = await prepared(
    folder,
    {
      dataset: {
        source: { uri },
        derive: [{ name: 'hour', is: 'hour', column: 'at' }],
        split: { strategy: 'timeHoldout', column: 'at', validationDays: 3, testDays: 3 },
        expectations: [
          {
            expect: 'freshness',
            column: 'at',
            maxAgeHours: 2,
            at: new Date((START + ROWS * STEP) * 1000).toISOString(),
          },
        ],
        ...dataset,
      },
      features,
    },
    { log: (_level, message) => logged.push(message) },
  );
  const { query } = made.data;
  const entities = Array.from(made.data.splits.train.query, (entity) => query.rows(Int32Array.of(entity)));
  const weights = await readFile(join(made.encodedFolder, 'train.weight.f32'));
  const profile = profileSchema.parse(JSON.parse(await readFile(join(folder, 'data/profile.json'), 'utf8')));
  const { encoder } = await openTransform(readDirectory(made.encodedFolder));
  return {
    ...made,
    logged,
    entities,
    weights,
    encoder,
    of: profile.columns.find(({ name }) => name === 'at'),
  };
}

const asText = (unit: TimeUnit) => `CAST(${secondsSql} * ${PER_SECOND[unit]}::BIGINT AS VARCHAR)`;

describe('times that are numbers', () => {
  const forms: [string, TimeUnit, string, Partial<TrainingSpecInput['dataset']>][] = TIME_UNITS.flatMap(
    (unit) => [
      [`integers of ${unit}`, unit, `${secondsSql} * ${PER_SECOND[unit]}::BIGINT`, {}],
      [`texts of ${unit} that are cast`, unit, asText(unit), { columns: { at: { cast: 'timestamp' } } }],
    ],
  );

  it('split, weigh, turn and derive as the times that they are, in every unit, and a request gives them as the data does', async () => {
    const expected = await run(`make_timestamp(${secondsSql} * 1000000)`);
    expect(expected.of?.timeUnit).toBeUndefined();
    expect(expected.manifest.rows.test).toBe(Math.floor((3 * 86_400) / STEP) + 1);
    for (const [what, unit, at, dataset] of forms) {
      const found = await run(at, dataset);
      expect(found.manifest.rows, `of ${what}`).toEqual(expected.manifest.rows);
      expect(found.entities, `of ${what}`).toEqual(expected.entities);
      expect(found.weights.equals(expected.weights), `of ${what}`).toBe(true);
      expect(found.of, `of ${what}`).toMatchObject({ timeUnit: unit, kind: 'time' });
      expect(found.logged.join(), `of ${what}`).toMatch(
        /column "at" has times as \w+ since 1970, by the range of its values/,
      );
      const served = (value: number | string) =>
        found.encoder('query')({ user: 'u0', hour: 3, at: value }).numbers;
      expect(served(START * PER_SECOND[unit]), `of ${what}`).toEqual(served('2017-07-14T02:40:00Z'));
      expect(found.entities[0]?.numbers, `of ${what}`).toEqual(served(START * PER_SECOND[unit]));
    }
  });

  it.each<[string, string, Partial<TrainingSpecInput['dataset']>, RegExp]>([
    [
      'of two units',
      `${secondsSql} * (CASE WHEN i % 2 = 0 THEN 1 ELSE 1000 END)`,
      {},
      /300 look like seconds, 300 look like milliseconds/,
    ],
    [
      'in years that nobody means',
      `${secondsSql} * 100`,
      {},
      /of 600 values 600 look like none of s, ms, us and ns/,
    ],
    [
      'in another unit than is named',
      `${secondsSql} * 1000`,
      { columns: { at: { unit: 's' } } },
      /unit is "s": 600 of 600/,
    ],
    [
      'that are times with a far one',
      `CASE WHEN i = 7 THEN TIMESTAMP '9999-12-31' ELSE make_timestamp(${secondsSql} * 1000000) END`,
      {},
      /to 9999-12-31 00:00:00: 1 of them are not in the years 1900 to 2099/,
    ],
  ])('%s end the run with column, range and setting', async (_what, at, dataset, message) => {
    await expect(
      run(
        at,
        { derive: [{ name: 'hour', is: 'round', column: 'at' }], expectations: [], ...dataset },
        {
          ...FEATURES,
          query: FEATURES.query.slice(0, 1),
        },
      ),
    ).rejects.toThrow(message);
  });

  it('that are no times may order a split, and turn in periods of their own', async () => {
    const { manifest } = await run(
      'i',
      { derive: [], expectations: [], split: { strategy: 'time', column: 'at' } },
      {
        query: [
          { column: 'user', transform: 'lookup', id: true },
          { column: 'at', transform: 'cyclical', periods: [360] },
        ],
        candidate: FEATURES.candidate,
        sampleWeight: { column: 'at' },
      },
    );
    expect(manifest.rows).toEqual({ train: 480, validation: 90, test: 30 });
  });
});
