import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
    await mkdir(join(root, 'ingest', 'unfinished-999999999-x'), { recursive: true });
    const failing = { ...request('key', made), produce: () => Promise.reject(new Error('no disk')) };
    await expect(runStage(root, failing)).rejects.toThrow('no disk');
    expect(await readdir(join(root, 'ingest'))).toEqual([]);
    expect((await runStage(root, request('key', made))).cacheHit).toBe(false);
  });
});
