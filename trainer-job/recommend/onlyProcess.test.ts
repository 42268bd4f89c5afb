import { readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { asOnlyProcess } from './onlyProcess.js';

/** A folder that a process has begun to work in. */
async function begunBy(owner: object | string) {
  const folder = await temporaryFolder();
  const file = join(folder, 'owner.json');
  await writeFile(file, typeof owner === 'string' ? owner : JSON.stringify({ id: 'x', ...owner }));
  return { folder, file };
}
const work = (folder: string) => asOnlyProcess(folder, 'recs.parquet', async () => 'done');
const host = hostname();

describe('one process at a time', () => {
  it('makes the lists of a place, and leaves nothing that stands in the way of the next', async () => {
    const folder = await temporaryFolder();
    const inside = await asOnlyProcess(folder, 'recs.parquet', () => readdir(folder));
    expect(inside).toEqual(['owner.json']);
    await expect(
      asOnlyProcess(folder, 'recs.parquet', () => Promise.reject(new Error('full'))),
    ).rejects.toThrow('full');
    expect(await readdir(folder)).toEqual([]);
    expect(await work(folder)).toBe('done');
  });

  it('is told from one that was killed, of this machine at once and of another one after a minute', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    onTestFinished(() => void other.kill('SIGKILL'));
    const alive = await begunBy({ pid: other.pid, host });
    await expect(work(alive.folder)).rejects.toMatchObject({
      code: 'invalid-settings',
      message: `another process (${other.pid} on ${host}) makes recs.parquet at this moment`,
    });
    other.kill('SIGKILL');
    await once(other, 'close');
    expect(await work(alive.folder)).toBe('done');

    for (const owner of [{ pid: 1, host: `not ${host}` }, '', '{"pid"']) {
      const { folder, file } = await begunBy(owner);
      await expect(work(folder)).rejects.toThrow(/another process/);
      const before = new Date(Date.now() - 90_000);
      await utimes(file, before, before);
      expect(await work(folder)).toBe('done');
    }
  });
});
