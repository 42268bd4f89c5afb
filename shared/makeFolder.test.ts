import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeFolder, makeFolderSync } from './makeFolder.js';

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'make-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe.each([
  ['makeFolder', makeFolder],
  ['makeFolderSync', async (path: string, mode?: number) => makeFolderSync(path, mode)],
])('%s', (_name, make) => {
  it('makes a folder with all above it, as often as it is asked, also at the same time', async () => {
    const path = join(await scratch(), 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 5 }, () => make(path, 0o700)));
    await make(path);
    const { mode } = await stat(path);
    expect(mode & 0o777).toBe(0o700);
  });

  it('says that a file is in the way, be it the last name or one above', async () => {
    const folder = await scratch();
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(make(file)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(join(file, 'a', 'b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('ends where the system makes nothing: a link to nowhere, /proc', async () => {
    const link = join(await scratch(), 'link');
    await symlink(join(link, '..', 'nowhere', 'at', 'all'), link);
    await expect(make(link)).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(make(join(link, 'a'))).rejects.toMatchObject({ code: /EEXIST|ENOENT/ });
    if (existsSync('/proc/self')) {
      for (const path of ['/proc/x', '/proc/x/y/z'])
        await expect(make(path)).rejects.toMatchObject({ code: 'ENOENT' });
    }
  });
});

it('makes a folder while somebody else makes those above it', async () => {
  const folder = await scratch();
  for (let round = 0; round < 20; round++) {
    const above = join(folder, `${round}`, 'a', 'b');
    const paths = Array.from({ length: 8 }, (_, i) => join(above, `${i}`, 'c'));
    await Promise.all([
      ...paths.map((path) => makeFolder(path)),
      makeFolder(above),
      makeFolder(join(above, '..')),
    ]);
    for (const path of paths) expect(existsSync(path)).toBe(true);
  }
});

/** Not the product's sources, and examples, which stand alone. */
const OTHER_FOLDERS = ['.ci', '.git', 'dist', 'examples', 'node_modules', 'test'];

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return OTHER_FOLDERS.includes(entry.name) ? [] : sources(path);
    return /(?<!\.test|\.d)\.[cm]?[jt]s$/.test(entry.name) ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}

it('makes all folders of the product: mkdir with recursive, which may never end, is nowhere called', async () => {
  const root = join(import.meta.dirname, '..');
  const files = await sources(root);
  expect(files.length).toBeGreaterThan(1000);
  const calls: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    if (/\bmkdir(Sync)?\((?:[^;]|;(?!\n))*?recursive: true/.test(text)) calls.push(relative(root, file));
  }
  expect(calls).toEqual([]);
});
