import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../test/support/newRun.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { openSqliteDocumentStore } from '../ports/documentStore/sqliteDocumentStore.js';

const RUNS = '/api/models/demo/training-runs';
const withCode = (code: string | number) =>
  Object.assign(new Error('password of the database: hunter2'), { code });

async function opened() {
  const cp = await testControlPlane();
  return { cp, api: await serveFunction('api') };
}

/** A store of some hundred runs, each in pages of its own. */
async function storeFile() {
  const file = join(await temporaryFolder(), 'documents.db');
  const store = openSqliteDocumentStore(file);
  await store.transaction(async (tx) => {
    for (let i = 0; i < 500; i++) tx.set(`runs/${i}`, { modelId: 'demo', text: 'x'.repeat(1000) });
  });
  await store.close();
  // Into the file itself.
  const database = new Database(file);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return file;
}

describe('a store that cannot be used', () => {
  it.each<[code: string | number, says: RegExp]>([
    ['SQLITE_CORRUPT', /is damaged/],
    ['SQLITE_CORRUPT_VTAB', /is damaged/],
    ['SQLITE_BUSY', /locked by another process/],
    ['SQLITE_FULL', /the disk is full/],
    ['SQLITE_IOERR_SHORT_READ', /the disk fails/],
    ['SQLITE_READONLY_DBMOVED', /may not be written/],
    ['ENOSPC', /the disk is full/],
    [14, /does not answer/],
    [4, /does not answer/],
    [7, /refuses this service account/],
    [8, /quota/],
    [5, /no such database/],
  ])('is 503 with the cause, of %s, and /health says it', async (code, says) => {
    const { cp, api } = await opened();
    for (const path of [RUNS, '/health', '/healthz', '/api/models']) {
      cp.store.failReads(withCode(code));
      const problem = await api.refused(path);
      expect(problem).toMatchObject({
        status: 503,
        title: 'Store unavailable',
        headers: { 'retry-after': '5' },
      });
      expect(problem.detail).toMatch(says);
      expect(JSON.stringify(problem)).not.toContain('hunter2');
    }
  });

  it('is found out although its error is the cause of another', async () => {
    const { cp, api } = await opened();
    cp.store.failReads(new Error('a transaction failed', { cause: withCode('SQLITE_FULL') }));
    expect(await api.refused(RUNS)).toMatchObject({ status: 503 });
  });

  it('is not what any other mistake is', async () => {
    const { cp, api } = await opened();
    cp.store.failReads(withCode('ERR_INVALID_ARG_TYPE'));
    expect(await api.refused(RUNS)).toMatchObject({ status: 500 });
  });

  it('is 503 with its damaged pages', async () => {
    const { cp, api } = await opened();
    const file = await storeFile();
    const handle = openSync(file, 'r+');
    for (let at = 4096; at < statSync(file).size; at += 4096)
      writeSync(handle, Buffer.alloc(4096, 0xab), 0, 4096, at);
    closeSync(handle);
    const damaged = openSqliteDocumentStore(file);
    onTestFinished(() => damaged.close());
    cp.store.get = (path) => damaged.get(path);
    cp.store.query = (query) => damaged.query(query);
    const problem = await api.refused(RUNS);
    expect(problem).toMatchObject({ status: 503 });
    expect(problem.detail).toMatch(/is damaged: .*copy/);
  });

  it('is 503 with a document that is no JSON any more', async () => {
    const { cp, api } = await opened();
    const file = await storeFile();
    const database = new Database(file);
    // As a file of before that had no indexes.
    for (const of of ['model', 'status']) database.exec(`DROP INDEX documents_of_${of}`);
    database.exec("UPDATE documents SET data = substr(data, 1, 20) WHERE path = 'runs/7'");
    database.close();
    const damaged = openSqliteDocumentStore(file);
    onTestFinished(() => damaged.close());
    cp.store.get = () => damaged.get('runs/7');
    expect(await api.refused('/health')).toMatchObject({ status: 503 });
  });

  it('is 503 while another process has locked it', async () => {
    const { cp, api } = await opened();
    const file = await storeFile();
    const [mine, other] = [openSqliteDocumentStore(file), new Database(file)];
    onTestFinished(async () => {
      other.close();
      await mine.close();
    });
    other.exec('BEGIN EXCLUSIVE');
    // A run that is started alone holds no lock until it is written.
    cp.store.optimistic = (work) => mine.optimistic(work);
    cp.store.tryWrite = async () => mine.tryWrite?.();
    const refused = [await api.refused(RUNS, { body: { spec: EXAMPLE_SPEC } }), await api.refused('/health')];
    for (const problem of refused) {
      expect(problem).toMatchObject({ status: 503 });
      expect(problem.detail).toMatch(/locked by another process: end the other process/);
    }
    other.exec('ROLLBACK');
    expect((await api.send('/health')).status).toBe(200);
  });

  it('is told by /health within seconds when it does not answer at all', async () => {
    const { cp, api } = await opened();
    cp.store.get = () => new Promise(() => undefined);
    const began = performance.now();
    expect(await api.refused('/health')).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
