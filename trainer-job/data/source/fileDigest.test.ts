import { createHash } from 'node:crypto';
import { appendFile, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { checkUnchanged, digestsOf as fileDigests } from './fileDigest.js';

const digestsOf = async (files: readonly string[], memory?: string) =>
  (await fileDigests(files, memory)).map((digest) => digest.sha256);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What `digestsOf` would have left behind had the file been old enough. */
async function rememberAs(memory: string, file: string, digest: string, size: number): Promise<void> {
  const { ino, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
  const identity = {
    path: file,
    size: String(size),
    inode: String(ino),
    modified: String(mtimeNs),
    changed: String(ctimeNs),
  };
  await writeFile(join(memory, `${sha256(file)}.json`), JSON.stringify({ identity, sha256: digest }));
}

describe('a file that was read', () => {
  it.each<[string, (file: string) => Promise<void>]>([
    ['was changed', (file) => appendFile(file, 'more')],
    ['was deleted', (file) => rm(file)],
  ])('and %s since is told from one that is as it was', async (what, change) => {
    const file = join(await temporaryFolder(), 'rows.csv');
    await writeFile(file, 'one');
    const digests = await fileDigests([file]);
    await checkUnchanged(digests);
    await change(file);
    await expect(checkUnchanged(digests)).rejects.toMatchObject({
      name: 'TrainerError',
      code: 'source-changed',
      retriable: true,
      message: expect.stringContaining(`rows.csv ${what}`) as string,
    });
  });
});

describe('the digests of files', () => {
  it('are those of their bytes, in the order of the files', async () => {
    const folder = await temporaryFolder();
    const texts = Array.from({ length: 9 }, (_, i) => String(i).repeat(i * 100_000));
    const files = texts.map((_, i) => join(folder, `${i}.txt`));
    await Promise.all(files.map((file, i) => writeFile(file, texts[i]!)));
    expect(await digestsOf(files)).toEqual(texts.map(sha256));
  });

  it('are taken from memory for a file that is as it was, and from its bytes for one that changed', async () => {
    const [folder, memory] = [await temporaryFolder(), await temporaryFolder()];
    const file = join(folder, 'rows.csv');
    await writeFile(file, 'one');
    await rememberAs(memory, file, 'f'.repeat(64), 3);
    expect(await digestsOf([file], memory)).toEqual(['f'.repeat(64)]);
    await rememberAs(memory, file, 'f'.repeat(64), 4);
    expect(await digestsOf([file], memory)).toEqual([sha256('one')]);
    // As many bytes, and the time of the last change set back: the file system's own time gives it away.
    await rememberAs(memory, file, 'f'.repeat(64), 3);
    await writeFile(file, 'two');
    await utimes(file, 1, 1);
    expect(await digestsOf([file], memory)).toEqual([sha256('two')]);
  });

  it('of a file that has just changed are not remembered', async () => {
    const [folder, memory] = [await temporaryFolder(), await temporaryFolder()];
    await writeFile(join(folder, 'new.csv'), 'one');
    await digestsOf([join(folder, 'new.csv')], memory);
    expect(await readdir(memory)).toEqual([]);
  });

  it('of a file that has settled are remembered, and a damaged memory is none', async () => {
    const memory = await temporaryFolder();
    const file = join(import.meta.dirname, '../../package.json');
    const expected = [sha256(await readFile(file, 'utf8'))];
    expect(await digestsOf([file], memory)).toEqual(expected);
    const [name = ''] = await readdir(memory);
    await writeFile(join(memory, name), '{"identity":');
    expect(await digestsOf([file], memory)).toEqual(expected);
    expect(JSON.parse(await readFile(join(memory, name), 'utf8'))).toMatchObject({ sha256: expected[0] });
  });
});
