import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { evict } from './eviction.js';
import { StageCache, type StageOutput, type StageRequest } from './stageCache.js';

const outcome = z.strictObject({ n: z.number() });

function runStage<T>(root: string, asked: StageRequest<T>): Promise<StageOutput<T>> {
  return new StageCache(root).run(asked);
}

function request(key: unknown, made: { times: number }): StageRequest<{ n: number }> {
  return {
    stage: 'ingest',
    key,
    outcome,
    async produce(folder) {
      made.times += 1;
      await writeFile(join(folder, 'content'), 'whole');
      return { n: made.times };
    },
  };
}

const machine = hostname().replace(/[^A-Za-z0-9]/g, '_');

describe('the stage cache', () => {
  it('makes a key once, and another key anew', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const first = await runStage(root, request({ a: 1, b: 2 }, made));
    const second = await runStage(root, request({ b: 2, a: 1 }, made));
    expect([first.cacheHit, second.cacheHit, made.times]).toEqual([false, true, 1]);
    expect(second).toMatchObject({ folder: first.folder, outcome: { n: 1 }, digest: first.digest });
    expect((await runStage(root, request({ a: 2 }, made))).cacheHit).toBe(false);
    expect(await readFile(join(first.folder, 'content'), 'utf8')).toBe('whole');
  });

  it('never uses an entry that was not finished', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const { folder } = await runStage(root, request('key', made));
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await writeFile(join(folder, 'content'), 'half');
    const again = await runStage(root, request('key', made));
    expect([again.cacheHit, again.outcome.n]).toEqual([false, 2]);
    expect(await readFile(join(again.folder, 'content'), 'utf8')).toBe('whole');
  });

  it('serves all who make the same key at once', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const outputs = await Promise.all([1, 2, 3].map(() => runStage(root, request('key', made))));
    expect(new Set(outputs.map(({ folder }) => folder)).size).toBe(1);
    expect(await readdir(join(root, 'ingest'))).toHaveLength(1);
  });

  it('leaves nothing of a stage that failed, nor of a process that died', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    await mkdir(join(root, 'ingest', `unfinished-${machine}-999999999-x`), { recursive: true });
    const failing = { ...request('key', made), produce: () => Promise.reject(new Error('no disk')) };
    await expect(runStage(root, failing)).rejects.toThrow('no disk');
    expect(await readdir(join(root, 'ingest'))).toEqual([]);
    expect((await runStage(root, request('key', made))).cacheHit).toBe(false);
  });

  it.each<[string, (folder: string) => Promise<unknown>]>([
    ['lost a file', (folder) => rm(join(folder, 'content'))],
    ['has a cut file', (folder) => writeFile(join(folder, 'content'), 'wh')],
    [
      'has an outcome cut in the middle',
      (folder) => writeFile(join(folder, 'outcome.json'), '{"outcome":{"n'),
    ],
    ['has an outcome of another form', (folder) => writeFile(join(folder, 'outcome.json'), '{"outcome":{}}')],
  ])('makes an entry again that %s', async (_what, damage) => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const { folder } = await runStage(root, request('key', made));
    await damage(folder);
    expect(await runStage(root, request('key', made))).toMatchObject({
      folder,
      cacheHit: false,
      outcome: { n: 2 },
    });
    expect(await readFile(join(folder, 'content'), 'utf8')).toBe('whole');
    expect((await runStage(root, request('key', made))).cacheHit).toBe(true);
    expect(await readdir(join(root, 'ingest'))).toHaveLength(1);
  });

  it('leaves alone what living processes and those of other machines write', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const names = [`unfinished-${machine}-${process.pid}-x`, `unfinished-not_${machine}-999999999-x`];
    for (const name of names) await mkdir(join(root, 'ingest', name), { recursive: true });
    await runStage(root, request('key', made));
    expect(await readdir(join(root, 'ingest'))).toEqual(expect.arrayContaining(names));
  });

  it('makes a stage again that it is told to, once, and replaces what was there', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const { folder } = await runStage(root, request('key', made));
    const cache = new StageCache(root, new Set(['ingest'] as const));
    const again = await cache.run(request('key', made));
    expect(again).toMatchObject({ folder, cacheHit: false, outcome: { n: 2 } });
    expect(await cache.run(request('key', made))).toMatchObject({ cacheHit: true, outcome: { n: 2 } });
    expect(await runStage(root, request('key', made))).toMatchObject({ cacheHit: true, outcome: { n: 2 } });
    expect(await readdir(join(root, 'ingest'))).toHaveLength(1);
  });

  it('tells the bytes of an output, made or found', async () => {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const first = await runStage(root, request('key', made));
    expect(first.bytes).toBeGreaterThan('whole'.length);
    expect((await runStage(root, request('key', made))).bytes).toBe(first.bytes);
  });
});

describe('eviction from the stage cache', () => {
  const start = new Date('2026-11-20T00:00:00.000Z');
  const hour = (n: number) => new Date(start.getTime() + n * 3_600_000);

  /** Three entries, used at the hours 0, 1 and 2. */
  async function threeEntries() {
    const [root, made] = [await temporaryFolder(), { times: 0 }];
    const folders: string[] = [];
    let bytes = 0;
    for (const n of [0, 1, 2]) {
      const cache = new StageCache(root, new Set(), () => hour(n));
      const output = await cache.run(request(n, made));
      await cache.touchAll();
      folders.push(output.folder);
      bytes = output.bytes;
    }
    const left = async () => {
      const names = await readdir(join(root, 'ingest'));
      return folders.map((folder) => names.includes(basename(folder)));
    };
    return { root, made, bytes, left };
  }

  it('removes what was used least lately until the rest is small enough', async () => {
    const { root, bytes, left } = await threeEntries();
    const evicted = await evict(root, { bytes: 2 * bytes, unusedSeconds: null }, hour(10));
    expect(evicted).toEqual({ entries: 1, bytes, keptBytes: 2 * bytes });
    expect(await left()).toEqual([false, true, true]);
    await evict(root, { bytes: 0, unusedSeconds: null }, hour(10));
    expect(await left()).toEqual([false, false, false]);
  });

  it('counts a hit as a use', async () => {
    const { root, made, bytes, left } = await threeEntries();
    await new StageCache(root, new Set(), () => hour(3)).run(request(0, made));
    await evict(root, { bytes, unusedSeconds: null }, hour(10));
    expect(await left()).toEqual([true, false, false]);
  });

  it('removes what was not used for long, whatever the size', async () => {
    const { root, left } = await threeEntries();
    await evict(root, { bytes: Infinity, unusedSeconds: 8.5 * 3600 }, hour(10));
    expect(await left()).toEqual([false, false, true]);
  });

  it('leaves what a run holds and what is being made', async () => {
    const { root, made, left } = await threeEntries();
    const holding = new StageCache(root, new Set(), () => hour(10));
    await holding.run(request(0, made));
    const unfinished = `unfinished-${machine}-${process.pid}-x`;
    await mkdir(join(root, 'ingest', unfinished));
    await evict(root, { bytes: 0, unusedSeconds: 0 }, hour(10.1));
    expect(await left()).toEqual([true, false, false]);
    expect(await readdir(join(root, 'ingest'))).toContain(unfinished);
  });

  it('has nothing to do where there is no cache yet', async () => {
    const limits = { bytes: 0, unusedSeconds: null };
    expect(await evict(join(await temporaryFolder(), 'none'), limits, start)).toEqual({
      entries: 0,
      bytes: 0,
      keptBytes: 0,
    });
  });
});
