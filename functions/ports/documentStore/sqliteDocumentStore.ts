/**
 * Documents in one SQLite file, for one machine. One process owns the file at a time; what a transaction committed survives
 * the death of that process.
 */
import { EventEmitter } from 'node:events';
import type Database from 'libsql';
import { openSqlite } from '../sqlite.js';
import {
  DocumentExistsError,
  type DocumentChange,
  type DocumentData,
  type DocumentStore,
  type Query,
  type StoredDocument,
  type Transaction,
} from './documentStore.js';
import { matches, selectStatement } from './sqliteQuery.js';

type Write = { kind: 'create' | 'set'; data: DocumentData } | { kind: 'delete' };

/** Conflicts happen only with another process on the same file, which is a mistake; a few tries outlast a restart. */
const MAX_TRIES = 20;

export function openSqliteDocumentStore(file: string): DocumentStore {
  const database = openSqlite(file);
  database.exec(`
    CREATE TABLE IF NOT EXISTS documents (
      path TEXT PRIMARY KEY,
      collection TEXT NOT NULL,
      data TEXT NOT NULL,
      version INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS documents_collection ON documents (collection, path);
  `);
  return new SqliteDocumentStore(database);
}

class SqliteDocumentStore implements DocumentStore {
  private readonly changes = new EventEmitter<{ change: [DocumentChange] }>().setMaxListeners(0);
  /** The end of the queue of transactions: they run one after another, so none of this process's conflict. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly read: Database.Statement;

  constructor(private readonly database: Database.Database) {
    this.read = database.prepare('SELECT data, version FROM documents WHERE path = ?');
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const result = this.last.then(() => this.attempt(work));
    this.last = result.catch(() => undefined);
    return result;
  }

  async get(path: string): Promise<StoredDocument | undefined> {
    return this.find(path)?.document;
  }

  async query(query: Query): Promise<StoredDocument[]> {
    const { sql, parameters } = selectStatement(query);
    const rows = this.database.prepare(sql).all(...parameters) as { path: string; data: string }[];
    return rows.map(({ path, data }) => ({ path, data: parseData(data) }));
  }

  watch(
    target: { document: string } | { query: Query },
    onChange: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    let stopped = false;
    const told = new Set<string>();
    const tell = (changes: DocumentChange[]) => {
      if (stopped || changes.length === 0) return;
      for (const change of changes) {
        if (change.kind === 'set') told.add(change.document.path);
        else told.delete(change.path);
      }
      onChange(changes);
    };
    const listener = (change: DocumentChange) => {
      const seen =
        'document' in target ? ofDocument(target.document, change) : ofQuery(target.query, change, told);
      if (seen) tell([seen]);
    };
    const begin = async () => {
      // Reading and subscribing happen in one turn: no change falls between them.
      const present =
        'document' in target ? [this.find(target.document)?.document] : await this.query(target.query);
      this.changes.on('change', listener);
      tell(present.flatMap((document) => (document ? [{ kind: 'set', document }] : [])));
    };
    begin().catch(onError);
    return () => {
      stopped = true;
      this.changes.off('change', listener);
    };
  }

  async close(): Promise<void> {
    await this.last;
    this.changes.removeAllListeners();
    this.database.close();
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const reads = new Map<string, number>();
      const writes = new Map<string, Write>();
      const result = await work(this.collect(reads, writes));
      const changes = this.commit(reads, writes);
      if (changes) {
        for (const change of changes) this.changes.emit('change', change);
        return result;
      }
      if (tries === MAX_TRIES) throw new Error(`a transaction met a conflict ${MAX_TRIES} times`);
    }
  }

  private collect(reads: Map<string, number>, writes: Map<string, Write>): Transaction {
    return {
      get: async (path) => {
        if (writes.size > 0) throw new Error('reads come before writes in a transaction');
        const found = this.find(path);
        reads.set(path, found?.version ?? 0);
        return found?.document;
      },
      create: (path, data) => void writes.set(path, { kind: 'create', data }),
      set: (path, data) =>
        void writes.set(path, { kind: writes.get(path)?.kind === 'create' ? 'create' : 'set', data }),
      delete: (path) => void writes.set(path, { kind: 'delete' }),
    };
  }

  /** Applies the writes if nothing that was read has changed; undefined when it has. */
  private commit(reads: Map<string, number>, writes: Map<string, Write>): DocumentChange[] | undefined {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const [path, version] of reads) {
        if ((this.find(path)?.version ?? 0) === version) continue;
        this.database.exec('ROLLBACK');
        return undefined;
      }
      const changes = [...writes].map(([path, write]) => this.apply(path, write));
      this.database.exec('COMMIT');
      return changes;
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private apply(path: string, write: Write): DocumentChange {
    if (write.kind === 'delete') {
      this.database.prepare('DELETE FROM documents WHERE path = ?').run(path);
      return { kind: 'deleted', path };
    }
    const version = this.find(path)?.version ?? 0;
    if (write.kind === 'create' && version > 0) throw new DocumentExistsError(path);
    const text = JSON.stringify(write.data);
    this.database
      .prepare('INSERT OR REPLACE INTO documents (path, collection, data, version) VALUES (?, ?, ?, ?)')
      .run(path, path.slice(0, path.lastIndexOf('/')), text, version + 1);
    return { kind: 'set', document: { path, data: parseData(text) } };
  }

  private find(path: string): { document: StoredDocument; version: number } | undefined {
    const row = this.read.get(path) as { data: string; version: number } | undefined;
    return row && { document: { path, data: parseData(row.data) }, version: row.version };
  }
}

function parseData(text: string): DocumentData {
  return JSON.parse(text) as DocumentData;
}

function ofDocument(path: string, change: DocumentChange): DocumentChange | undefined {
  return (change.kind === 'set' ? change.document.path : change.path) === path ? change : undefined;
}

/** A document that no longer matches is deleted from the watcher's view. */
function ofQuery(
  query: Query,
  change: DocumentChange,
  told: ReadonlySet<string>,
): DocumentChange | undefined {
  if (change.kind === 'deleted') return told.has(change.path) ? change : undefined;
  const { document } = change;
  if (matches(document, query)) return change;
  return told.has(document.path) ? { kind: 'deleted', path: document.path } : undefined;
}
