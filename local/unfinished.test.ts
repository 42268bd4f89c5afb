import { type link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { madeBeside, putNew } from './unfinished.js';

async function made(folder: string, name: string, text: string) {
  return madeBeside(join(folder, name), async (beside) => {
    const finished = join(beside, 'finished');
    await writeFile(finished, text);
    return putNew(finished, join(folder, name));
  });
}

describe('what is made beside its name', () => {
  it('takes the name where nothing is: of many at once, one, and all others are told', async () => {
    const folder = await temporaryFolder();
    const texts = Array.from({ length: 8 }, (_, i) => `text ${i}`);
    const won = await Promise.all(texts.map((text) => made(folder, 'result', text)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await readFile(join(folder, 'result'), 'utf8')).toBe(texts[won.indexOf(true)]);
    expect(await readdir(folder)).toEqual(['result']);
  });

  it.each([
    ['a file', (path: string) => writeFile(path, 'first')],
    ['a folder', (path: string) => mkdir(join(path, 'below'), { recursive: true })],
    ['a link that leads nowhere', (path: string) => symlink('/nowhere', path)],
  ])('leaves %s that is there as it is, be it a file or a folder that is made', async (_what, first) => {
    const folder = await temporaryFolder();
    const target = join(folder, 'result');
    await first(target);
    expect(await made(folder, 'result', 'second')).toBe(false);
    await mkdir(join(folder, 'finished', 'x'), { recursive: true });
    expect(await putNew(join(folder, 'finished'), target)).toBe(false);
    expect((await readdir(folder)).toSorted()).toEqual(['finished', 'result']);
  });

  it('takes the name by itself where the file system has no hard links', async () => {
    const folder = await temporaryFolder();
    const put = async (name: string, text: string) => {
      await writeFile(join(folder, name), text);
      const refuse: typeof link = () =>
        Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
      return putNew(join(folder, name), join(folder, 'result'), refuse);
    };
    expect([await put('a', 'first'), await put('b', 'second')]).toEqual([true, false]);
    expect(await readFile(join(folder, 'result'), 'utf8')).toBe('first');
  });
});
