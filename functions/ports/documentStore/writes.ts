/** Writes that are decided before they are made, so that what decides can be a pure function. */
import { requireStorable } from './documentSize.js';
import type { DocumentData, StoredDocument, Transaction } from './documentStore.js';

export type Write =
  { kind: 'create' | 'set'; path: string; data: DocumentData } | { kind: 'delete'; path: string };

/** A transaction that reads at once and only keeps its writes, in their order, for whoever commits them. */
export function collectingTransaction(
  read: (path: string) => Promise<StoredDocument | undefined>,
  writes: Write[],
): Transaction {
  return {
    async get(path) {
      if (writes.length > 0) throw new Error('reads come before writes in a transaction');
      return read(path);
    },
    create: (path, data) => {
      requireStorable(path, data);
      writes.push({ kind: 'create', path, data });
    },
    set: (path, data) => {
      requireStorable(path, data);
      writes.push({ kind: 'set', path, data });
    },
    delete: (path) => void writes.push({ kind: 'delete', path }),
  };
}

/** Makes the writes in their order; all reads of the transaction come before. */
export function makeWrites(tx: Transaction, writes: readonly Write[]): void {
  for (const write of writes) {
    if (write.kind === 'delete') tx.delete(write.path);
    else tx[write.kind](write.path, write.data);
  }
}

/** The same writes without those that a later one of the list replaces: a document that changes ten times is set once. */
export function withoutReplaced(writes: readonly Write[]): Write[] {
  const last = new Map(writes.map((write, i) => [write.path, i]));
  return writes.filter(({ kind, path }, i) => kind !== 'set' || last.get(path) === i);
}
