import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { adoptCheckpoints } from './adoptCheckpoints.js';

async function folders() {
  const root = await temporaryFolder();
  const from = join(root, 'first/checkpoints');
  await mkdir(join(from, 'e0002-s00000000'), { recursive: true });
  await writeFile(join(from, 'e0002-s00000000/state.bin'), 'weights');
  return { from, own: join(root, 'second/checkpoints') };
}

test('the checkpoints of the run before are copied, and stay where they were', async () => {
  const { from, own } = await folders();
  expect(await adoptCheckpoints(from, own)).toBe('adopted');
  for (const folder of [from, own]) {
    expect(await readFile(join(folder, 'e0002-s00000000/state.bin'), 'utf8')).toBe('weights');
  }
});

test('an attempt that has checkpoints of its own keeps them', async () => {
  const { from, own } = await folders();
  await mkdir(own, { recursive: true });
  expect(await adoptCheckpoints(from, own)).toBe('adopted before');
  await expect(readFile(join(own, 'e0002-s00000000/state.bin'))).rejects.toThrow('ENOENT');
});

test('where the run before left none, the training begins anew', async () => {
  const { from, own } = await folders();
  expect(await adoptCheckpoints(join(from, 'missing'), own)).toBe('none there');
});
