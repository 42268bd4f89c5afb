import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from './makeFolder.js';

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'make-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it('makes a folder with all above it, as often as it is asked, also at the same time', async () => {
  const path = join(await scratch(), 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 5 }, () => makeFolder(path, 0o700)));
  await makeFolder(path);
  const { mode } = await stat(path);
  expect(mode & 0o777).toBe(0o700);
});

it('says that a file is in the way, be it the last name or one above', async () => {
  const folder = await scratch();
  const file = join(folder, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(file, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it('ends where the system makes nothing: a link to nowhere, /proc', async () => {
  const link = join(await scratch(), 'link');
  await symlink(join(link, '..', 'nowhere', 'at', 'all'), link);
  await expect(makeFolder(link)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(link, 'a'))).rejects.toMatchObject({ code: /EEXIST|ENOENT/ });
  if (existsSync('/proc/self')) {
    for (const path of ['/proc/x', '/proc/x/y/z'])
      await expect(makeFolder(path)).rejects.toMatchObject({ code: 'ENOENT' });
  }
});
