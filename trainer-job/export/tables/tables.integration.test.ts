import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSeen } from '@trainyard/recommender/format/seen';
import { readValues } from '@trainyard/recommender/format/values';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { prepared, writeLines } from '../../../test/support/data/prepared.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { useWasm } from '../../../test/support/training/backend.js';
import { literal, withDatabase } from '../../data/database.js';
import { catalogue } from '../../model/catalogue.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { attributeNames } from '@trainyard/shared/spec/outputs/attributeNames';
import { writeTables } from './writeTables.js';

beforeAll(useWasm);

const ROWS = [
  { day: '2026-01-01', user: 7, city: 'Ulm', item: 'a', index: 1.5, kind: 'x' },
  { day: '2026-01-03', user: 7, city: 'Köln', item: 'b', index: 2.5, kind: null },
  { day: '2026-01-02', user: 8, city: null, item: 'a', index: 3, kind: 'y' },
  { day: '2026-01-04', user: 7, city: 'Bonn', item: 'b', index: 2.25, kind: 'x' },
  { day: '2026-01-05', user: 8, city: 'Ulm', item: 'b', index: 9, kind: 'z' },
  { day: '2026-01-06', user: 7, city: 'Ulm', item: 'nobody knows', index: 9, kind: 'z' },
];

async function tables(type: 'retrieval' | 'ranking' = 'retrieval', vocabularies?: Record<string, string[]>) {
  const folder = await temporaryFolder();
  const uri = await writeLines(
    folder,
    'rows.jsonl',
    ROWS.map((row) => JSON.stringify(row)),
  );
  if (vocabularies) await writeFile(join(folder, 'given.json'), JSON.stringify(vocabularies));
  const input: TrainingSpecInput = {
    dataset: {
      source: { uri },
      ...(vocabularies && { vocabularies: 'given.json' }),
      columns: { day: { cast: 'timestamp' } },
      split: {
        strategy: 'strictTemporal',
        column: 'day',
        validationFrom: '2026-01-05T00:00:00Z',
        testFrom: '2026-01-06T00:00:00Z',
      },
    },
    features: {
      query: [
        { column: 'user', transform: 'lookup', id: true },
        { column: 'city', transform: 'lookup' },
      ],
      candidate: [
        { column: 'item', transform: 'lookup', id: true },
        { column: 'index', transform: 'normalize' },
        { column: 'kind', transform: 'lookup', name: 'city' },
      ],
      ...(type === 'ranking' && { target: { column: 'index' } }),
    },
    model: { type, query: { layers: [] }, candidate: { layers: [] } },
  };
  const spec = trainingSpecSchema.parse({
    ...input,
    model: {
      type,
      query: { layers: [{ type: 'dense', units: 4 }] },
      candidate: { layers: [{ type: 'dense', units: 4 }] },
    },
  });
  const { data, encodedFolder, outputs } = await prepared(folder, input);
  const model = new TwoTowerModel(data, spec);
  await writeTables({
    model,
    data,
    transform: await openTransform(readDirectory(encodedFolder)),
    itemVectors: type === 'ranking' ? null : model.embed('candidate', catalogue(data.candidate.entities)),
    withRows: outputs.of('transform').withRows,
    folder,
    between: async () => {},
  });
  const select = (sql: string, file: string) =>
    withDatabase(folder, (database) =>
      database.rows(sql.replace('FILE', `read_parquet(${literal(join(folder, file))})`)),
    );
  return { folder, model, data, select };
}

describe('the tables of a model', () => {
  it('have the ids as the data have them, counts, the attributes of the newest training row, and vectors', async () => {
    const { model, data, select } = await tables();
    expect(await select('SELECT * EXCLUDE vector FROM FILE', 'items.parquet')).toEqual([
      { id: 'a', index: 0, train_count: 2, index_attribute: 3, kind: 'y' },
      { id: 'b', index: 1, train_count: 2, index_attribute: 2.25, kind: 'x' },
    ]);
    const vectors = await select('SELECT index, unnest(vector) AS v FROM FILE', 'items.parquet');
    const expected = model.embed('candidate', catalogue(data.candidate.entities));
    expect(vectors.map(({ v }) => v)).toEqual(Array.from(expected));

    expect(await select('SELECT * EXCLUDE vector FROM FILE', 'users.parquet')).toEqual([
      { id: 7n, index: 0, train_count: 3, seen_count: 2 },
      { id: 8n, index: 1, train_count: 1, seen_count: 2 },
    ]);
    const ofUsers = await select('SELECT index, unnest(vector) AS v FROM FILE', 'users.parquet');
    const { query } = data.splits.train;
    // User 7 was last in Bonn, in the last training row; user 8 in row 1 of the order of time.
    expect(ofUsers.map(({ v }) => v)).toEqual(
      Array.from(model.embed('query', Int32Array.of(query[3]!, query[1]!))),
    );
    expect(await select('SELECT * FROM FILE', 'seen.parquet')).toEqual([
      { user: 7n, item: 'b' },
      { user: 7n, item: 'a' },
      { user: 8n, item: 'b' },
      { user: 8n, item: 'a' },
    ]);
  });

  it('are there for those who read no Parquet, too, with the vocabularies', async () => {
    const { folder, model, data } = await tables();
    const read = readDirectory(folder);
    const seen = await readSeen(read);
    expect(seen).toMatchObject({ users: 2, items: 2, pairs: 4, order: 'time', rowsLeftOut: 1 });
    expect([...seen.of(0)]).toEqual([1, 0]);
    const [items, users] = [await readValues(read, 'items'), await readValues(read, 'users')];
    expect(items.columns).toEqual([
      { name: 'index', type: 'DOUBLE' },
      { name: 'kind', type: 'VARCHAR' },
    ]);
    expect([items.of(0), items.of(1)]).toEqual([
      { index: '3', kind: 'y' },
      { index: '2.25', kind: 'x' },
    ]);
    expect([users.of(0), users.of(1)]).toEqual([{ city: 'Bonn' }, { city: null }]);
    const vectors = await readFile(join(folder, 'user_vectors.f32'));
    const { query } = data.splits.train;
    expect(new Float32Array(vectors.buffer, vectors.byteOffset, vectors.length / 4)).toEqual(
      model.embed('query', Int32Array.of(query[3]!, query[1]!)),
    );
    expect(JSON.parse(await readFile(join(folder, 'vocabularies.json'), 'utf8'))).toEqual({
      user: ['7', '8'],
      'query.city': ['Bonn', 'Köln', 'Ulm'],
      item: ['a', 'b'],
      'candidate.city': ['x', 'y'],
    });
  });

  it('have a vector of each item, and none of a user, that a given vocabulary has and no training row', async () => {
    const { model, data, select } = await tables('retrieval', {
      user: ['9', '7', '8'],
      'query.city': ['Ulm'],
      item: ['never', 'a', 'b'],
      'candidate.city': ['x'],
    });
    expect(await select('SELECT * EXCLUDE vector FROM FILE LIMIT 1', 'items.parquet')).toEqual([
      { id: 'never', index: 0, train_count: 0, index_attribute: null, kind: null },
    ]);
    const vectors = await select('SELECT index, unnest(vector) AS v FROM FILE', 'items.parquet');
    const expected = model.embed('candidate', catalogue(data.candidate.entities));
    expect(vectors.map(({ v }) => v)).toEqual(Array.from(expected));
    expect(await select('SELECT id, train_count, vector IS NULL AS none FROM FILE', 'users.parquet')).toEqual(
      [
        { id: 9n, train_count: 0, none: true },
        { id: 7n, train_count: 3, none: false },
        { id: 8n, train_count: 1, none: false },
      ],
    );
  });

  it('have no vectors where the model has none', async () => {
    const { select } = await tables('ranking');
    for (const file of ['items.parquet', 'users.parquet']) {
      const columns = await select('DESCRIBE SELECT * FROM FILE', file);
      expect(columns.map(({ column_name: name }) => name)).not.toContain('vector');
    }
  });

  it('give attributes that are called as a column of their own another name', () => {
    const own = ['id', 'index', 'vector'];
    expect(attributeNames(own, ['ID', 'name', 'Vector', 'vector_attribute', 'Name'])).toEqual([
      'ID_attribute',
      'name',
      'Vector_attribute',
      'vector_attribute_attribute',
      'Name_attribute',
    ]);
  });
});
