/** What a folder says beyond its towers: what users already have, what is known of the items, and which files it has. */
import { describe, expect, it } from 'vitest';
import {
  describedFolder,
  goldenFiles,
  jsonBytes,
  readerOf,
  withManifest,
  type Files,
} from '../../test/support/recommender/describedFolder.js';
import { RecommenderError } from '../error.js';
import { open } from '../open.js';
import type { RecommenderModel } from './model.js';

const ITEMS = 13;
const SEEN = { '3': [4, 0, 7], '5': [] };
const COLOURS = ['red', 'blue', null, 'Größe'];
const column = (name: string, type: string, valueOf: (i: number) => string | number | boolean | null) => ({
  name,
  type,
  values: Array.from({ length: ITEMS }, (_, i) => {
    const value = valueOf(i);
    return value === null ? null : String(value);
  }),
});
const COLUMNS = [
  column('colour', 'VARCHAR', (i) => COLOURS[i % 4]!),
  column('price', 'DOUBLE', (i) => (i === 3 ? null : i / 2)),
  column('used', 'BOOLEAN', (i) => (i === 2 ? null : i % 3 === 0)),
  column('nothing', 'VARCHAR', () => null),
  column('code', 'BIGINT', (i) => (i === 0 ? '76561197960287937' : i)),
];
const known = async (kind: string) => open(readerOf(goldenFiles(kind)));
const filesOf = async (kind: string) => describedFolder(goldenFiles(kind), await known(kind), SEEN, COLUMNS);
const opened = async (kind: string) => open(readerOf(await filesOf(kind)));
const query = { user: 3, city: 'c1' };

function errorOf(act: () => unknown): RecommenderError {
  try {
    act();
  } catch (error) {
    if (error instanceof RecommenderError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe.each(['retrieval', 'ranking', 'hybrid'])('a %s model whose folder says what users have', (kind) => {
  it('leaves that out where it is asked to, for whoever has it', async () => {
    const model = await opened(kind);
    const all = model.recommend(query, { k: 100 });
    expect(all).toHaveLength(ITEMS);
    const own = SEEN[3].map((i) => model.items[i]!);
    expect(model.seenBy({ user: 3 })).toEqual(own);
    expect(model.seenBy({ user: '3' })).toEqual(own);
    expect(model.recommend(query, { k: 100, exclude: 'seen' })).toEqual(
      all.filter(({ item }) => !own.includes(item)),
    );
    const both = model.recommend(query, { k: 100, exclude: { seen: true, items: [model.items[1]!] } });
    expect(both.map(({ item }) => item)).not.toContain(model.items[1]);
    expect(both).toHaveLength(ITEMS - 4);
    for (const user of ['5', 'nobody', '', null]) {
      expect(model.recommend({ user }, { k: 100, exclude: 'seen' })).toHaveLength(ITEMS);
    }
    expect(model.users).toContain('3');
    expect(model.userColumn).toBe('user');
  });

  it('answers many queries as it answers each', async () => {
    const model = await opened(kind);
    const queries = [query, { user: 5 }, {}, { user: 'unknown', city: null }];
    for (const options of [{}, { k: 4, exclude: 'seen', explain: true, where: { used: true } }] as const) {
      expect(model.recommendMany(queries, options)).toEqual(
        queries.map((one) => model.recommend(one, options)),
      );
    }
    expect(model.recommendMany([])).toEqual([]);
  });

  it('explains by the nearest of the user’s own items, by what similar says', async () => {
    const model = await opened(kind);
    const own = model.seenBy(query);
    for (const { item, because } of model.recommend(query, { k: 100, explain: true })) {
      const expected = model
        .similar(item, { k: 100, where: (other) => own.includes(other) })
        .map(({ item: other, score }) => ({ item: other, similarity: expect.closeTo(score, 6) as number }));
      expect(because).toEqual(expected.slice(0, 3));
    }
    expect(model.recommend({ user: 'nobody' }, { explain: true })[0]!.because).toEqual([]);
    expect(model.recommend(query)[0]).not.toHaveProperty('because');
  });

  it('finds what is like an item, without it, and what is like a new one', async () => {
    const model = await opened(kind);
    const [first] = model.items;
    const like = model.similar(first!, { k: 100 });
    expect(like).toHaveLength(ITEMS - 1);
    expect(like.map(({ item }) => item)).not.toContain(first);
    expect(like.map(({ score }) => score)).toEqual(like.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(like.every(({ score }) => Math.abs(score) <= 1 + 1e-6)).toBe(true);
    expect(model.similar(first!, { k: 2, exclude: [like[0]!.item] })[0]).toEqual(like[1]);
    expect(model.similar({ item: 'new', category: 'k0' }, { k: 100 })).toHaveLength(ITEMS);
    expect(errorOf(() => model.similar('nothing known')).message).toMatch(
      /"nothing known" is none of the 13 items that the model knows/,
    );
  });
});

describe('where', () => {
  const places = (model: RecommenderModel, where: object) =>
    model
      .recommend(query, { k: 100, where: where as never })
      .map(({ item }) => model.items.indexOf(item))
      .toSorted((a, b) => a - b);

  it.each<[object, (i: number) => boolean]>([
    [{ colour: 'Größe' }, (i) => i % 4 === 3],
    [{ colour: null }, (i) => i % 4 === 2],
    [{ colour: ['red', null] }, (i) => i % 2 === 0],
    [{ colour: [] }, () => false],
    [{ colour: { from: 'b', to: 'r' } }, (i) => i % 4 === 1],
    [{ price: { from: 2 } }, (i) => i >= 4],
    [{ price: { from: 1, to: 3 } }, (i) => i !== 3 && i >= 2 && i <= 6],
    [{ price: [0, 1n, 2.5] }, (i) => [0, 2, 5].includes(i)],
    [{ used: true, price: { to: 3 } }, (i) => i === 0 || i === 6],
    [{ used: null }, (i) => i === 2],
    [{ nothing: null }, () => true],
    [{}, () => true],
  ])('holds for the items that it says: case %#', async (where, expected) => {
    const all = Array.from({ length: ITEMS }, (_, i) => i);
    expect(places(await opened('hybrid'), where)).toEqual(all.filter(expected));
  });

  it('may be a function of the id and of what is known', async () => {
    const model = await opened('retrieval');
    const cheap = model.recommend(query, {
      k: 100,
      where: (item, { price, colour }) => item !== model.items[0] && Number(price) < 2 && colour === 'red',
    });
    expect(cheap).toEqual([]);
    expect(model.attributesOf(model.items[3]!)).toEqual({
      colour: 'Größe',
      price: null,
      used: true,
      nothing: null,
      code: 3,
    });
    expect(model.attributesOf(model.items[0]!)).toMatchObject({ code: '76561197960287937' });
    expect(model.attributes).toEqual(['colour', 'price', 'used', 'nothing', 'code']);
  });

  it.each<[unknown, RegExp]>([
    [{ color: 'red' }, /"color", which is no attribute of the items: they have "colour", "price"/],
    [{ price: '2' }, /"price" of the text "2", and it holds numbers/],
    [{ colour: 7 }, /"colour" of a number, and it holds texts/],
    [{ price: NaN }, /"price" of a number/],
    [{ price: { min: 2 } }, /"min" of the range of "price" is unknown: it may have "from", "to"/],
    ['red', /where is a string/],
    [[], /where is a list/],
  ])('refuses %j', async (where, message) => {
    const model = await opened('retrieval');
    const error = errorOf(() => model.recommend(query, { where: where as never }));
    expect(error.code).toBe('bad-option');
    expect(error.message).toMatch(message);
  });
});

describe('a folder of before', () => {
  it('answers, and says what it does not know where it is asked for it', async () => {
    const model = await open(readerOf(goldenFiles('retrieval')));
    expect(model.recommend(query, { exclude: {} })).toHaveLength(10);
    expect(model.attributes).toEqual([]);
    expect(model.attributesOf(model.items[0]!)).toEqual({});
    expect(model.users).toContain('3');
    for (const act of [
      () => model.recommend(query, { exclude: 'seen' }),
      () => model.recommend(query, { explain: true }),
      () => model.seenBy(query),
      () => model.recommend(query, { where: { colour: 'red' } }),
    ]) {
      expect(errorOf(act).code).toBe('not-of-this-model');
    }
  });
});

describe('a folder with a manifest', () => {
  it('says that it was checked, and one without that nothing was', async () => {
    const files = await filesOf('retrieval');
    expect((await open(readerOf(files))).checked).toBe(true);
    files.delete('manifest.json');
    expect((await open(readerOf(files))).checked).toBe(false);
  });

  const failure = (files: Files) => open(readerOf(files)).catch((error: unknown) => error);

  it('is refused where a file is another than the listed one, by its size or by one bit', async () => {
    const files = await filesOf('retrieval');
    const path = 'item_vectors.f32';
    const content = files.get(path)!;
    const flipped = content.slice();
    flipped[17]! ^= 4;
    for (const [changed, message] of [
      [flipped, /item_vectors.f32 has the SHA-256 \w{64}, and manifest.json says/],
      [content.subarray(4), /item_vectors.f32 has \d+ bytes instead of/],
    ] as const) {
      const error = await failure(new Map(files).set(path, changed));
      expect(error).toMatchObject({
        code: 'mismatched-files',
        message: expect.stringMatching(message) as string,
      });
    }
  });

  it('is refused where it does not list a file that the model needs', async () => {
    const all = goldenFiles('retrieval');
    const towers = new Map([...all].filter(([path]) => path !== 'item_vectors.f32'));
    const files = withManifest(towers).set('item_vectors.f32', all.get('item_vectors.f32')!);
    expect(await failure(files)).toMatchObject({ message: expect.stringMatching(/is not listed/) as string });
  });

  it('is refused where its lists are of another catalogue, or not whole', async () => {
    const golden = goldenFiles('retrieval');
    const { users, items } = await known('retrieval');
    const more = describedFolder(golden, { users, items: [...items, 'more'] }, SEEN, []);
    expect(await failure(more)).toMatchObject({
      code: 'mismatched-files',
      message: expect.stringMatching(/seen.json is of 14 items, and the model knows 13/) as string,
    });
    const fewer = describedFolder(golden, { users: users.slice(1), items }, SEEN, []);
    expect(await failure(fewer)).toMatchObject({ code: 'mismatched-files' });
    const beyond = describedFolder(golden, { users, items }, { '3': [ITEMS] }, []);
    expect(await failure(beyond)).toMatchObject({ code: 'mismatched-files' });
  });

  it('is not taken for one of before where the manifest cannot be read, or is newer than this code', async () => {
    const files = await filesOf('retrieval');
    const read = readerOf(files);
    const broken = open(async (path) => {
      if (path === 'manifest.json') throw Object.assign(new Error('503'), { status: 503 });
      return read(path);
    });
    await expect(broken).rejects.toMatchObject({ code: 'missing-file' });
    const newer = new Map(files).set('manifest.json', jsonBytes({ schemaVersion: 2, files: [] }));
    expect(await failure(newer)).toMatchObject({ code: 'unknown-version' });
  });
});

describe('open', () => {
  it('says what it takes', () => {
    for (const [source, message] of [
      ['models/7', /"models\/7" is no URL: give the URL of the folder/],
      [7, /open was given a number/],
      [null, /open was given null/],
    ] as const) {
      expect(errorOf(() => open(source as never)).message).toMatch(message);
    }
  });
});
