import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageName } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BUCKET, remoteFolder } from '../../test/support/data/remoteFolder.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { StageCache } from '../cache/stageCache.js';
import { BucketEntries } from './bucketEntries.js';

const outcome = z.strictObject({ n: z.number() });

async function machines() {
  const { storage, remote } = await remoteFolder();
  let made = 0;
  /** A machine of its own, with an empty disk. */
  const machine = async (recompute: StageName[] = []) => {
    const entries = new BucketEntries(remote, () => undefined);
    const root = await temporaryFolder();
    const cache = new StageCache(root, new Set(recompute), undefined, entries);
    const run = (key: string) =>
      cache.run({
        stage: 'transform',
        key,
        outcome,
        async produce(folder) {
          made += 1;
          await writeFile(join(folder, 'rows'), `rows ${made}`);
          await writeFile(join(folder, 'more'), 'more');
          return { n: made };
        },
      });
    return { entries, run, root };
  };
  const names = () => storage.names(BUCKET).map((name) => name.split('/').at(-1) ?? '');
  return { storage, machine, names, made: () => made };
}

describe('an output of a stage in a bucket', () => {
  it('is used on another machine, where its files are brought when somebody needs them', async () => {
    const { storage, machine, made } = await machines();
    const first = await machine();
    await first.run('key');
    await first.entries.settled();
    const second = await machine();
    const found = await second.run('key');
    expect(found).toMatchObject({ cacheHit: true, outcome: { n: 1 }, bytes: 10 });
    const reads = storage.count('read');
    const [folder] = await Promise.all([found.files(), found.files()]);
    expect(storage.count('read') - reads).toBe(4);
    expect(await readFile(join(folder, 'rows'), 'utf8')).toBe('rows 1');
    expect((await second.run('key')).folder).toBe(folder);
    expect(made()).toBe(1);
  });

  it('is none until all of it is there', async () => {
    const { storage, machine, made } = await machines();
    const first = await machine();
    storage.before = ({ what, query }) =>
      what === 'upload' && query.get('name')?.endsWith('rows')
        ? { status: 403, reason: 'forbidden', message: 'No.' }
        : undefined;
    await first.run('key');
    await expect(first.entries.settled()).rejects.toThrow(/refuses access/);
    storage.before = () => undefined;
    expect((await (await machine()).run('key')).cacheHit).toBe(false);
    expect(made()).toBe(2);
  });

  it('is made again, and stored again, where a lifecycle rule took a file of it', async () => {
    const { storage, machine, made } = await machines();
    const first = await machine();
    await first.run('key');
    await first.entries.settled();
    const rows = storage.names(BUCKET).find((name) => name.endsWith('/rows'))!;
    storage.buckets.get(BUCKET)!.delete(rows);
    const second = await machine();
    const folder = await (await second.run('key')).files();
    await second.entries.settled();
    expect(await readFile(join(folder, 'rows'), 'utf8')).toBe('rows 2');
    const third = await (await machine()).run('key');
    expect(await readFile(join(await third.files(), 'rows'), 'utf8')).toBe('rows 2');
    expect(made()).toBe(2);
  });

  it('is one where two machines make it at once', async () => {
    const { machine, names } = await machines();
    const both = await Promise.all([machine(), machine()]);
    await Promise.all(both.map(({ run }) => run('key')));
    await Promise.all(both.map(({ entries }) => entries.settled()));
    expect(new Set(names())).toEqual(new Set(['entry.json', 'more', 'rows']));
    expect(names()).toHaveLength(3);
  });

  it('is one although the answer to its last request got lost', async () => {
    const { storage, machine, names } = await machines();
    const { run, entries } = await machine();
    let lost = 1;
    storage.loses = ({ name }) => name.endsWith('entry.json') && lost-- > 0;
    await run('key');
    await entries.settled();
    expect(new Set(names())).toEqual(new Set(['entry.json', 'more', 'rows']));
    expect(names()).toHaveLength(3);
  });

  it('is replaced where it is done again by order', async () => {
    const { machine } = await machines();
    const first = await machine();
    await first.run('key');
    await first.entries.settled();
    const second = await machine(['transform']);
    await second.run('key');
    await second.entries.settled();
    const third = await (await machine()).run('key');
    expect(third.outcome).toEqual({ n: 2 });
    expect(await readFile(join(await third.files(), 'rows'), 'utf8')).toBe('rows 2');
  });

  it('is stored later where its machine had it and the bucket did not', async () => {
    const { storage, machine, names } = await machines();
    const { run, entries, root } = await machine();
    await run('key');
    await entries.settled();
    storage.buckets.get(BUCKET)!.clear();
    const cache = new StageCache(root, new Set(), undefined, entries);
    const request = { stage: 'transform', key: 'key', outcome, produce: () => expect.unreachable() } as const;
    expect((await cache.run(request)).cacheHit).toBe(true);
    await entries.settled();
    expect(names()).toContain('entry.json');
  });
});

describe('a file beside the outputs', () => {
  it('is brought, and stored unless somebody else has stored another since', async () => {
    const { machine, storage } = await machines();
    const [first, second] = [await machine(), await machine()];
    const path = join(first.root, 'references', 'a.json');
    const other = join(second.root, 'a.json');
    await first.entries.bringFile('references/a.json', path);
    await second.entries.bringFile('references/a.json', other);
    await writeFile(other, 'by the second');
    await second.entries.storeFile('references/a.json', other);
    await first.entries.storeFile('references/a.json', other);
    await first.entries.bringFile('references/a.json', path);
    expect(await readFile(path, 'utf8')).toBe('by the second');
    expect(storage.count('upload')).toBe(2);
  });
});
