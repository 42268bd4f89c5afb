/**
 * Documents in one SQLite file, for one machine. One process owns the file at a time; what a transaction committed survives
 * the death of that process.
 */
import { EventEmitter } from 'node:events';
import type Database from 'libsql';
import { DamagedDocumentError } from '../../errors/storeFault.js';
import { busyUntil, openSqlite, whenFree } from '../sqlite.js';
import {
  DocumentExistsError,
  type DocumentChange,
  type DocumentData,
  type DocumentStore,
  type Query,
  type StoredDocument,
  type Transaction,
  type WatchTarget,
} from './documentStore.js';
import { extract, matches, selectStatement } from './sqliteQuery.js';
import { collectingTransaction, type Write } from './writes.js';

/** Conflicts happen only with another process on the same file, which is a mistake; a few tries outlast a restart. */
const MAX_TRIES = 20;
/** Who comes after a write that failed waits no longer for a locked file: those who queue for one run would wait for each other. */
const REFUSED_MS = 300;
/** Written on trial, and read by nobody. */
const TRIAL = 'health/trial';

export function openSqliteDocumentStore(file: string): DocumentStore {
  return new SqliteDocumentStore(openSqlite(file, makeTables));
}

/**
 * What is asked for most of thousands of documents, which would all be read for it: lists of a model's runs, the newest first, and the few of a
 * state, such as the runs that are not over, which every page listens to.
 */
const INDEXES = {
  documents_of_model: `(collection, ${extract('modelId')}, ${extract('createdAt')}, path)`,
  documents_of_status: `(collection, ${extract('status')}, ${extract('modelId')}, ${extract('createdAt')}, path) WHERE ${extract('status')} IS NOT NULL`,
};

function makeTables(database: Database.Database): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS documents (
      path TEXT PRIMARY KEY,
      collection TEXT NOT NULL,
      data TEXT NOT NULL,
      version INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS documents_collection ON documents (collection, path);
  `);
  for (const [name, of] of Object.entries(INDEXES)) {
    try {
      database.exec(`CREATE INDEX IF NOT EXISTS ${name} ON documents ${of}`);
    } catch (error) {
      // A document that is no JSON any more is told of where it is read; all others are there, and lists of them take longer.
      if (!/malformed JSON/.test(String(error))) throw error;
    }
  }
}

class SqliteDocumentStore implements DocumentStore {
  private readonly changes = new EventEmitter<{ change: [DocumentChange] }>().setMaxListeners(0);
  /** The end of the queue of transactions: they run one after another, so none of this process's conflict. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly statements: ReturnType<typeof prepared>;
  /** Whether the last write failed, by no fault of whoever asked for it. */
  private isRefused = false;

  constructor(private readonly database: Database.Database) {
    this.statements = prepared(database);
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>, askedAt = Date.now()): Promise<T> {
    // Not counted from its turn: of those that queue while the file is locked none waits for the patience of the others.
    const until = busyUntil(askedAt);
    const result = this.last.then(() => this.attempt(work, until));
    this.last = result.catch(() => undefined);
    return result;
  }

  /** No transaction locks anything here before it commits. */
  optimistic<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T> {
    return this.transaction(work, askedAt);
  }

  async get(path: string): Promise<StoredDocument | undefined> {
    return this.find(path)?.document;
  }

  async query(query: Query): Promise<StoredDocument[]> {
    return this.select(query);
  }

  watch(
    target: WatchTarget,
    onChange: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    const known = new Set<string>();
    const stop = () => {
      this.changes.off('change', listener);
      stopped = true;
    };
    const notify = (changes: readonly DocumentChange[]) => {
      for (const change of changes) {
        if (change.kind === 'set') known.add(change.document.path);
        else known.delete(change.path);
      }
      onChange(changes);
    };
    const guarded = (step: () => void) => {
      if (stopped) return;
      try {
        step();
      } catch (error) {
        stop();
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const listener = (change: DocumentChange) =>
      guarded(() => {
        const seen = seenBy(target, change, known);
        if (seen.length > 0) notify(seen);
      });
    let stopped = false;
    queueMicrotask(() =>
      guarded(() => {
        // Reading and subscribing happen in one turn: no change falls between them, none is told before what is there.
        const present = this.matching(target);
        this.changes.on('change', listener);
        notify(present.map((document) => ({ kind: 'set', document })));
      }),
    );
    return stop;
  }

  async tryWrite(): Promise<void> {
    // Beside the queue: what waits there for a file that is locked would make this wait, too.
    if (this.isRefused) await this.attempt(async (tx) => tx.set(TRIAL, {}), Date.now());
  }

  async close(): Promise<void> {
    await this.last;
    this.changes.removeAllListeners();
    this.database.close();
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>, until: number): Promise<T> {
    for (let tries = 1; ; tries++) {
      const reads = new Map<string, number>();
      const writes: Write[] = [];
      const result = await work(this.collect(reads, writes));
      const changes = await this.committed(reads, writes, until);
      if (changes) {
        for (const change of changes) this.changes.emit('change', change);
        return result;
      }
      if (tries === MAX_TRIES) throw new Error(`a transaction met a conflict ${MAX_TRIES} times`);
    }
  }

  private async committed(
    reads: Map<string, number>,
    writes: Write[],
    until: number,
  ): Promise<DocumentChange[] | undefined> {
    const patience = this.isRefused ? Math.min(until, Date.now() + REFUSED_MS) : until;
    try {
      const changes = await whenFree(() => this.commit(reads, writes), patience);
      this.isRefused = false;
      return changes;
    } catch (error) {
      this.isRefused = !(error instanceof DocumentExistsError);
      throw error;
    }
  }

  private collect(reads: Map<string, number>, writes: Write[]): Transaction {
    return collectingTransaction(async (path) => {
      const found = this.find(path);
      reads.set(path, found?.version ?? 0);
      return found?.document;
    }, writes);
  }

  /** Applies the writes if nothing that was read has changed; undefined when it has. */
  private commit(reads: Map<string, number>, writes: Write[]): DocumentChange[] | undefined {
    const { begin, commit, rollback } = this.statements;
    begin.run();
    try {
      for (const [path, version] of reads) {
        if (this.versionOf(path) === version) continue;
        rollback.run();
        return undefined;
      }
      const changes = new Map(writes.map((write) => [write.path, this.apply(write)]));
      commit.run();
      return this.changes.listenerCount('change') > 0 ? [...changes.values()].map((change) => change()) : [];
    } catch (error) {
      if (this.database.inTransaction) rollback.run();
      throw error;
    }
  }

  /** Gives what makes the change that watchers are told of: the written data as the next reader has them. */
  private apply(write: Write): () => DocumentChange {
    const { path } = write;
    if (write.kind === 'delete') {
      this.statements.delete.run(path);
      return () => ({ kind: 'deleted', path });
    }
    const text = JSON.stringify(write.data);
    const { changes } = this.statements[write.kind].run(path, path.slice(0, path.lastIndexOf('/')), text);
    if (changes === 0) throw new DocumentExistsError(path);
    return () => ({ kind: 'set', document: { path, data: parseData(text) } });
  }

  private matching(target: WatchTarget): StoredDocument[] {
    if ('query' in target) return this.select(target.query);
    const found = this.find(target.document);
    return found ? [found.document] : [];
  }

  private select(query: Query): StoredDocument[] {
    const { sql, parameters } = selectStatement(query);
    const rows = this.database.prepare(sql).all(...parameters) as Row[];
    return rows.map((row) => ({ path: row.path, data: dataOf(row, query.fields) }));
  }

  /** 0 where there is no document. */
  private versionOf(path: string): number {
    return (this.statements.version.get(path) as { version: number } | undefined)?.version ?? 0;
  }

  private find(path: string): { document: StoredDocument; version: number } | undefined {
    const row = this.statements.read.get(path) as { data: string; version: number } | undefined;
    return row && { document: { path, data: parseData(row.data) }, version: row.version };
  }
}

/** The statements of every transaction, compiled once. */
function prepared(database: Database.Database) {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    rollback: database.prepare('ROLLBACK'),
    read: database.prepare('SELECT data, version FROM documents WHERE path = ?'),
    version: database.prepare('SELECT version FROM documents WHERE path = ?'),
    create: database.prepare(
      'INSERT INTO documents (path, collection, data, version) VALUES (?, ?, ?, 1) ON CONFLICT (path) DO NOTHING',
    ),
    set: database.prepare(
      `INSERT INTO documents (path, collection, data, version) VALUES (?, ?, ?, 1)
       ON CONFLICT (path) DO UPDATE SET data = excluded.data, version = version + 1`,
    ),
    delete: database.prepare('DELETE FROM documents WHERE path = ?'),
  };
}

type Row = { path: string; data: string } & Record<`field${number}`, string | null>;

function dataOf(row: Row, fields: Query['fields']): DocumentData {
  if (!fields) return parseData(row.data);
  const parts = fields.flatMap((field, i) => {
    const text = row[`field${i}`];
    return typeof text === 'string' ? [`${JSON.stringify(field)}:${text}`] : [];
  });
  return parseData(`{${parts.join(',')}}`);
}

function parseData(text: string): DocumentData {
  try {
    return JSON.parse(text) as DocumentData;
  } catch (cause) {
    throw new DamagedDocumentError('a stored document is no JSON', { cause });
  }
}

/** What a change means to a watcher, who knows the documents of `known`: one that matches no longer is deleted to him. */
function seenBy(target: WatchTarget, change: DocumentChange, known: ReadonlySet<string>): DocumentChange[] {
  const path = change.kind === 'set' ? change.document.path : change.path;
  const belongs =
    change.kind === 'set' &&
    ('document' in target ? path === target.document : matches(change.document, target.query));
  if (belongs) return [change];
  return known.has(path) ? [{ kind: 'deleted', path }] : [];
}
