/** Ports that keep count of what is written through them. */
import type { DocumentStore, Transaction } from '@trainyard/functions/ports/documentStore/documentStore';
import type { EventBus } from '@trainyard/functions/ports/eventBus/eventBus';

/** What has been written, in order: paths of documents, and events. */
export type Writes = string[];

export function watchfulStore(inner: DocumentStore, writes: Writes): DocumentStore {
  const watched = async <T>(
    work: (tx: Transaction) => Promise<T>,
    commit: (watchedWork: (tx: Transaction) => Promise<T>) => Promise<T>,
  ): Promise<T> => {
    let paths: string[] = [];
    const result = await commit(async (tx) => {
      // It may run again; what it did before was not committed.
      paths = [];
      return await work(noting(tx, paths));
    });
    writes.push(...paths);
    return result;
  };
  return {
    transaction: (work, askedAt) =>
      watched(work, (inTransaction) => inner.transaction(inTransaction, askedAt)),
    optimistic: (work, askedAt) => watched(work, (inTransaction) => inner.optimistic(inTransaction, askedAt)),
    get: (path) => inner.get(path),
    query: (query) => inner.query(query),
    watch: (...parameters) => inner.watch(...parameters),
    close: () => inner.close(),
  };
}

function noting(tx: Transaction, paths: string[]): Transaction {
  return {
    get: (path) => tx.get(path),
    create(path, data) {
      paths.push(path);
      tx.create(path, data);
    },
    set(path, data) {
      paths.push(path);
      tx.set(path, data);
    },
    delete(path) {
      paths.push(path);
      tx.delete(path);
    },
  };
}

export function watchfulBus(inner: EventBus, writes: Writes): EventBus {
  return {
    async publish(event) {
      writes.push(`event ${event.type}`);
      await inner.publish(event);
    },
    subscribe: (...parameters) => inner.subscribe(...parameters),
    deadLetters: () => inner.deadLetters(),
    close: () => inner.close(),
  };
}
