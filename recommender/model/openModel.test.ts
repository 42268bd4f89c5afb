import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FeatureValues } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import type { ReadFile } from '../format/read.js';
import { readOverHttp } from '../http.js';
import { open as openFolder, openModelDirectory, readDirectory } from '../node.js';
import { openModel } from './openModel.js';

const FOLDERS = fileURLToPath(new URL('../golden/trainer-0.1.0-tower-2/', import.meta.url));
const open = (kind: string) => openModel(readDirectory(`${FOLDERS}${kind}`));
const query = { user: 3, city: 'c1' };

/** The error that a call throws, or a promise rejects with. */
async function errorOf(act: () => unknown): Promise<RecommenderError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof RecommenderError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a folder on disk', () => {
  it('that is not there, or is a whole run, is told from one that lacks a file', async () => {
    const nowhere = await errorOf(() => openModelDirectory('/nowhere/at/all'));
    expect(nowhere.code).toBe('missing-file');
    expect(nowhere.message).toMatch(
      /^there is no folder \/nowhere\/at\/all: give the path of the "model" folder/,
    );
    const run = await mkdtemp(join(tmpdir(), 'run-'));
    onTestFinished(() => rm(run, { recursive: true }));
    await cp(`${FOLDERS}hybrid`, join(run, 'model'), { recursive: true });
    const { message } = await errorOf(() => openModelDirectory(run));
    expect(message).toContain(
      `has no transform/transform.json: give the folder in it that has, ${join(run, 'model')}`,
    );
  });
});

describe('open', () => {
  it.each(['gs://bucket/runs/7/model', 's3://bucket/model/'])(
    'says at once that fetch reads no %s',
    async (url) => {
      const began = performance.now();
      for (const source of [url, new URL(url)]) {
        const { code, message } = await errorOf(() => openFolder(source));
        expect(code).toBe('bad-option');
        expect(message).toMatch(/is no address that fetch can read: give a function/);
      }
      expect(performance.now() - began).toBeLessThan(200);
    },
  );

  it('refuses a path that no file can have as it refuses one that is not there', async () => {
    const { code, message } = await errorOf(() => openFolder(`/tmp/${'long'.repeat(1000)}`));
    expect(code).toBe('missing-file');
    expect(message).toMatch(/cannot be read \(ENAMETOOLONG/);
  });
});

describe('the items of a model', () => {
  it('cannot be changed by who reads them', async () => {
    const model = await open('hybrid');
    const [first] = model.items;
    expect(() => Object.assign(model.items, ['changed'])).toThrow(TypeError);
    expect(() => Object.assign(model.users, ['changed'])).toThrow(TypeError);
    expect(model.items[0]).toBe(first);
  });
});

describe('recommend', () => {
  it('leaves out what is excluded, by whatever form of its id, and what the filter refuses', async () => {
    const model = await open('hybrid');
    const all = model.recommend(query, { k: 100 });
    expect(all).toHaveLength(model.items.length);
    expect(model.recommend(query)).toEqual(all.slice(0, 10));
    const [first, second] = all;
    const rest = model.recommend(query, { k: 3, exclude: [first!.item, 'nothing known'] });
    expect(rest[0]).toEqual(second);
    const even = (item: string) => Number(item.slice(1)) % 2 === 0;
    expect(model.recommend(query, { k: 4, where: even })).toEqual(
      all.filter(({ item }) => even(item)).slice(0, 4),
    );
  });

  it('orders by what score says, and unknown items share one score', async () => {
    for (const kind of ['retrieval', 'ranking', 'hybrid']) {
      const model = await open(kind);
      const all = model.recommend(query, { k: 100 });
      const scores = model.score(all.map(({ item }) => ({ query, item })));
      expect(scores).toEqual(all.map(({ score }) => score));
      const [one, other, missing] = model.score(['x', 'y', null].map((item) => ({ query, item })));
      expect(one).toBe(other);
      expect(one).toBe(missing);
    }
  });

  it('takes an id as a number, a bigint or a text of the same digits, and unknown users share one row', async () => {
    const model = await open('retrieval');
    const of = (user: string | number | bigint | null) => model.recommend({ user }, { k: 3 });
    expect(of(3)).toEqual(of('3'));
    expect(of(3n)).toEqual(of('3'));
    expect(of(3)).not.toEqual(of(4));
    expect(of('nobody')).toEqual(of(null));
  });
});

describe('embedCandidate', () => {
  it('gives a new item the vector of its values, and a known one that of the catalogue', async () => {
    const model = await open('retrieval');
    const vector = model.embedQuery(query);
    const values = { item: 'i3', category: 'k0', name: 'thing 6 of 2', price: 3 };
    const product = model.embedCandidate(values).reduce((sum, value, c) => sum + value * vector[c]!, 0);
    const [score] = model.score([{ query, item: 'i3' }]);
    expect(product).toBeCloseTo(score!, 5);
    expect(model.embedCandidate({ ...values, item: 'new' })).not.toEqual(model.embedCandidate(values));
  });
});

describe('a request that no row of the training data could have made', () => {
  it.each<[string, FeatureValues, string, RegExp]>([
    ['a misspelt column', { usr: 3 }, 'unknown-column', /"usr" was given.*"user", "city", "at", "flag"/],
    ['a name of every object', { toString: 3 }, 'unknown-column', /"toString"/],
    [
      'an id above 2^53',
      { user: Number('76561197960287937') },
      'unsafe-number',
      /76561197960287940 was given.*text or a bigint/,
    ],
    ['an id with a fraction', { user: 1.5 }, 'unsafe-number', /1.5 was given/],
    ['an id that is no number', { user: NaN }, 'unsafe-number', /NaN was given/],
    ['a category above 2^53', { city: 2 ** 60 }, 'unsafe-number', /column "city"/],
    ['a list', { city: ['c1'] }, 'bad-value', /a list/],
    ['a date object', { at: new Date(0) } as never, 'bad-value', /an object.*ISO 8601/],
  ])('is refused: %s', async (_what, values, code, message) => {
    const model = await open('hybrid');
    const pairs = [{ query: values, item: 'i1' }];
    for (const act of [
      () => model.recommend(values),
      () => model.embedQuery(values),
      () => model.score(pairs),
      () => model.predict(pairs),
    ]) {
      const error = await errorOf(act);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    }
  });

  it('is refused for items and candidates too', async () => {
    const model = await open('hybrid');
    const unsafe = 2 ** 53;
    expect((await errorOf(() => model.recommend(query, { exclude: [unsafe] }))).code).toBe('unsafe-number');
    expect((await errorOf(() => model.score([{ query, item: unsafe }]))).code).toBe('unsafe-number');
    expect((await errorOf(() => model.embedCandidate({ user: 1 }))).message).toMatch(
      /candidate tower reads "item"/,
    );
  });

  it('leaves numbers of number columns alone, however large', async () => {
    const model = await open('hybrid');
    expect(model.embedQuery({ user: 1, at: 1e300 })).toEqual(model.embedQuery({ user: 1, at: NaN }));
    expect(model.embedCandidate({ item: 'i1', price: 1e4 }).every(Number.isFinite)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', 'u3'],
    ['a list', ['u3']],
    ['a map', new Map([['user', 3]])],
  ])('is refused: %s for the values', async (_what, values) => {
    const model = await open('hybrid');
    const acts = [
      () => model.recommend(values as never),
      () => model.embedQuery(values as never),
      () => model.score([{ query: values as never, item: 'i1' }]),
    ];
    for (const act of acts) {
      const error = await errorOf(act);
      expect(error.code).toBe('bad-value');
      expect(error.message).toMatch(/^the values of the query tower are (null|a \w+).*an object of values/);
    }
  });

  it.each<[string, object, RegExp]>([
    ['k', { K: 5 }, /"K" of the options is unknown: it may have "k", "exclude", "where"/],
    ['exclude', { k: 5, exlude: ['i1'] }, /"exlude" of the options/],
    ['a list of ids', { exclude: 'i1' }, /exclude is a string: give a list or set of ids/],
    ['ids', { exclude: 7 }, /exclude is a number/],
    ['a number', { k: '5' }, /k is a string: give a whole number/],
    ['a whole number', { k: 2.5 }, /k is 2\.5: give a whole number/],
    ['an object', [5], /a list was given for the options/],
  ])('is refused: options that miss %s', async (_what, options, message) => {
    const model = await open('retrieval');
    const error = await errorOf(() => model.recommend(query, options));
    expect(error.code).toBe('bad-option');
    expect(error.message).toMatch(message);
  });

  it('is refused: what a user has seen, of similar, which asks for none', async () => {
    const model = await open('retrieval');
    const asked = { exclude: 'seen' } as never;
    const { code, message } = await errorOf(() => model.similar(model.items[0]!, asked));
    expect(code).toBe('bad-option');
    expect(message).toBe('exclude of similar is a string: give a list or set of ids');
  });

  it.each<[string, unknown, RegExp]>([
    ['no list', { query, item: 'i1' }, /the pairs are an object: give a list/],
    ['a misspelt item', [{ query, itm: 'i1' }], /"itm" of a pair is unknown: it may have "query", "item"/],
    ['a list for a pair', [[query, 'i1']], /a list was given for a pair/],
  ])('is refused: pairs with %s', async (_what, pairs, message) => {
    const model = await open('hybrid');
    for (const act of [() => model.score(pairs as never), () => model.predict(pairs as never)]) {
      const error = await errorOf(act);
      expect(error.code).toBe('bad-value');
      expect(error.message).toMatch(message);
    }
  });

  it.each([0, -1, 1.5, NaN, Infinity])('is refused: k of %s', async (k) => {
    const model = await open('retrieval');
    expect((await errorOf(() => model.recommend(query, { k }))).code).toBe('bad-option');
  });

  it('is refused where the model cannot answer it', async () => {
    const [retrieval, ranking] = [await open('retrieval'), await open('ranking')];
    const acts = [
      () => retrieval.predict([{ query, item: 'i1' }]),
      () => ranking.embedQuery(query),
      () => ranking.embedCandidate({ item: 'i1' }),
    ];
    for (const act of acts) expect((await errorOf(act)).code).toBe('not-of-this-model');
  });
});

/** The folder of a model with some files changed; undefined takes one away. */
function changed(kind: string, files: Record<string, (bytes: Buffer) => Uint8Array | undefined>): ReadFile {
  return async (path) => {
    const bytes = await readFile(`${FOLDERS}${kind}/${path}`);
    const change = files[path];
    const result = change ? change(bytes) : bytes;
    if (!result) throw new Error('gone');
    return result;
  };
}
const text = (change: (content: string) => string) => (bytes: Buffer) =>
  Buffer.from(change(bytes.toString()));

describe('a folder that is not whole', () => {
  it.each<[string, Record<string, (bytes: Buffer) => Uint8Array | undefined>, string, RegExp]>([
    [
      'no tower',
      { 'query_model/tower.json': () => undefined },
      'missing-file',
      /query_model\/tower.json.*gone/,
    ],
    ['no JSON', { 'query_model/tower.json': (b) => b.subarray(0, 99) }, 'bad-document', /is no JSON/],
    [
      'an unknown key',
      { 'query_model/tower.json': text((t) => t.replace('{', '{"more": 1,')) },
      'bad-document',
      /query_model\/tower.json at \//,
    ],
    [
      'a later version',
      { 'query_model/tower.json': text((t) => t.replace('"schemaVersion": 2', '"schemaVersion": 99')) },
      'unknown-version',
      /schemaVersion 99; .* reads 2, 3/,
    ],
    [
      'short weights',
      { 'query_model/weights.bin': (b) => b.subarray(0, 40) },
      'mismatched-files',
      /too short/,
    ],
    ['short vectors', { 'item_vectors.f32': (b) => b.subarray(4) }, 'mismatched-files', /bytes instead of/],
    ['short outputs', { 'item_outputs.f32': (b) => b.subarray(4) }, 'mismatched-files', /bytes instead of/],
    [
      'another feature',
      { 'candidate_model/tower.json': text((t) => t.replace('"rows": 14', '"rows": 15')) },
      'mismatched-files',
      /weights disagree about candidate\/embedding\/item, which has 14 × 4 numbers instead of 15 × 4/,
    ],
    [
      'cut vocabularies',
      { 'transform/transform.bin': (b) => b.subarray(0, 50) },
      'mismatched-files',
      /cut off/,
    ],
  ])('is refused: %s', async (_what, files, code, message) => {
    const error = await errorOf(() => openModel(changed('hybrid', files)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
  });

  it('is refused where the towers lie in each other’s places', async () => {
    const read = readDirectory(`${FOLDERS}retrieval`);
    const swapped: ReadFile = (path) => read(path.replace('candidate_model/tower', 'query_model/tower'));
    expect((await errorOf(() => openModel(swapped))).message).toMatch(/describes the query tower/);
  });
});

describe('readOverHttp', () => {
  it('reads below the URL with its parameters, and a failure names the file', async () => {
    const asked: string[] = [];
    const disk = readDirectory(`${FOLDERS}retrieval`);
    const read = readOverHttp('https://example.com/models/7?token=x', async (url) => {
      asked.push(url.href);
      return new Response(Buffer.from(await disk(url.pathname.replace('/models/7/', ''))));
    });
    const model = await openModel(read);
    expect(model.recommend(query)).toEqual((await open('retrieval')).recommend(query));
    expect(asked).toContain('https://example.com/models/7/query_model/tower.json?token=x');
    const none = readOverHttp('https://example.com/', async () => new Response(null, { status: 404 }));
    expect((await errorOf(() => openModel(none))).message).toMatch(/transform\/transform.json .*404/);
  });

  /** Answers one after the other, of which an error is a broken connection. */
  const answering = (...answers: (Response | Error)[]) => {
    const asked: string[] = [];
    const fetchFile = async (url: URL) => {
      asked.push(url.pathname);
      const answer = answers.shift();
      if (answer instanceof Response) return answer;
      throw answer ?? new Error('nobody answers any more');
    };
    return { asked, read: readOverHttp('https://example.com/', fetchFile, [0, 0]) };
  };
  const fault = (status: number) => new Response('no', { status, headers: { 'retry-after': '0' } });

  it('asks again where a download broke off or the fault may pass, and says how often in the end', async () => {
    const broken = answering(new TypeError('fetch failed'), fault(503), new Response('whole'));
    expect(new TextDecoder().decode(await broken.read('a.bin'))).toBe('whole');
    expect(broken.asked).toEqual(['/a.bin', '/a.bin', '/a.bin']);
    const overloaded = answering(fault(429), fault(500), fault(503), new Response('too late'));
    await expect(overloaded.read('a.bin')).rejects.toMatchObject({ message: '503, 3 times', status: 503 });
    for (const status of [400, 401, 404, 501]) {
      const refused = answering(fault(status), new Response('never asked'));
      await expect(refused.read('a.bin')).rejects.toMatchObject({ message: String(status), status });
      expect(refused.asked).toHaveLength(1);
    }
    const givenUp = answering(new DOMException('stop', 'AbortError'), new Response('never asked'));
    await expect(givenUp.read('a.bin')).rejects.toMatchObject({ message: 'stop' });
  });

  it('does not take a folder that cannot be reached for one of before, which has no manifest', async () => {
    const cause = new Error('getaddrinfo ENOTFOUND example.com');
    const unreachable = Array.from({ length: 3 }, () => new TypeError('fetch failed', { cause }));
    const { asked, read } = answering(...unreachable);
    const error = await errorOf(() => openModel(read));
    expect(error.code).toBe('missing-file');
    expect(error.message).toContain(
      'manifest.json cannot be read (fetch failed: getaddrinfo ENOTFOUND example.com, 3 times)',
    );
    expect(new Set(asked)).toEqual(new Set(['/manifest.json']));
  });
});
