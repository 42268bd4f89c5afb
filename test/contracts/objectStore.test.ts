import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openDirectoryObjectStore } from '../../functions/ports/objectStore/directoryObjectStore.js';
import { ObjectNotFoundError } from '../../functions/ports/objectStore/objectStore.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { objectStoreContract } from './objectStore.contract.js';

async function opened() {
  const folder = await temporaryFolder();
  const root = join(folder, 'objects');
  const reopen = () => openDirectoryObjectStore(root);
  const everything = async (prefix: string) =>
    existsSync(join(root, prefix)) ? readdir(join(root, prefix)) : [];
  return { folder, root, store: reopen(), reopen, everything };
}

objectStoreContract('a directory', opened);

describe('a directory of objects', () => {
  it('has each of them as a file under its URI', async () => {
    const { store } = await opened();
    const content = Buffer.from([0, 255, 10, 13, 128]);
    await store.putIfAbsent('runs/r1/model #1.bin', content);
    const uri = store.uri('runs/r1/model #1.bin');
    expect(uri).toMatch(/^file:\/\/\//);
    expect(await readFile(fileURLToPath(uri))).toEqual(content);
  });

  it('lists no unfinished file', async () => {
    const { store, root } = await opened();
    await store.putIfAbsent('runs/a', Buffer.from('a'));
    await writeFile(join(root, 'runs', '.unfinished-left-by-a-crash'), 'half');
    expect(await store.list('')).toEqual(['runs/a']);
  });

  it('shows nothing of what lies beside it', async () => {
    const { store, folder } = await opened();
    await writeFile(join(folder, 'secret'), 'x');
    await expect(store.list('../')).rejects.toThrow(RangeError);
    expect(await store.list('..')).toEqual([]);
  });

  it('follows no link out of its folder, be it of a file or of a folder above it, and no key leads through one', async () => {
    const { store, root, folder } = await opened();
    await store.putIfAbsent('runs/a', Buffer.from('a'));
    await mkdir(join(folder, 'outside'));
    await writeFile(join(folder, 'outside', 'secret'), 'x');
    await symlink(join(folder, 'outside', 'secret'), join(root, 'runs', 'file'));
    await symlink(join(folder, 'outside'), join(root, 'runs', 'folder'));
    for (const key of ['runs/file', 'runs/folder/secret']) {
      expect(await store.get(key)).toBeUndefined();
      await expect(store.openRead(key)).rejects.toThrow(ObjectNotFoundError);
      await store.delete(key);
    }
    expect(await store.list('')).toEqual(['runs/a']);
    expect(await store.list('runs/folder/')).toEqual([]);
    await expect(store.putIfAbsent('runs/folder/new', Buffer.from('x'))).rejects.toThrow('leads out of');
    expect(await readdir(join(folder, 'outside'))).toEqual(['secret']);
  });

  it('may lie behind a link itself', async () => {
    const { store, root, folder } = await opened();
    await store.putIfAbsent('runs/a', Buffer.from('a'));
    await symlink(root, join(folder, 'link'));
    const other = openDirectoryObjectStore(join(folder, 'link'));
    expect([await other.get('runs/a'), await other.list('runs/')]).toEqual([Buffer.from('a'), ['runs/a']]);
  });
});
