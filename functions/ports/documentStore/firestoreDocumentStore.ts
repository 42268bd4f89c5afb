/** Documents in Firestore. The SDK is loaded when the store is opened: it is heavy, and one machine does without it. */
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Query as FirestoreQuery,
  Transaction as FirestoreTransaction,
} from '@google-cloud/firestore';
import { requireStorable } from './documentSize.js';
import type {
  DocumentChange,
  DocumentStore,
  Query,
  StoredDocument,
  Transaction,
  WatchTarget,
} from './documentStore.js';
import { valueAt } from './field.js';
import { existsError } from './firestoreErrors.js';
import { commitOptimistically, type FieldTypes } from './firestoreOptimistic.js';

export interface FirestoreOptions {
  projectId: string;
  /** `host:port` of an emulator; Google's service with the machine's own credentials unless given. */
  emulator?: string;
}

/**
 * How often a transaction begins again that met others. The SDK waits 1 s, then half as long again each time: together 13 s, within the
 * patience of whoever asked, who tries again; a few more would be minutes, for which a reconcile would hold up the outbox.
 */
const MAX_ATTEMPTS = 6;

export async function openFirestoreDocumentStore({
  projectId,
  emulator,
}: FirestoreOptions): Promise<DocumentStore> {
  const sdk = await import('@google-cloud/firestore');
  const firestore = new sdk.Firestore({
    projectId,
    ignoreUndefinedProperties: true,
    ...(emulator && { host: emulator, ssl: false, customHeaders: { Authorization: 'Bearer owner' } }),
  });
  return new FirestoreDocumentStore(firestore, sdk);
}

class FirestoreDocumentStore implements DocumentStore {
  constructor(
    private readonly firestore: Firestore,
    private readonly types: FieldTypes,
  ) {}

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const created: string[] = [];
    try {
      return await this.firestore.runTransaction(
        (inner) => {
          created.length = 0;
          return work(this.collect(inner, created));
        },
        { maxAttempts: MAX_ATTEMPTS },
      );
    } catch (error) {
      throw existsError(error, created) ?? error;
    }
  }

  optimistic<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return commitOptimistically(this.firestore, this.types, work);
  }

  async get(path: string): Promise<StoredDocument | undefined> {
    return storedOf(await this.firestore.doc(path).get());
  }

  async query(query: Query): Promise<StoredDocument[]> {
    // Firestore refuses what asks for nothing.
    if (query.where?.some(({ value }) => Array.isArray(value) && value.length === 0)) return [];
    const found = await this.build(query).get();
    return found.docs.map((document) => ({ path: document.ref.path, data: document.data() }));
  }

  watch(
    target: WatchTarget,
    onChange: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    let isFirst = true;
    const notify = (changes: readonly DocumentChange[]) => {
      if (changes.length === 0 && !isFirst) return;
      isFirst = false;
      try {
        onChange(changes);
      } catch (error) {
        stop();
        onError(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const stop =
      'query' in target
        ? this.watchQuery(target.query, notify, onError)
        : this.watchDocument(target.document, notify, onError);
    return stop;
  }

  async close(): Promise<void> {
    await this.firestore.terminate();
  }

  private watchQuery(
    query: Query,
    notify: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    return this.build(query).onSnapshot((snapshot) => {
      notify(
        snapshot
          .docChanges()
          .map(({ type, doc }) =>
            type === 'removed'
              ? { kind: 'deleted', path: doc.ref.path }
              : { kind: 'set', document: { path: doc.ref.path, data: doc.data() } },
          ),
      );
    }, onError);
  }

  private watchDocument(
    path: string,
    notify: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    let isThere = false;
    return this.firestore.doc(path).onSnapshot((snapshot) => {
      const document = storedOf(snapshot);
      const wasThere = isThere;
      isThere = document !== undefined;
      if (document) notify([{ kind: 'set', document }]);
      else notify(wasThere ? [{ kind: 'deleted', path }] : []);
    }, onError);
  }

  private collect(inner: FirestoreTransaction, created: string[]): Transaction {
    const reference = (path: string): DocumentReference => this.firestore.doc(path);
    return {
      get: async (path) => storedOf(await inner.get(reference(path))),
      create: (path, data) => {
        requireStorable(path, data);
        created.push(path);
        inner.create(reference(path), data);
      },
      set: (path, data) => {
        requireStorable(path, data);
        inner.set(reference(path), data);
      },
      delete: (path) => void inner.delete(reference(path)),
    };
  }

  private build({ collection, where = [], orderBy = [], startAfter, limit, fields }: Query): FirestoreQuery {
    let query: FirestoreQuery = this.firestore.collection(collection);
    for (const { field, op, value } of where) query = query.where(field, op, value);
    for (const { field, direction } of orderBy) query = query.orderBy(field, direction);
    if (fields) query = query.select(...fields);
    if (startAfter) {
      const values = orderBy.map(({ field }) => valueAt(startAfter.data, field));
      const name = startAfter.path.slice(startAfter.path.lastIndexOf('/') + 1);
      query = query
        .orderBy(this.types.FieldPath.documentId(), orderBy.at(-1)?.direction ?? 'asc')
        .startAfter(...values, name);
    }
    return limit === undefined ? query : query.limit(limit);
  }
}

function storedOf(snapshot: DocumentSnapshot): StoredDocument | undefined {
  const data = snapshot.data();
  return data && { path: snapshot.ref.path, data };
}
