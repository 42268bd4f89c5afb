/** Vocabularies that are given instead of made of the training rows. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { offline, prepared, writeLines } from '../../../test/support/data/prepared.js';
import { StorageStandIn } from '../../../test/support/standIns/storageStandIn.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { useWasm } from '../../../test/support/training/backend.js';
import { writeVocabularies } from '../../export/tables/writeVocabularies.js';
import { catalogue } from '../../model/catalogue.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';

beforeAll(useWasm);

const ROWS = Array.from({ length: 60 }, (_, i) => ({
  user: i % 7,
  city: ['Ulm', 'Köln', null, 'Bonn'][i % 4],
  title: ['Red shoe', 'blue SHOE', 'чай', ''][i % 4],
  item: `i${i % 5}`,
  kind: ['x', 'y'][i % 2],
  price: i,
}));

const FEATURES: TrainingSpecInput['features'] = {
  query: [
    { column: 'user', transform: 'lookup', id: true },
    { column: 'city', transform: 'lookup', oovBuckets: 3 },
    { column: 'title', transform: 'text', bigramBuckets: 8 },
  ],
  candidate: [
    { column: 'item', transform: 'lookup', id: true },
    { column: 'kind', transform: 'lookup', name: 'city', minCount: 2 },
    { column: 'price', transform: 'normalize' },
  ],
};

async function world() {
  const folder = await temporaryFolder();
  const uri = await writeLines(
    folder,
    'rows.jsonl',
    ROWS.map((row) => JSON.stringify(row)),
  );
  const run = (vocabularies?: string, context = {}) =>
    prepared(
      folder,
      { dataset: { source: { uri }, ...(vocabularies && { vocabularies }) }, features: FEATURES },
      context,
    );
  const path = join(folder, 'vocabularies.json');
  const write = async (content: unknown) => {
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return 'vocabularies.json';
  };
  return { folder, path, run, write };
}

type Lists = Record<string, string[]>;

/** What a run writes of its vocabularies. */
async function written(folder: string, encodedFolder: string): Promise<{ text: string; lists: Lists }> {
  const path = join(folder, 'written.json');
  await writeVocabularies(path, await openTransform(readDirectory(encodedFolder)));
  const text = await readFile(path, 'utf8');
  return { text, lists: JSON.parse(text) as Lists };
}

const indicesOf = ({ data }: Awaited<ReturnType<typeof prepared>>) =>
  [data.splits.train, data.splits.validation, data.splits.test].map(({ query, item }) => [
    Array.from(query, (entity) => Array.from(data.query.rows(Int32Array.of(entity)).indices)),
    [...item],
    Array.from(item, (entity) => Array.from(data.candidate.rows(Int32Array.of(entity)).indices)),
  ]);

describe('vocabularies that are given', () => {
  it('are what a run wrote: the same rows of every embedding come again, from a file here or in a bucket', async () => {
    const { folder, run, write } = await world();
    const first = await run();
    const { text } = await written(folder, first.encodedFolder);
    const name = await write(text);
    const second = await run(name);
    expect(second.encodedDigest).not.toBe(first.encodedDigest);
    expect(indicesOf(second)).toEqual(indicesOf(first));
    expect((await written(folder, second.encodedFolder)).text).toBe(text);
    const fileUrl = pathToFileURL(join(folder, name)).href;
    expect((await run(fileUrl)).encodedDigest).toBe(second.encodedDigest);
    const [, , transformed] = second.reports;
    expect(transformed?.inputs?.map((input) => input.name)).toEqual(['rows', 'vocabularies']);

    const storage = new StorageStandIn();
    await storage.start();
    onTestFinished(() => storage.stop());
    storage.put('shop', 'v/vocabularies.json', text);
    storage.put('shop', 'v/vocabularies.json.old', '{}');
    const cloud = { ...offline, storageEndpoint: storage.endpoint };
    const remote = await run('gs://shop/v/vocabularies.json', { cloud });
    expect(remote.encodedDigest).toBe(second.encodedDigest);
    await expect(run('gs://shop/v/other.json', { cloud })).rejects.toMatchObject({ code: 'no-vocabularies' });
  });

  it('fix the rows in their order; what they lack is unknown, counted and said, and an item without rows has a vector', async () => {
    const { folder, run, write } = await world();
    const { lists } = await written(folder, (await run()).encodedFolder);
    const { item = [], user = [], title = [] } = lists;
    const changed = {
      ...lists,
      item: ['never sold', ...item.toReversed()],
      user: user.filter((value) => value !== '3'),
      title: title.filter((word) => word !== 'чай'),
    };
    const result = await run(await write(changed));
    expect((await written(folder, result.encodedFolder)).lists).toEqual(changed);
    const { data } = result;
    const places = ROWS.filter((row) => row.user === 3).length;
    const unknown = [data.splits.train, data.splits.validation, data.splits.test]
      .flatMap(({ query }) => [...query])
      .filter((entity) => data.query.rows(Int32Array.of(entity)).indices[0] === 0);
    expect(unknown).toHaveLength(places);
    expect(result.warnings).toContainEqual(
      expect.stringMatching(
        /^the query feature "user" has 1 value, in \d of \d+ training rows.*, that the vocabulary of vocabularies\.json lacks/,
      ),
    );
    expect(result.warnings.filter((text) => text.includes('lacks'))).toHaveLength(2);
    expect(result.reports[2]?.counts).toMatchObject({ unknownValues: 2, items: 6 });

    const spec = trainingSpecSchema.parse({ dataset: { source: { uri: 'x.csv' } }, features: FEATURES });
    const vectors = new TwoTowerModel(data, spec).embed('candidate', catalogue(data.candidate.entities));
    expect(vectors.every(Number.isFinite)).toBe(true);
    expect([...(await run('vocabularies.json')).warnings]).toEqual(result.warnings);
  });

  it('are those of the tower that stands before the name, where the towers differ', async () => {
    const { folder, run, write } = await world();
    const { lists } = await written(folder, (await run()).encodedFolder);
    expect(Object.keys(lists).toSorted()).toEqual(['candidate.city', 'item', 'query.city', 'title', 'user']);
    const { 'query.city': _city, 'candidate.city': _kind, ...others } = lists;
    const both = { ...others, city: ['x', 'Ulm', 'y', 'Köln', 'Bonn'] };
    const result = await run(await write(both));
    expect([await result.vocabulary('query', 'city'), await result.vocabulary('candidate', 'city')]).toEqual([
      both.city,
      both.city,
    ]);
    expect((await written(folder, result.encodedFolder)).lists).toEqual(both);
  });
});

const GOOD: Lists = {
  user: ['1', '2'],
  'query.city': ['Ulm'],
  title: ['shoe'],
  item: ['i1', 'i2'],
  'candidate.city': ['x'],
};
const { item: _item, ...WITHOUT_ITEM } = GOOD;

describe('vocabularies that do not fit', () => {
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{"user": [', /^vocabularies\.json is not JSON/],
    ['no object', '[]', /^vocabularies\.json is a list/],
    ['a list twice', '{"user": ["1"], "item": ["user"], "user": ["2"]}', /has two lists of the name "user"/],
    ['no list', { ...GOOD, item: 'i1' }, /^"item" of vocabularies\.json is a text$/],
    ['an object for a list', { ...GOOD, item: { i1: 0 } }, /^"item" of vocabularies\.json is an object/],
    ['numbers', { ...GOOD, user: ['1', 2] }, /^value 1 of "user" of vocabularies\.json is a number$/],
    ['null', { ...GOOD, user: [null] }, /^value 0 of "user" of vocabularies\.json is null/],
    [
      'a value twice',
      { ...GOOD, item: ['a', 'b', 'a'] },
      /^values 0 and 2 of "item" .* are equal: both are "a"/,
    ],
    ['half a character', { ...GOOD, item: ['a', '\ud800'] }, /^value 1 of "item" .* is no Unicode text/],
    [
      'a feature that is lacking',
      WITHOUT_ITEM,
      /no vocabulary of "item", a lookup feature of the candidate tower; it has "user"/,
    ],
    ['one tower of two', { ...GOOD, 'candidate.city': undefined }, /no vocabulary of "city", .*candidate/],
    ['no feature', { ...GOOD, brand: [] }, /"brand", and no feature is called so; those .* "user", "city"/],
    ['no lookup', { ...GOOD, price: ['1'] }, /"price", which is a normalize feature/],
    ['a list that nobody takes', { ...GOOD, city: ['x'] }, /"city" that nobody takes/],
    ['no word', { ...GOOD, title: ['Red shoe'] }, /^value 0 of "title" .* is no word/],
    ['an empty id', { ...GOOD, item: [] }, /^"item" of vocabularies\.json is empty/],
  ])('are refused before any row is read: %s', async (_what, content, message) => {
    const { run, write } = await world();
    const failed = run(await write(content));
    await expect(failed).rejects.toMatchObject({
      code: 'bad-vocabularies',
      retriable: false,
      context: { stage: 'ingest' },
    });
    await expect(failed).rejects.toThrow(message);
  });

  it('are refused where there is no file', async () => {
    const { folder, run } = await world();
    await expect(run('none.json')).rejects.toMatchObject({
      code: 'no-vocabularies',
      context: { stage: 'ingest' },
    });
    await mkdir(join(folder, 'model'));
    await expect(run('model')).rejects.toThrow('model is a folder');
    await writeFile(join(folder, 'latin.json'), Buffer.from([0x7b, 0xe9, 0x7d]));
    await expect(run('latin.json')).rejects.toThrow('latin.json is not UTF-8');
  });
});
