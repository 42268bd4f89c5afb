import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import type { TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { purchases, writeParquet } from '../../../test/support/data/purchases.js';
import type { StageReport } from '../../pipeline/stage.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

type Feature = TrainingSpecInput['features']['candidate'][number];

const ROWS = `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item,
  CASE WHEN i % 5 < 2 THEN ['Drama', 'Science Fiction'] ELSE ['Drama'] END AS genres,
  {'city': 'c' || (i % 3)} AS place FROM range(100) t(i)`;

const warningsOf = (reports: readonly StageReport[]): string[] =>
  reports
    .filter(({ stage }) => stage === 'validate')
    .flatMap(({ warnings }) => warnings)
    .map(({ message, remedy }) => `${message}: ${remedy}`);

/** The warnings of a run whose candidate tower has this feature too. */
async function warned(uri: string, feature: Feature, sql?: string): Promise<string[]> {
  const spec = userItemSpec(uri, sql === undefined ? {} : { sql });
  const candidate = [...spec.features.candidate, feature];
  const { reports } = await prepared(await temporaryFolder(), {
    ...spec,
    features: { ...spec.features, candidate },
  });
  return warningsOf(reports);
}

describe('a column of lists', () => {
  it.each<[string, Feature, RegExp]>([
    [
      'looked up',
      { column: 'genres', transform: 'lookup' },
      /"genres" is a list in its file \(VARCHAR\[\]\), .*each of its 2 combinations for one category: .*multi: \{ list: true \}.*dataset\.sql/,
    ],
    [
      'read as words',
      { column: 'genres', transform: 'text' },
      /"genres" is a list .* names of several words too: .*multi: \{ list: true \}/,
    ],
    [
      'of fields, looked up',
      { column: 'place', transform: 'lookup' },
      /"place" is a struct .*3 combinations.*"place"\.name/,
    ],
  ])('is warned of where it is %s', async (_what, feature, says) => {
    const file = await writeParquet(join(await temporaryFolder(), 'rows.parquet'), ROWS);
    expect((await warned(file, feature)).filter((warning) => says.test(warning))).toHaveLength(1);
  });

  it.each<Feature>([
    { column: 'tags', transform: 'lookup' },
    { column: 'tags', transform: 'hash', buckets: 8 },
  ])('that is a map gives the SQL of its first value, not of a key: %j', async (feature) => {
    const rows = `SELECT 'u' || (i % 7) AS "user", 'i' || (i % 5) AS item, MAP {'s': 'v' || (i % 3)} AS tags FROM range(100) t(i)`;
    const file = await writeParquet(join(await temporaryFolder(), 'rows.parquet'), rows);
    const spec = userItemSpec(file);
    const candidate = [...spec.features.candidate, feature];
    const { reports } = await prepared(await temporaryFolder(), {
      ...spec,
      features: { ...spec.features, candidate },
    });
    expect(warningsOf(reports).join()).toContain('map_values("tags")[1]');
    const sql = `SELECT * REPLACE (map_values("tags")[1] AS tags) FROM source`;
    const asked = userItemSpec(file, { sql });
    const { vocabulary } = await prepared(await temporaryFolder(), {
      ...asked,
      features: {
        ...asked.features,
        candidate: [...asked.features.candidate, { column: 'tags', transform: 'lookup' }],
      },
    });
    expect((await vocabulary('candidate', 'tags')).toSorted()).toEqual(['v0', 'v1', 'v2']);
  });

  it.each<[string, Feature]>([
    ['a lookup', { column: 'genres', transform: 'lookup', multi: { list: true } }],
    ['a hash', { column: 'genres', transform: 'hash', buckets: 8, multi: { list: true } }],
  ])('is read value by value by %s with the multi that the warning names', async (_what, feature) => {
    const folder = await temporaryFolder();
    const file = await writeParquet(join(folder, 'rows.parquet'), ROWS);
    expect((await warned(file, { column: 'genres', transform: 'text' })).join()).toContain(
      'multi: { list: true }',
    );
    expect(await warned(file, feature)).toEqual([]);
    const spec = userItemSpec(file);
    const candidate = [...spec.features.candidate, feature];
    const { vocabulary } = await prepared(folder, { ...spec, features: { ...spec.features, candidate } });
    const values = feature.transform === 'lookup' ? ['Drama', 'Science Fiction'] : [];
    expect(await vocabulary('candidate', 'genres')).toEqual(values);
  });

  it('is warned of where multi parts it otherwise', async () => {
    const file = await writeParquet(join(await temporaryFolder(), 'rows.parquet'), ROWS);
    const feature: Feature = { column: 'genres', transform: 'lookup', multi: { delimiter: '|' } };
    expect((await warned(file, feature)).join()).toMatch(
      /parts it at "\|": set multi of the feature to \{ list: true \}/,
    );
  });

  it.each<[string, (i: number) => string, boolean]>([
    ['of texts with | between them', (i) => (i % 5 < 2 ? 'Action|Drama' : `Comedy|Drama|X${i % 5}`), true],
    ['in brackets', (i) => (i % 5 < 2 ? `"['Action', 'Drama']"` : `"['Comedy']"`), true],
    ['that is none', (i) => `(c${i % 5})`, false],
  ])('in a CSV %s', async (_what, value, isWarned) => {
    const lines = purchases.map(({ user, item }, i) => `${user},${item},${value(i)}`);
    const file = await writeLines(await temporaryFolder(), 'rows.csv', ['user,item,genres', ...lines]);
    const warnings = await warned(file, { column: 'genres', transform: 'lookup' });
    expect(warnings.some((warning) => /"genres" is a list written as text/.test(warning))).toBe(isWarned);
  });
});

describe('values that differ by blanks at their ends', () => {
  const lines = [
    'user,item,at',
    ...purchases.map(({ user, item, at }, i) => `${user}${i % 10 === 3 ? ' ' : ''},${item},${at}`),
  ];

  it('are counted in a warning that names the setting, and are one with it', async () => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.csv', lines);
    const { reports, manifest } = await prepared(folder, userItemSpec(file));
    expect(manifest.query.entities).toBeGreaterThan(8);
    expect(warningsOf(reports)).toEqual([
      expect.stringMatching(
        /^7 values of column "user" differ from another by blanks .*100 rows.*dataset\.columns\["user"\]\.trim to true/,
      ),
    ]);
    const mended = await prepared(folder, userItemSpec(file, { columns: { user: { trim: true } } }));
    expect(warningsOf(mended.reports)).toEqual([]);
    expect(mended.manifest.query.entities).toBeLessThan(manifest.query.entities);
    expect(manifest.trimmed).toBeUndefined();
    expect(mended.manifest.trimmed).toEqual(['user']);
    const encode = (await openTransform(readDirectory(mended.encodedFolder))).encoder('query');
    expect(encode({ user: ' u1\u00a0' })).toEqual(encode({ user: 'u1' }));
    expect(encode({ user: 'u1' })).not.toEqual(encode({ user: 'nobody' }));
  });
});

describe('values with a NUL character', () => {
  const lines = [
    'user,item,at',
    ...purchases.map(({ user, item, at }, i) => `${user},${item}${i === 3 ? '\0' : ''},${at}`),
  ];

  it('are counted in a warning whose SQL makes them those without it', async () => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.csv', lines);
    const { reports, manifest } = await prepared(folder, userItemSpec(file));
    const [warning = '', ...others] = warningsOf(reports);
    expect(others).toEqual([]);
    expect(warning).toMatch(/^1 value of column "item" in 1 row holds a NUL character/);
    const sql = /dataset\.sql to "(SELECT .* FROM source)"/.exec(warning)?.[1] ?? '';
    const mended = await prepared(folder, userItemSpec(file, { sql }));
    expect(warningsOf(mended.reports)).toEqual([]);
    expect(mended.manifest.candidate.entities).toBe(manifest.candidate.entities - 1);
  });
});

describe('the header of a CSV as a row', () => {
  const rows = purchases.map(({ user, item, at }) => `${user},${item},${at}`);
  const header = 'user,item,at';

  it.each<[string, Partial<TrainingSpecInput['dataset']>]>([
    ['as it is', {}],
    ['with a cast', { columns: { at: { cast: 'int64' } } }],
    [
      'under other names',
      { rename: { customer: 'user', at2: 'at' }, where: [{ column: 'customer', is: 'notNull' }] },
    ],
    ['through SQL', { sql: 'SELECT "user", item FROM source' }],
  ])('is refused with counts and the condition that drops it: %s', async (_what, dataset) => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.csv', [header, ...rows, header, ...rows, ` user, item,at`]);
    const id = dataset.rename ? 'customer' : 'user';
    const spec = userItemSpec(file, dataset);
    const query = [{ column: id, transform: 'lookup' as const, id: true }];
    const refusal = expect.objectContaining({
      code: 'repeated-header',
      message: expect.stringMatching(/^2 rows hold the names of the columns \("user", "item"/) as string,
    }) as Error;
    await expect(prepared(folder, { ...spec, features: { ...spec.features, query } })).rejects.toEqual(
      refusal,
    );
  });

  it.each([
    ['as the first line has it', header],
    ['in other letter case', 'User,ITEM,At'],
    ['with blanks', 'user , item, at'],
  ])('goes by the condition that the error gives: %s', async (_what, repeated) => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.csv', [header, ...rows, repeated]);
    const error: unknown = await prepared(folder, userItemSpec(file)).catch((reason: unknown) => reason);
    const remedy = error instanceof Error && 'remedy' in error ? String(error.remedy) : '';
    const condition = JSON.parse(/\{.*\}/.exec(remedy)?.[0] ?? '{}') as {
      column: 'user';
      is: 'notEqual';
      value: string;
    };
    const { reports } = await prepared(folder, userItemSpec(file, { where: [condition] }));
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 101, rowsKept: 100 });
  });

  it('is what the file has where the specification says that it has none', async () => {
    const folder = await temporaryFolder();
    const file = await writeLines(folder, 'rows.csv', [header, ...rows]);
    const csv = { header: false, columns: ['user', 'item', 'at'] };
    await expect(prepared(folder, userItemSpec(file, { source: { uri: file, csv } }))).rejects.toMatchObject({
      code: 'repeated-header',
      remedy: expect.stringContaining('dataset.source.csv.header to true') as string,
    });
  });
});

describe('a list where a number is needed', () => {
  it('is refused with how one is chosen, and no cast, which could not read it', async () => {
    const file = await writeParquet(join(await temporaryFolder(), 'rows.parquet'), ROWS);
    const refused = warned(file, { column: 'genres', transform: 'normalize' });
    await expect(refused).rejects.toMatchObject({
      code: 'not-a-number',
      message: 'column "genres" holds several values a row (VARCHAR[]) where one number is needed',
      remedy: expect.stringContaining('"genres"[1]') as string,
    });
  });
});
