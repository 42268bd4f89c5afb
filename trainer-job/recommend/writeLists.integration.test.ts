import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModelDirectory } from '@trainyard/recommender/node';
import { sourceSchema } from '@trainyard/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { offline } from '../../test/support/data/prepared.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { useWasm } from '../../test/support/training/backend.js';
import { exportedModel } from '../../test/support/training/exportedModel.js';
import { literal, withDatabase } from '../data/database.js';
import { openSource } from '../data/source/openSource.js';
import { saveSeen } from '../export/tables/saveSeen.js';
import { StopSignal } from '../stopSignal.js';
import type { BatchProgress, BatchRequest } from './batchRequest.js';
import { writeLists } from './writeLists.js';

beforeAll(useWasm);

const USERS = Array.from({ length: 9 }, (_, i) => ({ user: `u${i}`, city: i % 2 === 0 ? 'Graz' : 'Linz' }));
const ITEMS = Array.from({ length: 30 }, (_, i) => ({ item: `i${i}` }));

async function modelOf(type: 'retrieval' | 'ranking' = 'retrieval') {
  const { directory } = await exportedModel(
    {
      features: {
        query: [
          { column: 'user', transform: 'lookup', id: true, dim: 6 },
          { column: 'city', transform: 'lookup', dim: 2 },
        ],
        candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 8 }],
        ...(type === 'ranking' && { target: { column: 'stars' } }),
      },
      model: { type, query: { layers: [] }, candidate: { layers: [] } },
    },
    USERS,
    ITEMS,
  );
  return { folder: directory, model: await openModelDirectory(directory) };
}

function requestOf(folder: string, out: string, given: Partial<BatchRequest> = {}): BatchRequest {
  return {
    folder,
    lists: 'recommendations',
    k: 3,
    exclude: 'nothing',
    queries: null,
    where: [],
    whereName: '--where',
    out,
    unfinished: `${out}.unfinished`,
    workers: 1,
    onProgress: () => {},
    onNote: () => {},
    between: async () => {},
    ...given,
  };
}

/** Many queries, of which each tenth is by nobody who is known. */
async function manyQueries(folder: string, count: number) {
  const queries = Array.from({ length: count }, (_, i) => ({
    user: i % 10 === 9 ? null : `u${i % 9}`,
    city: i % 3 === 0 ? 'Graz' : 'Linz',
    aside: i,
  }));
  const uri = join(folder, 'queries.jsonl');
  await writeFile(uri, queries.map((query) => `${JSON.stringify(query)}\n`).join(''));
  return { queries, source: await sourceOf(uri, folder) };
}

async function sourceOf(uri: string, folder: string) {
  const stop = new StopSignal();
  return openSource(sourceSchema.parse({ uri }), {
    baseDirectory: folder,
    cacheRoot: folder,
    cloud: offline,
    runId: 'test',
    signal: stop.signal,
    beforeEnd: stop.beforeEnd,
    log: () => {},
  });
}

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);

describe('lists for many', () => {
  it.each(['retrieval', 'ranking'] as const)(
    'are what the model recommends to each query of a file, in its order (%s)',
    async (type) => {
      const { folder, model } = await modelOf(type);
      const work = await temporaryFolder();
      const { queries, source } = await manyQueries(work, 40);
      const out = join(work, 'lists.jsonl');
      const notes: string[] = [];
      const onNote = (note: string) => notes.push(note);
      const result = await writeLists(requestOf(folder, out, { queries: source, onNote }));
      expect(result).toMatchObject({ queries: 40, rows: 120, kept: 0, version: 'test#1' });
      expect(notes).toEqual([
        'the query tower does not read aside: left aside',
        '4 of 40 queries have no user: they have the list of somebody who is new',
      ]);
      const expected = queries.flatMap(({ user, city }, n) =>
        model.recommend({ user, city }, { k: 3 }).map(({ item, score }, i) => ({
          query: n + 1,
          user,
          rank: i + 1,
          item,
          score,
          model_version: 'test#1',
        })),
      );
      expect(await linesOf(out)).toEqual(expected);
      await expect(stat(`${out}.unfinished`)).rejects.toThrow('ENOENT');
    },
  );

  it('say how many values cannot be read, and which queries are refused, of which all others have their lists', async () => {
    const { directory: folder } = await exportedModel(
      {
        features: {
          query: [
            { column: 'user', transform: 'lookup', id: true, dim: 6 },
            { column: 'age', transform: 'normalize' },
            { column: 'at', transform: 'cyclical', periods: ['hour-of-day'] },
            { column: 'member', transform: 'boolean' },
          ],
          candidate: [{ column: 'item', transform: 'lookup', id: true, dim: 8 }],
        },
        model: {
          query: { layers: [{ type: 'dense', units: 8 }] },
          candidate: { layers: [] },
        },
      },
      USERS.map(({ user }, i) => ({ user, age: 20 + i, at: 1.7e9 + i * 3600, member: i % 2 === 0 })),
      ITEMS,
    );
    const model = await openModelDirectory(folder);
    const work = await temporaryFolder();
    const { source } = await manyQueries(work, 1);
    const rows = [
      { user: 'u1', age: 'abc', at: '2024-01-01T10:00:00Z', member: 'no' },
      { user: 'u2', age: '30', at: 'notatime', member: 'perhaps' },
      { user: 'u3', age: '1e300', at: null, member: 'yes' },
      { user: 'u4', age: ' ', at: '1700000000', member: 'false' },
      { user: 'u5', age: '1e999', at: '1700000000000', member: null },
      { user: 'u6', age: '31', at: '1700000000', member: '0' },
    ];
    const file = join(work, 'queries.jsonl');
    const put = (queries: readonly object[]) =>
      writeFile(file, queries.map((query) => `${JSON.stringify(query)}\n`).join(''));
    await put(rows);
    const out = join(work, 'lists.jsonl');
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const asked = requestOf(folder, out, { queries: source, k: 2, onNote });
    expect(await writeLists(asked)).toMatchObject({ queries: 6, rows: 8 });
    expect(notes).toEqual([
      '2 of 6 values of age cannot be read as what the column has, and count as missing ones, such as "abc" of query 1, "1e999" of query 5',
      '1 of 5 values of at cannot be read as what the column has, and count as missing ones, such as "notatime" of query 2',
      '1 of 5 values of member cannot be read as what the column has, and count as missing ones, such as "perhaps" of query 2',
      expect.stringMatching(
        /^2 of 6 queries are refused and have no list: query 3: the values of the query tower .* query 5: column "at" has times in seconds since 1970/,
      ),
    ]);
    const listed = rows.flatMap((query, i) => ([2, 4].includes(i) ? [] : [{ query, n: i + 1 }]));
    expect(await linesOf(out)).toMatchObject(
      listed.flatMap(({ query, n }) =>
        model.recommend(query, { k: 2 }).map(({ item, score }) => ({ query: n, item, score })),
      ),
    );
    await put([rows[2]!, rows[4]!]);
    await expect(writeLists(asked)).rejects.toThrow(/^2 of 2 queries are refused and have no list: query 1/);
  });

  it('say how many queries are of users whom the model does not know, or of nobody, and that a file has none', async () => {
    const { folder } = await modelOf();
    const work = await temporaryFolder();
    const notesOf = async (name: string, text: string) => {
      await writeFile(join(work, name), text);
      const notes: string[] = [];
      const request = requestOf(folder, join(work, 'lists.jsonl'), {
        queries: await sourceOf(join(work, name), work),
        onNote: (note) => notes.push(note),
      });
      const { queries, rows } = await writeLists(request);
      return { queries, rows, notes };
    };
    expect(await notesOf('users.csv', 'user,city\nu1,Graz\n99,Graz\n,Linz\nu2,Linz\nabc,\n')).toEqual({
      queries: 5,
      rows: 15,
      notes: [
        '2 of 5 queries have a user that the model does not know, such as "99" of query 2, "abc" of query 5; 1 of 5 queries have no user: they have the list of somebody who is new',
      ],
    });
    expect(await notesOf('header.csv', 'user,city\n')).toEqual({
      queries: 0,
      rows: 0,
      notes: ['the queries have columns and no row: there is no list to make'],
    });
    const alike = '{"user":"u1","city":"Graz","User":"u2"}\n';
    expect(await notesOf('alike.jsonl', alike)).toMatchObject({
      notes: [
        'the query tower does not read "User" (another key differs from it in letter case alone: it is User_1 here): left aside',
      ],
    });
  });

  it('are of all users that the model knows where no file is given, as Parquet', async () => {
    const { folder, model } = await modelOf();
    const work = await temporaryFolder();
    const out = join(work, 'lists [all].parquet');
    await writeLists(requestOf(folder, out, { k: 1 }));
    const read = literal(out.replaceAll('[', '[[]'));
    const rows = await withDatabase(work, (database) =>
      database.rows(`SELECT "user", rank, item FROM read_parquet(${read})`),
    );
    expect(rows).toEqual(
      USERS.map(({ user }) => ({ user, rank: 1, item: model.recommend({ user }, { k: 1 })[0]?.item })),
    );
  });

  it('go on from the blocks that are done, and begin anew where another list is asked for', async () => {
    const { folder } = await modelOf();
    const work = await temporaryFolder();
    const { source } = await manyQueries(work, 2500);
    const out = join(work, 'lists.jsonl');
    const given = { queries: source, k: 2 };
    const stopping = async () => {
      throw new Error('stopped');
    };
    await expect(writeLists(requestOf(folder, out, { ...given, between: stopping }))).rejects.toThrow(
      'stopped',
    );
    await expect(stat(out)).rejects.toThrow('ENOENT');
    const told: BatchProgress[] = [];
    const onProgress = (progress: BatchProgress) => told.push(progress);
    const whole = await writeLists(requestOf(folder, out, { ...given, onProgress }));
    expect(whole).toMatchObject({ queries: 2500, rows: 5000, kept: 1024 });
    expect(told.map(({ done }) => done)).toEqual([1024, 2048, 2500]);
    const resumed = await readFile(out, 'utf8');
    expect(await writeLists(requestOf(folder, out, given))).toMatchObject({ kept: 0 });
    expect(await readFile(out, 'utf8')).toBe(resumed);

    await expect(writeLists(requestOf(folder, out, { ...given, between: stopping }))).rejects.toThrow(
      'stopped',
    );
    expect(await writeLists(requestOf(folder, out, { ...given, k: 1 }))).toMatchObject({
      kept: 0,
      rows: 2500,
    });
  });

  it('are the same from several threads', async () => {
    const { folder } = await modelOf();
    const work = await temporaryFolder();
    const { source } = await manyQueries(work, 3000);
    const [one, two] = [join(work, 'one.jsonl'), join(work, 'two.jsonl')];
    await writeLists(requestOf(folder, one, { queries: source }));
    await writeLists(requestOf(folder, two, { queries: source, workers: 2, threadsFrom: 0 }));
    expect(await readFile(two, 'utf8')).toBe(await readFile(one, 'utf8'));
  });

  it('of similar items have the largest cosine first, and never the item itself', async () => {
    const { folder, model } = await modelOf();
    const out = join(await temporaryFolder(), 'similar.jsonl');
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const asked = requestOf(folder, out, { lists: 'similarItems', k: 29, onNote });
    expect(await writeLists(asked)).toMatchObject({ rows: 30 * 29, short: 0 });
    expect(notes).toEqual([]);
    const lines = await linesOf(out);
    const vectors = new Map(ITEMS.map(({ item }) => [item, model.embedCandidate({ item })]));
    const cosine = (a: Float32Array, b: Float32Array) => {
      const product = (x: Float32Array, y: Float32Array) =>
        x.reduce((sum, value, c) => sum + value * y[c]!, 0);
      return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
    };
    expect(lines).toHaveLength(30 * 29);
    for (const { item, similar_item: other, score, rank } of lines) {
      expect(score).toBeCloseTo(cosine(vectors.get(String(item))!, vectors.get(String(other))!), 5);
      expect(other === item).toBe(false);
      if (rank === 1) continue;
    }
    const scores = lines.filter(({ item }) => item === 'i7').map(({ score }) => Number(score));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  });

  it('leave out what each user has, and whatever does not meet the conditions', async () => {
    const { folder } = await modelOf();
    // The manifest is of the files as they were.
    await rm(join(folder, 'manifest.json'));
    const ends = Uint32Array.from({ length: USERS.length + 1 }, (_, user) => 2 * user);
    const list = Uint32Array.from({ length: 2 * USERS.length }, (_, i) => (i * 7) % ITEMS.length);
    await saveSeen(
      folder,
      { users: USERS.length, items: ITEMS.length, pairs: list.length, rowsLeftOut: 0, ends, list },
      'data',
    );
    const model = await openModelDirectory(folder);
    const out = join(await temporaryFolder(), 'lists.jsonl');
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    await writeLists(requestOf(folder, out, { exclude: 'seen', k: 100, onNote }));
    expect(notes.splice(0)).toEqual([
      expect.stringMatching(/does not say the city of its users/),
      '9 of 9 lists have fewer than 100 items (28): the model has 30 items, and what a user has is left out',
    ]);
    const lines = await linesOf(out);
    expect(lines).toHaveLength(USERS.length * (ITEMS.length - 2));
    for (const user of model.users) {
      const listed = lines.filter((line) => line['user'] === user).map(({ item }) => item);
      const seen = model.seenBy({ user });
      expect(seen).toHaveLength(2);
      expect(new Set([...listed, ...seen]).size).toBe(ITEMS.length);
    }
    const where = [{ column: 'id', is: 'in' as const, values: ['i3', 'i8', 'i21'] }];
    await writeLists(requestOf(folder, out, { k: 3, where }));
    expect(new Set((await linesOf(out)).map(({ item }) => item))).toEqual(new Set(['i3', 'i8', 'i21']));
    const similar = requestOf(folder, out, { lists: 'similarItems', k: 3, where, onNote });
    expect(await writeLists(similar)).toMatchObject({ queries: 30, rows: 3 * 2 + 27 * 3, short: 3 });
    expect(notes).toEqual([
      '3 of 30 lists have fewer than 3 items (2): 3 of the 30 items meet where, and an item is not in its own list',
    ]);
  });

  it.each<[string, Partial<BatchRequest>, RegExp]>([
    ['a file without a format', { out: '/nowhere/lists.csv' }, /lists\.csv, whose ending says no format/],
    [
      'a condition on what items do not have',
      { where: [{ column: 'price', is: 'less', value: 20 }] },
      /^--where names the column "price", and items have "id", "index", "train_count"/,
    ],
    [
      'a condition by a setting of the specification',
      { where: [{ column: 'price', is: 'less', value: 20 }], whereName: 'outputs.recommendations.where' },
      /^outputs\.recommendations\.where names the column "price"/,
    ],
    [
      'a condition that no such column could meet',
      { where: [{ column: 'train_count', is: 'less', value: 'many' }] },
      /--where/,
    ],
    [
      'conditions that no item meets',
      { where: [{ column: 'id', is: 'equal', value: 'nothing' }] },
      /^no item meets --where/,
    ],
  ])('are refused: %s', async (_what, given, message) => {
    const { folder } = await modelOf();
    const out = join(await temporaryFolder(), 'lists.jsonl');
    await expect(writeLists(requestOf(folder, out, given))).rejects.toThrow(message);
  });

  it('are refused without what users have, of a folder of before, which has others and names no version', async () => {
    const { folder, model } = await modelOf();
    for (const file of ['manifest.json', 'seen.json', 'model_metadata.json']) await rm(join(folder, file));
    const out = join(await temporaryFolder(), 'lists.jsonl');
    await expect(writeLists(requestOf(folder, out, { exclude: 'seen' }))).rejects.toThrow(
      /the lists are to leave out what users have, which the folder .* does not say: it has no seen\.json/,
    );
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    expect(await writeLists(requestOf(folder, out, { k: 1, onNote }))).toMatchObject({ checked: false });
    expect(notes).toContainEqual(expect.stringContaining('model_version is null'));
    expect(await linesOf(out)).toMatchObject(
      model.users.map((user) => ({
        user,
        item: model.recommend({ user }, { k: 1 })[0]?.item,
        model_version: null,
      })),
    );
  });

  it('are refused of queries without the column of the user', async () => {
    const { folder } = await modelOf();
    const work = await temporaryFolder();
    const { source } = await manyQueries(work, 3);
    const uri = join(work, 'queries.jsonl');
    await writeFile(uri, '{"city":"Graz"}\n');
    const out = join(work, 'lists.jsonl');
    await expect(writeLists(requestOf(folder, out, { queries: source }))).rejects.toThrow(
      'the queries have the columns "city", and the model asks for "user", the user’s id',
    );
  });

  it.each<[string, string, RegExp]>([
    ['jsonl', '{"user":"u1"}\n{bad\n', /^the queries: .*asked\.jsonl cannot be read as jsonl: .*line \d/],
    ['jsonl', '[]\n', /^the queries: .*is an object/],
    ['csv', 'user\nu1\n"u2', /^the queries: .*asked\.csv cannot be read as csv: .*has no end/],
  ])(
    'are refused of a file of %s that cannot be read, which is named: case %#',
    async (ending, content, message) => {
      const { folder } = await modelOf();
      const work = await temporaryFolder();
      const uri = join(work, `asked.${ending}`);
      await writeFile(uri, content);
      const queries = await sourceOf(uri, work);
      await expect(
        writeLists(requestOf(folder, join(work, 'lists.jsonl'), { queries })),
      ).rejects.toMatchObject({
        name: 'TrainerError',
        code: 'unreadable-source',
        message: expect.stringMatching(message) as string,
        remedy: expect.stringMatching(/^write them as CSV/) as string,
      });
    },
  );
});
