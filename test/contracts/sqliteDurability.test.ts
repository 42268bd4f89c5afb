import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteDocumentStore } from '../../functions/ports/documentStore/sqliteDocumentStore.js';
import { openSqliteEventBus } from '../../functions/ports/eventBus/sqliteEventBus.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';
import { built, startBuilt } from './builtProcess.js';
import { event } from './events.js';

const place = async () => join(await temporaryFolder(), 'data.db');

async function reopenedStore(file: string) {
  const store = openSqliteDocumentStore(file);
  onTestFinished(() => store.close());
  return store;
}

async function reopenedBus(file: string) {
  const bus = openSqliteEventBus({ file, retryDelaysMs: [5] });
  onTestFinished(() => bus.close());
  return bus;
}

describe('a SQLite file', () => {
  it('keeps documents when its store is closed and opened again', async () => {
    const file = await place();
    const first = openSqliteDocumentStore(file);
    await first.transaction(async (tx) => tx.set('a/b', { n: 1 }));
    await first.close();
    const next = await reopenedStore(file);
    expect((await next.get('a/b'))?.data).toEqual({ n: 1 });
  });

  it('has every transaction that was acknowledged before kill -9, and each one whole', async () => {
    const file = await place();
    const writer = await startBuilt(`
      import { openSqliteDocumentStore } from '${built('ports/documentStore/sqliteDocumentStore')}';
      const store = openSqliteDocumentStore(${JSON.stringify(file)});
      for (let i = 1; ; i++) {
        await store.transaction(async (tx) => {
          await tx.get('counters/c');
          tx.set('counters/c', { n: i });
          tx.create('rows/' + String(i).padStart(9, '0'), { i });
        });
        console.log(i);
      }`);
    await until('some transactions', () => writer.lines.length > 200);
    await writer.kill();
    const acknowledged = Number(writer.lines.at(-1));
    const store = await reopenedStore(file);
    const rows = await store.query({ collection: 'rows' });
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged);
    expect(rows.map(({ data }) => data['i'])).toEqual(rows.map((_, i) => i + 1));
    expect((await store.get('counters/c'))?.data).toEqual({ n: rows.length });
  });

  it('delivers after kill -9 every event that was accepted before', async () => {
    const file = await place();
    const publisher = await startBuilt(`
      import { openSqliteEventBus } from '${built('ports/eventBus/sqliteEventBus')}';
      const bus = openSqliteEventBus({ file: ${JSON.stringify(file)} });
      await (await bus.subscribe('sub', async () => {})).close();
      const event = ${JSON.stringify(event())};
      for (let i = 1; ; i++) {
        await bus.publish({ ...event, id: 'published-' + i });
        console.log('published-' + i);
        await new Promise((resolve) => setImmediate(resolve));
      }`);
    await until('some events', () => publisher.lines.length > 100);
    await publisher.kill();
    const bus = await reopenedBus(file);
    const got = new Set<string>();
    await bus.subscribe('sub', async ({ id }) => void got.add(id));
    await until('all of them', () => publisher.lines.every((id) => got.has(id)));
    expect(await bus.deadLetters()).toEqual([]);
  });

  it('delivers again what a handler was at when kill -9 came', async () => {
    const file = await place();
    const consumer = await startBuilt(`
      import { openSqliteEventBus } from '${built('ports/eventBus/sqliteEventBus')}';
      const bus = openSqliteEventBus({ file: ${JSON.stringify(file)} });
      await bus.subscribe('sub', ({ id }) => {
        console.log(id);
        return new Promise(() => {});
      });
      await bus.publish(${JSON.stringify({ ...event(), id: 'interrupted' })});
      setInterval(() => {}, 1000);`);
    await until('the delivery', () => consumer.lines.includes('interrupted'));
    await consumer.kill();
    const bus = await reopenedBus(file);
    const got: string[] = [];
    await bus.subscribe('sub', async ({ id }) => void got.push(id));
    await until('the event', () => got.length > 0);
    expect(got).toEqual(['interrupted']);
  });
});
