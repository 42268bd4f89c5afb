import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { runStage, type StageRequest } from './stageCache.js';

const outcome = z.strictObject({ n: z.number() });

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
});
