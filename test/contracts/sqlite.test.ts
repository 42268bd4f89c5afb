import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openSqliteDocumentStore } from '../../functions/ports/documentStore/sqliteDocumentStore.js';
import { openSqliteEventBus } from '../../functions/ports/eventBus/sqliteEventBus.js';
import { describeDocumentStore } from './documentStore.contract.js';
import { describeEventBus } from './eventBus.contract.js';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-contracts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeDocumentStore('SQLite', {
  open: async () => openSqliteDocumentStore(join(folder, 'documents.db')),
  contention: 200,
  watchesExactly: true,
});

describeEventBus('SQLite', {
  open: async (place) => openSqliteEventBus({ file: join(folder, `${place}.db`), retryDelaysMs: [5, 10] }),
  patienceMs: 10_000,
});
