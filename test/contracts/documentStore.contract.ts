import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import {
  documentBytes,
  DocumentTooLargeError,
  MAX_DOCUMENT_BYTES,
} from '../../functions/ports/documentStore/documentSize.js';
import {
  DocumentExistsError,
  type DocumentChange,
  type DocumentStore,
  type Query,
  type Transaction,
} from '../../functions/ports/documentStore/documentStore.js';

export interface DocumentStoreHarness {
  open(): Promise<DocumentStore>;
  /** Parallel transactions on one document: some stores take turns slowly. */
  contention: number;
  /**
   * Whether a write just when a watch begins is told. Firestore promises it; its emulator (1.19.9) loses about one in a
   * hundred such writes until the document's next one.
   */
  watchesExactly: boolean;
}

/** Keeps each document's newest `n`. */
function keepNewest(last: Map<string, unknown>): (changes: readonly DocumentChange[]) => void {
  return (changes) => {
    for (const change of changes) {
      if (change.kind === 'set') last.set(change.document.path, change.document.data['n']);
    }
  };
}

function fail(error: Error): void {
  throw error;
}

/** What every document store promises. */
export function describeDocumentStore(name: string, harness: DocumentStoreHarness): void {
  describe(`${name} as a document store`, () => {
    let store: DocumentStore;
    let cases = 0;
    /** A collection of its own for each test. */
    const collection = () => `case${process.pid}x${++cases}`;
    const put = (path: string, data: Record<string, unknown>) =>
      store.transaction(async (tx) => tx.set(path, data));
    const names = async (query: Query) =>
      (await store.query(query)).map(({ path }) => path.split('/').at(-1));

    beforeAll(async () => {
      store = await harness.open();
    });
    afterAll(() => store.close());

    it('gives back what was set, and undefined for what was not', async () => {
      const path = `${collection()}/a`;
      expect(await store.get(path)).toBeUndefined();
      const data = {
        text: 'ä',
        number: 1.5,
        flag: true,
        none: null,
        list: [1, 'b'],
        map: { deep: { x: 0 } },
      };
      await put(path, data);
      expect(await store.get(path)).toEqual({ path, data });
      await put(path, { other: 1 });
      expect((await store.get(path))?.data).toEqual({ other: 1 });
      await store.transaction(async (tx) => tx.delete(path));
      expect(await store.get(path)).toBeUndefined();
    });

    it('lets no two transactions decide by what the other is about to change', async () => {
      const c = collection();
      const doctors = [`${c}/a`, `${c}/b`];
      await store.transaction(async (tx) => {
        for (const path of doctors) tx.set(path, { onCall: true });
      });
      /** Each may leave as long as the other stays. */
      const leave = (mine: string) =>
        store.transaction(async (tx) => {
          const present: string[] = [];
          for (const path of doctors) if ((await tx.get(path))?.data['onCall']) present.push(path);
          if (present.length > 1) tx.set(mine, { onCall: false });
          return present.length;
        });
      const seen = await Promise.all(doctors.map(leave));
      expect(new Set(seen)).toEqual(new Set([1, 2]));
      const where = [{ field: 'onCall', op: '==' as const, value: true }];
      expect(await store.query({ collection: c, where })).toHaveLength(1);
    }, 120_000);

    describe.each(['transaction', 'optimistic'] as const)('changed by %s', (kind) => {
      const changed = <T>(work: (tx: Transaction) => Promise<T>) => store[kind](work);

      it('loses no increment of parallel transactions on one document', async () => {
        const path = `${collection()}/counter`;
        await put(path, { n: 0 });
        const increment = () =>
          changed(async (tx) => {
            const { n } = (await tx.get(path))!.data as { n: number };
            tx.set(path, { n: n + 1 });
          });
        await Promise.all(Array.from({ length: harness.contention }, increment));
        expect((await store.get(path))?.data).toEqual({ n: harness.contention });
      }, 120_000);

      it('writes all of a transaction or nothing of it', async () => {
        const c = collection();
        await put(`${c}/taken`, { by: 'first' });
        const both = changed(async (tx) => {
          tx.set(`${c}/other`, { by: 'second' });
          tx.create(`${c}/taken`, { by: 'second' });
        });
        await expect(both).rejects.toThrow(new DocumentExistsError(`${c}/taken`));
        const failing = changed(async (tx) => {
          tx.set(`${c}/other`, { by: 'third' });
          throw new Error('changed my mind');
        });
        await expect(failing).rejects.toThrow('changed my mind');
        expect(await store.get(`${c}/other`)).toBeUndefined();
        expect((await store.get(`${c}/taken`))?.data).toEqual({ by: 'first' });
      });

      it('refuses a document of more than 1 MiB, and stores one of as much, whatever its form is', async () => {
        const c = collection();
        const path = `${c}/large`;
        const data = { list: Array.from({ length: 21_000 }, (_, i) => ({ n: i })), text: '' };
        data.text = 'x'.repeat(MAX_DOCUMENT_BYTES - documentBytes(path, data));
        await changed(async (tx) => tx.set(path, data));
        const tooLarge = { ...data, text: `${data.text}x` };
        for (const write of ['create', 'set'] as const) {
          const refused = changed(async (tx) => {
            tx.set(`${c}/other`, { n: 1 });
            tx[write](`${c}/large`, tooLarge);
          });
          await expect(refused).rejects.toThrow(new DocumentTooLargeError(path, MAX_DOCUMENT_BYTES + 1));
        }
        expect(await store.get(`${c}/other`)).toBeUndefined();
        expect((await store.get(path))?.data).toEqual(data);
      }, 30_000);

      it('refuses reads after writes', async () => {
        const path = `${collection()}/a`;
        const late = changed(async (tx) => {
          tx.set(path, { n: 1 });
          return tx.get(path);
        });
        await expect(late).rejects.toThrow(/reads/);
        expect(await store.get(path)).toBeUndefined();
      });

      it('applies several writes to one document in their order', async () => {
        const path = `${collection()}/a`;
        await changed(async (tx) => {
          tx.create(path, { n: 1 });
          tx.set(path, { n: 2 });
        });
        expect((await store.get(path))?.data).toEqual({ n: 2 });
        await changed(async (tx) => {
          tx.delete(path);
          tx.create(path, { n: 3 });
        });
        expect((await store.get(path))?.data).toEqual({ n: 3 });
      });

      it('replaces a document that it has read, whole, and deletes one', async () => {
        const path = `${collection()}/a.b`;
        await put(path, { kept: { a: 1, b: 2 }, gone: 1, 'x.y': 1 });
        const replaceBy = (data: Record<string, unknown>) =>
          changed(async (tx) => {
            await tx.get(path);
            tx.set(path, data);
          });
        await replaceBy({ kept: { a: 2 }, 'x.y': 2, absent: undefined });
        expect((await store.get(path))?.data).toEqual({ kept: { a: 2 }, 'x.y': 2 });
        await replaceBy({});
        expect((await store.get(path))?.data).toEqual({});
        await replaceBy({ n: 1 });
        expect((await store.get(path))?.data).toEqual({ n: 1 });
        const remove = () =>
          changed(async (tx) => {
            const found = await tx.get(path);
            tx.delete(path);
            return found !== undefined;
          });
        expect([await remove(), await remove()]).toEqual([true, false]);
        expect(await store.get(path)).toBeUndefined();
      });

      it('lets one alone of many take what is there, and of many make what is not', async () => {
        const c = collection();
        await put(`${c}/prize`, { n: 1 });
        const take = async () =>
          changed(async (tx) => {
            const prize = await tx.get(`${c}/prize`);
            const made = await tx.get(`${c}/made`);
            if (prize) tx.delete(`${c}/prize`);
            if (!made) tx.set(`${c}/made`, { n: 1 });
            return [prize !== undefined, made === undefined];
          });
        const outcomes = await Promise.all(Array.from({ length: harness.contention }, take));
        for (const i of [0, 1]) expect(outcomes.filter((outcome) => outcome[i])).toHaveLength(1);
      }, 120_000);
    });

    it('lets one of many creators win', async () => {
      const path = `${collection()}/prize`;
      const tries = await Promise.allSettled(
        Array.from({ length: 5 }, (_, i) => store.transaction(async (tx) => tx.create(path, { winner: i }))),
      );
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }, 60_000);

    it('filters by equality, membership, range, truth values, null and nested fields', async () => {
      const c = collection();
      await put(`${c}/a`, { n: 1, s: 'x', flag: true, deep: { k: 'red' }, none: null });
      await put(`${c}/b`, { n: 2, s: 'y', flag: false, deep: { k: 'blue' } });
      await put(`${c}/c`, { n: 3, s: 'x', flag: true, deep: { k: 'red' } });
      await put(`${c}/d`, { n: '2' });
      const where = (field: string, op: '==' | 'in' | '<' | '<=' | '>' | '>=', value: never) =>
        names({ collection: c, where: [{ field, op, value }] });
      expect(await where('n', '==', 2 as never)).toEqual(['b']);
      expect(await where('s', '==', 'x' as never)).toEqual(['a', 'c']);
      expect(await where('s', 'in', ['y', 'z', 'x'] as never)).toEqual(['a', 'b', 'c']);
      expect(await where('s', 'in', [] as never)).toEqual([]);
      expect(await where('n', '>', 1 as never)).toEqual(['b', 'c']);
      expect(await where('n', '<=', 1 as never)).toEqual(['a']);
      expect(await where('flag', '==', true as never)).toEqual(['a', 'c']);
      expect(await where('none', '==', null as never)).toEqual(['a']);
      expect(await where('deep.k', '==', 'red' as never)).toEqual(['a', 'c']);
      const both = [
        { field: 's', op: '==' as const, value: 'x' },
        { field: 'n', op: '>=' as const, value: 2 },
      ];
      expect(await names({ collection: c, where: both })).toEqual(['c']);
    });

    it('filters by what a list contains, also while it watches', async () => {
      const c = collection();
      await put(`${c}/a`, { teams: ['red', 'blue'], n: [1, 'red2'] });
      await put(`${c}/b`, { teams: ['green'], n: [2] });
      await put(`${c}/c`, { teams: 'red' });
      await put(`${c}/d`, { teams: [] });
      const contains = (value: string | number, field = 'teams') =>
        names({ collection: c, where: [{ field, op: 'array-contains', value }] });
      expect(await contains('red')).toEqual(['a']);
      expect(await contains('re')).toEqual([]);
      expect(await contains(2, 'n')).toEqual(['b']);
      const any = { field: 'teams', op: 'array-contains-any' as const, value: ['green', 'blue', 'pink'] };
      expect(await names({ collection: c, where: [any] })).toEqual(['a', 'b']);
      expect(await names({ collection: c, where: [{ ...any, value: [] }] })).toEqual([]);
      const told: string[] = [];
      const stop = store.watch(
        { query: { collection: c, where: [{ field: 'teams', op: 'array-contains', value: 'green' }] } },
        (changes) => void told.push(...changes.map(({ kind }) => kind)),
        fail,
      );
      await until('the first state', () => told.length === 1);
      await put(`${c}/d`, { teams: ['green'] });
      await until('a new match', () => told.length === 2);
      await put(`${c}/b`, { teams: ['red'] });
      await until('a lost match', () => told.length === 3);
      stop();
      expect(told).toEqual(['set', 'set', 'deleted']);
    });

    it('orders by fields, then by path, and leaves out documents without the field', async () => {
      const c = collection();
      await put(`${c}/b`, { n: 1, at: '2026' });
      await put(`${c}/a`, { n: 1, at: '2025' });
      await put(`${c}/c`, { n: 0, at: '2024' });
      await put(`${c}/z`, { at: '2023' });
      const by = (field: string, direction: 'asc' | 'desc') =>
        names({ collection: c, orderBy: [{ field, direction }] });
      expect(await by('n', 'asc')).toEqual(['c', 'a', 'b']);
      expect(await by('n', 'desc')).toEqual(['b', 'a', 'c']);
      expect(await by('at', 'desc')).toEqual(['b', 'a', 'c', 'z']);
      const orderBy = [
        { field: 'n', direction: 'asc' as const },
        { field: 'at', direction: 'desc' as const },
      ];
      expect(await names({ collection: c, orderBy })).toEqual(['c', 'b', 'a']);
    });

    it.each(['asc', 'desc'] as const)(
      'pages through everything once, %s, ties included',
      async (direction) => {
        const c = collection();
        const all = Array.from({ length: 7 }, (_, i) => `d${i}`);
        for (const [i, id] of all.entries()) await put(`${c}/${id}`, { n: Math.floor(i / 3) });
        const query: Query = { collection: c, orderBy: [{ field: 'n', direction }], limit: 2 };
        const seen: string[] = [];
        for (
          let page = await store.query(query);
          page.length > 0;
          page = await store.query({ ...query, startAfter: page.at(-1)! })
        ) {
          seen.push(...page.map(({ path }) => path.split('/').at(-1)!));
        }
        expect(seen).toEqual(direction === 'asc' ? all : all.toReversed());
      },
    );

    it.each(['asc', 'desc'] as const)(
      'pages past nulls, which come before every value, %s',
      async (direction) => {
        const c = collection();
        await put(`${c}/a`, { n: null });
        await put(`${c}/b`, { n: null });
        await put(`${c}/c`, { n: -1 });
        await put(`${c}/d`, { n: 'text' });
        const seen: string[] = [];
        const query: Query = { collection: c, orderBy: [{ field: 'n', direction }], limit: 1 };
        for (
          let page = await store.query(query);
          page.length > 0;
          page = await store.query({ ...query, startAfter: page.at(-1)! })
        ) {
          seen.push(page[0]!.path.split('/').at(-1)!);
        }
        expect(seen).toEqual(direction === 'asc' ? ['a', 'b', 'c', 'd'] : ['d', 'c', 'b', 'a']);
      },
    );

    it('orders by path where nothing else is asked for', async () => {
      const c = collection();
      for (const id of ['0002', '0010', '0001']) await put(`${c}/${id}`, { n: 1 });
      expect(await names({ collection: c, limit: 2 })).toEqual(['0001', '0002']);
      const startAfter = { path: `${c}/0002`, data: { n: 1 } };
      expect(await names({ collection: c, startAfter })).toEqual(['0010']);
    });

    it('gives the fields that a query names and no others, in every type, and none that a document lacks', async () => {
      const c = collection();
      const data = {
        n: 1.5,
        text: '"a"',
        is: true,
        none: null,
        map: { deep: [1] },
        list: ['x'],
        'odd-name': '',
      };
      await put(`${c}/a`, { ...data, body: 'x'.repeat(1000) });
      await put(`${c}/b`, { n: 0, body: 'y' });
      expect(await store.query({ collection: c, fields: [...Object.keys(data), 'absent'] })).toEqual([
        { path: `${c}/a`, data },
        { path: `${c}/b`, data: { n: 0 } },
      ]);
      const where = [{ field: 'body', op: '==', value: 'y' }] as const;
      expect(await store.query({ collection: c, where, fields: ['n'] })).toEqual([
        { path: `${c}/b`, data: { n: 0 } },
      ]);
    });

    it('keeps subcollections apart from their parents', async () => {
      const c = collection();
      await put(`${c}/a`, { n: 1 });
      await put(`${c}/a/rows/1`, { n: 2 });
      expect(await names({ collection: c })).toEqual(['a']);
      expect(await names({ collection: `${c}/a/rows` })).toEqual(['1']);
    });

    it('tells a watcher of a document what is there, then each change, until it stops', async () => {
      const path = `${collection()}/seen`;
      const told: DocumentChange[] = [];
      await put(path, { n: 1 });
      const stop = store.watch({ document: path }, (changes) => told.push(...changes), fail);
      await until('the first state', () => told.length === 1);
      await put(path, { n: 2 });
      await until('the change', () => told.length === 2);
      await store.transaction(async (tx) => tx.delete(path));
      await until('the deletion', () => told.length === 3);
      stop();
      await put(path, { n: 3 });
      expect(told).toEqual([
        { kind: 'set', document: { path, data: { n: 1 } } },
        { kind: 'set', document: { path, data: { n: 2 } } },
        { kind: 'deleted', path },
      ]);
    });

    it('tells a watcher of a query what matches, what begins to match and what ceases to', async () => {
      const c = collection();
      await put(`${c}/a`, { open: true });
      await put(`${c}/b`, { open: false });
      const told: string[] = [];
      const stop = store.watch(
        { query: { collection: c, where: [{ field: 'open', op: '==', value: true }] } },
        (changes) => {
          for (const change of changes) {
            told.push(change.kind === 'set' ? `set ${change.document.path}` : `deleted ${change.path}`);
          }
        },
        fail,
      );
      await until('the first state', () => told.length === 1);
      await put(`${c}/b`, { open: true });
      await until('a new match', () => told.length === 2);
      await put(`${c}/a`, { open: false });
      await until('a lost match', () => told.length === 3);
      stop();
      expect(told).toEqual([`set ${c}/a`, `set ${c}/b`, `deleted ${c}/a`]);
    });

    it('tells a watcher at once where nothing is there', async () => {
      const c = collection();
      const told: number[] = [];
      const count = (changes: readonly DocumentChange[]) => told.push(changes.length);
      const stops = [
        store.watch({ document: `${c}/a` }, count, fail),
        store.watch({ query: { collection: c } }, count, fail),
      ];
      await until('both first states', () => told.length === 2);
      for (const stop of stops) stop();
      expect(told).toEqual([0, 0]);
    });

    it.skipIf(!harness.watchesExactly)('misses no change that comes while a watch begins', async () => {
      const c = collection();
      await put(`${c}/a`, { n: 0 });
      const last = new Map<string, unknown>();
      const writing = put(`${c}/a`, { n: 1 });
      const stop = store.watch({ query: { collection: c } }, keepNewest(last), fail);
      const told = last.size;
      await Promise.all([writing, put(`${c}/a`, { n: 2 }), put(`${c}/b`, { n: 3 })]);
      await until('both documents', () => last.get(`${c}/a`) === 2 && last.get(`${c}/b`) === 3);
      stop();
      expect(told).toBe(0);
    });

    it('tells of a deletion once, and of nothing that was never there', async () => {
      const path = `${collection()}/a`;
      await put(path, { n: 1 });
      const told: DocumentChange[] = [];
      const stop = store.watch({ document: path }, (changes) => told.push(...changes), fail);
      await until('the first state', () => told.length === 1);
      const remove = () => store.transaction(async (tx) => tx.delete(path));
      await remove();
      await until('the deletion', () => told.length === 2);
      await remove();
      await put(path, { n: 2 });
      await until('the new document', () => told.length > 2);
      stop();
      expect(told.slice(1)).toEqual([
        { kind: 'deleted', path },
        { kind: 'set', document: { path, data: { n: 2 } } },
      ]);
    });

    it('ends the watch whose listener throws, and disturbs neither writers nor other watchers', async () => {
      const path = `${collection()}/shared`;
      await put(path, { n: 0 });
      const errors: string[] = [];
      const onError = ({ message }: Error) => errors.push(message);
      const last = new Map<string, unknown>();
      const complain = () => {
        throw new Error('a bad listener');
      };
      const stops = [
        store.watch({ document: path }, complain, onError),
        store.watch({ document: path }, keepNewest(last), onError),
      ];
      await until('the first state', () => last.get(path) === 0);
      await until('the error', () => errors.length > 0);
      await put(path, { n: 1 });
      await until('the change', () => last.get(path) === 1);
      for (const stop of stops) stop();
      expect(errors).toEqual(['a bad listener']);
    });
  });
}
