/** The candidate tower's weights, which new items alone go through, are read again when one is asked about. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it, onTestFinished } from 'vitest';
import { goldenFiles, readerOf, withManifest } from '../../test/support/recommender/describedFolder.js';
import { open } from '../node.js';

const WEIGHTS = 'candidate_model/weights.bin';
const NEW_ITEM = { item: 'never seen' };

/** The golden hybrid with more behind its weights than stays in memory. */
function large() {
  const files = goldenFiles('hybrid');
  return withManifest(files.set(WEIGHTS, Buffer.concat([files.get(WEIGHTS)!, Buffer.alloc(1 << 20)])));
}

async function largeOnDisk() {
  const folder = await mkdtemp(join(tmpdir(), 'rare-tower-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, content] of large()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

it('are in memory from the first new item on, and no sooner', async () => {
  const files = large();
  const read: WeakRef<Uint8Array>[] = [];
  let asked = 0;
  const model = await open({
    async read(path) {
      const bytes = Uint8Array.from(await readerOf(files)(path));
      if (path === WEIGHTS) read.push(new WeakRef(bytes));
      return bytes;
    },
    sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    keep: async (path) => {
      expect(path).toBe(WEIGHTS);
      return () => {
        asked++;
        return files.get(WEIGHTS)!;
      };
    },
  });
  expect(read).toHaveLength(1);
  await expect
    .poll(() => {
      collectGarbage();
      return read[0]!.deref() === undefined;
    })
    .toBe(true);
  const inMemory = await open(readerOf(files));
  expect(model.recommend({ user: 3 })).toEqual(inMemory.recommend({ user: 3 }));
  expect(asked).toBe(0);
  expect(model.embedCandidate(NEW_ITEM)).toEqual(inMemory.embedCandidate(NEW_ITEM));
  expect(model.similar(NEW_ITEM)).toEqual(inMemory.similar(NEW_ITEM));
  expect(asked).toBe(1);
});

it('are there when the folder is not any more', async () => {
  const folder = await largeOnDisk();
  const model = await open(folder);
  await rm(folder, { recursive: true });
  const inMemory = await open(readerOf(large()));
  expect(model.embedCandidate(NEW_ITEM)).toEqual(inMemory.embedCandidate(NEW_ITEM));
});

it('are refused where somebody wrote into the file meanwhile, each time', async () => {
  const folder = await largeOnDisk();
  const model = await open(folder);
  const file = join(folder, WEIGHTS);
  const changed = Buffer.from(large().get(WEIGHTS)!);
  changed[100]! ^= 1;
  await writeFile(file, changed);
  for (let i = 0; i < 2; i++) {
    expect(() => model.embedCandidate(NEW_ITEM)).toThrow(
      /weights\.bin has the SHA-256 .* and manifest\.json/,
    );
  }
  await writeFile(file, changed.subarray(0, 1000));
  expect(() => model.embedCandidate(NEW_ITEM)).toThrow(/weights\.bin has 1000 bytes instead of/);
});

it.skipIf(!existsSync('/proc/self/fd'))(
  'leave no file open once the model is not used any more',
  async () => {
    const folder = await largeOnDisk();
    const openFiles = () =>
      readdirSync('/proc/self/fd').filter((name) => {
        const path = join('/proc/self/fd', name);
        return existsSync(path) && readlinkSync(path).startsWith(folder);
      }).length;
    await (async () => {
      const { width } = await open(folder);
      expect(width).toBeGreaterThan(0);
      expect(openFiles()).toBe(1);
    })();
    await expect
      .poll(() => {
        collectGarbage();
        return openFiles();
      })
      .toBe(0);
  },
);
