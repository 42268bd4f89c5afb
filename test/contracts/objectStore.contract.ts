import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ObjectNotFoundError, type ObjectStore } from '../../functions/ports/objectStore/objectStore.js';

export interface OpenedObjectStore {
  store: ObjectStore;
  /** Another one of the same objects, as the next process opens it. */
  reopen(this: void): ObjectStore;
  /** What lies where the objects are, finished or not, below a prefix. */
  everything(this: void, prefix: string): Promise<string[]>;
}

const text = (content: string) => Buffer.from(content);

/** What every object store does. */
export function objectStoreContract(name: string, opened: () => Promise<OpenedObjectStore>): void {
  describe(`${name} as an object store`, () => {
    it('gives back what was put, as a whole and as a stream', async () => {
      const { store } = await opened();
      const content = Buffer.from([0, 255, 10, 13, 128]);
      expect(await store.putIfAbsent('runs/r1/model #1.bin', content)).toBe(true);
      expect(await store.get('runs/r1/model #1.bin')).toEqual(content);
      expect(await buffer(await store.openRead('runs/r1/model #1.bin'))).toEqual(content);
    });

    it('stores an empty object and a stream of many chunks', async () => {
      const { store } = await opened();
      await store.putIfAbsent('empty', text(''));
      expect(await store.get('empty')).toEqual(text(''));
      const chunks = Array.from({ length: 200 }, (_, i) => Buffer.alloc(10_000, i));
      expect(await store.putIfAbsent('large', Readable.from(chunks))).toBe(true);
      expect((await store.get('large'))?.equals(Buffer.concat(chunks))).toBe(true);
    });

    it('gives any part of an object, and says before the first byte that there is none', async () => {
      const { store } = await opened();
      const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
      await store.putIfAbsent('folder/object', content);
      const last = content.length - 1;
      for (const [start, end] of [
        [0, 0],
        [0, last],
        [1, 3],
        [99_999, 170_000],
        [last, last],
      ] as const) {
        const part = await buffer(await store.openRead('folder/object', { range: { start, end } }));
        expect(part.equals(content.subarray(start, end + 1)), `bytes ${start} to ${end}`).toBe(true);
      }
      await expect(store.openRead('absent', { range: { start: 0, end: 1 } })).rejects.toThrow(
        ObjectNotFoundError,
      );
      await expect(store.openRead('folder', { range: { start: 0, end: 1 } })).rejects.toThrow(
        ObjectNotFoundError,
      );
      await expect(store.openRead('../outside', { range: { start: 0, end: 1 } })).rejects.toThrow(RangeError);
    });

    it('says before the first byte that an object has another size than it should', async () => {
      const { store } = await opened();
      await store.putIfAbsent('a', text('12345'));
      const range = { start: 1, end: 2 };
      expect(await buffer(await store.openRead('a', { size: 5 }))).toEqual(text('12345'));
      expect(await buffer(await store.openRead('a', { size: 5, range }))).toEqual(text('23'));
      for (const part of [{ size: 0 }, { size: 4 }, { size: 6, range }])
        await expect(store.openRead('a', part)).rejects.toThrow(
          expect.objectContaining({ name: 'ObjectSizeError', size: 5, uri: store.uri('a') }) as Error,
        );
      await expect(store.openRead('absent', { size: 5 })).rejects.toThrow(ObjectNotFoundError);
    });

    it('leaves an object as it is when the key is taken', async () => {
      const { store } = await opened();
      expect(await store.putIfAbsent('a', text('first'))).toBe(true);
      expect(await store.putIfAbsent('a', text('second'))).toBe(false);
      expect(await store.putIfAbsent('a', Readable.from([text('third')]))).toBe(false);
      expect(await store.get('a')).toEqual(text('first'));
    });

    it('lets exactly one of many writers win, and every reader sees that one whole', async () => {
      const { store } = await opened();
      const contents = Array.from({ length: 20 }, (_, i) => Buffer.alloc(100_000, i));
      const seen: Buffer[] = [];
      const wins = await Promise.all(
        contents.map(async (content) => {
          const won = await store.putIfAbsent('deep/prize', Readable.from([content]));
          const found = await store.get('deep/prize');
          if (found) seen.push(found);
          return won;
        }),
      );
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(seen).toHaveLength(20);
      expect(seen.every((found) => found.equals(contents[wins.indexOf(true)]!))).toBe(true);
    });

    it('leaves nothing behind when the content breaks off', async () => {
      const { store, everything } = await opened();
      const broken = Readable.from(
        (function* () {
          yield text('half');
          throw new Error('the source broke off');
        })(),
      );
      await expect(store.putIfAbsent('folder/object', broken)).rejects.toThrow('the source broke off');
      expect(await store.get('folder/object')).toBeUndefined();
      expect(await everything('folder/')).toEqual([]);
      expect(await store.putIfAbsent('folder/object', text('whole'))).toBe(true);
    });

    it('says that nothing is there: undefined, an error before the first byte, no error when deleting', async () => {
      const { store } = await opened();
      await store.putIfAbsent('folder/a', text('a'));
      for (const key of ['absent', 'absent/deeper', 'folder', 'folder/a/deeper']) {
        expect(await store.get(key)).toBeUndefined();
        await expect(store.openRead(key)).rejects.toThrow(ObjectNotFoundError);
        await store.delete(key);
      }
      expect(await store.get('folder/a')).toEqual(text('a'));
    });

    it('forgets what was deleted, so that the key is free again', async () => {
      const { store } = await opened();
      await store.putIfAbsent('a', text('old'));
      await store.delete('a');
      expect(await store.get('a')).toBeUndefined();
      expect(await store.putIfAbsent('a', text('new'))).toBe(true);
    });

    it('lists the keys that begin with a prefix, in order', async () => {
      const { store } = await opened();
      expect(await store.list('')).toEqual([]);
      for (const key of ['runs/r2/b', 'runs/r1/b', 'runs/r1/a', 'runs/r10/c', 'other']) {
        await store.putIfAbsent(key, text(key));
      }
      expect(await store.list('')).toEqual(['other', 'runs/r1/a', 'runs/r1/b', 'runs/r10/c', 'runs/r2/b']);
      expect(await store.list('runs/r1/')).toEqual(['runs/r1/a', 'runs/r1/b']);
      expect(await store.list('runs/r1')).toEqual(['runs/r1/a', 'runs/r1/b', 'runs/r10/c']);
      expect(await store.list('runs/r3')).toEqual([]);
      expect(await store.list('nowhere/')).toEqual([]);
    });

    it.each([
      '../outside',
      'a/../../outside',
      '..',
      '.',
      '',
      '/etc/outside',
      'a//b',
      'a/',
      'a/./b',
      'a\\..\\b',
      'a\0b',
    ])('refuses the key %j, which could lead elsewhere', async (key) => {
      const { store, everything } = await opened();
      await expect(store.putIfAbsent(key, text('x'))).rejects.toThrow(RangeError);
      await expect(store.get(key)).rejects.toThrow(RangeError);
      await expect(store.openRead(key)).rejects.toThrow(RangeError);
      await expect(store.delete(key)).rejects.toThrow(RangeError);
      expect(() => store.uri(key)).toThrow(RangeError);
      expect(await everything('')).toEqual([]);
    });

    it('refuses to list above its root', async () => {
      const { store } = await opened();
      await expect(store.list('../')).rejects.toThrow(RangeError);
      expect(await store.list('..')).toEqual([]);
    });

    it('keeps its objects for the next one who opens it', async () => {
      const { store, reopen } = await opened();
      await store.putIfAbsent('a/b', text('kept'));
      const next = reopen();
      expect(await next.get('a/b')).toEqual(text('kept'));
      expect(await next.putIfAbsent('a/b', text('other'))).toBe(false);
    });
  });
}
