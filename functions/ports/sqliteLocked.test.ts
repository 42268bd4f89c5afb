import { setTimeout as pause } from 'node:timers/promises';
import type { RunEvent } from '@trainyard/shared';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { event } from '../../test/contracts/events.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import { openSqliteDocumentStore } from './documentStore/sqliteDocumentStore.js';
import { openSqliteEventBus } from './eventBus/sqliteEventBus.js';

/** Far more than a look at a locked file may take, and far less than the file stays locked. */
const HELD_UP_MS = 1_000;
const LOCKED_MS = 1_500;

/** Has somebody else lock the file; `longestTurn` is the longest that this process has answered nobody since. */
function lock(file: string) {
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  let [last, longest] = [performance.now(), 0];
  const look = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const clock = setInterval(look, 5);
  onTestFinished(() => {
    clearInterval(clock);
    other.close();
  });
  return {
    release: () => void other.exec('ROLLBACK'),
    longestTurn: () => {
      look();
      return longest;
    },
  };
}

async function openStore() {
  const file = `${await temporaryFolder()}/documents.db`;
  const store = openSqliteDocumentStore(file);
  onTestFinished(() => store.close());
  return { file, store };
}

describe('a file of documents that another process has locked', () => {
  it('is written once it is free, and is read and holds nobody up meanwhile', async () => {
    const { file, store } = await openStore();
    await store.transaction(async (tx) => tx.set('runs/1', { n: 1 }));
    const { release, longestTurn } = lock(file);
    const writing = Promise.all(
      [2, 3, 4].map((n) => store.transaction(async (tx) => tx.set(`runs/${n}`, { n }))),
    );
    await pause(LOCKED_MS);
    expect(await store.get('runs/1')).toMatchObject({ data: { n: 1 } });
    expect(await store.query({ collection: 'runs' })).toHaveLength(1);
    release();
    await writing;
    expect(await store.query({ collection: 'runs' })).toHaveLength(4);
    expect(longestTurn()).toBeLessThan(HELD_UP_MS);
  });

  it('fails all who want to write within seconds, however many there are', async () => {
    const { file, store } = await openStore();
    lock(file);
    const began = performance.now();
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => store.transaction(async (tx) => tx.set(`runs/${n}`, { n }))),
    );
    expect(performance.now() - began).toBeLessThan(12_000);
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'rejected'));
    expect(ends[0]).toMatchObject({ reason: { code: 'SQLITE_BUSY' } });
    // Those who come one after another do not each wait as long.
    for (let n = 0; n < 5; n++)
      await expect(store.transaction(async (tx) => tx.set(`runs/${n}`, { n }))).rejects.toThrow('locked');
    expect(performance.now() - began).toBeLessThan(15_000);
  }, 20_000);
});

describe('a file of documents whose other process keeps it locked', () => {
  it.each(['transaction', 'optimistic'] as const)(
    'is given up at once by who has waited in a queue before, and written by him where it is free again: %s',
    async (kind) => {
      const { file, store } = await openStore();
      const { release } = lock(file);
      const askedAt = Date.now() - 5_000;
      const began = performance.now();
      await expect(store[kind](async (tx) => tx.set('runs/1', {}), askedAt)).rejects.toMatchObject({
        code: 'SQLITE_BUSY',
      });
      expect(performance.now() - began).toBeLessThan(HELD_UP_MS);
      expect(await store.get('runs/1')).toBeUndefined();
      release();
      await store[kind](async (tx) => tx.set('runs/1', {}), askedAt);
      expect(await store.get('runs/1')).toBeDefined();
    },
  );
});

describe('a file of events that another process has locked', () => {
  it('holds nobody up, and each event is delivered once although its end cannot be recorded for a while', async () => {
    const file = `${await temporaryFolder()}/events.db`;
    const bus = openSqliteEventBus({ file, retryDelaysMs: [5] });
    onTestFinished(() => bus.close());
    const [first, ...others] = Array.from({ length: 40 }, event) as [RunEvent, ...RunEvent[]];
    const delivered: string[] = [];
    let finish: () => void = () => undefined;
    const isReady = new Promise<void>((resolve) => (finish = resolve));
    await bus.subscribe('s', async ({ id }) => {
      delivered.push(id);
      await isReady;
    });
    await bus.publish(first);
    await until('the delivery', () => delivered.length === 1);
    const { release, longestTurn } = lock(file);
    finish();
    const publishing = Promise.all(others.map((one) => bus.publish(one)));
    await pause(LOCKED_MS);
    expect(longestTurn()).toBeLessThan(HELD_UP_MS);
    release();
    await publishing;
    await until('all of them', () => delivered.length === 40);
    expect(new Set(delivered)).toEqual(new Set([first, ...others].map(({ id }) => id)));
  });
});
