/** Documents in Firestore. The SDK is loaded when the store is opened: it is heavy, and one machine does without it. */
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Query as FirestoreQuery,
  Transaction as FirestoreTransaction,
} from '@google-cloud/firestore';
import {
  DocumentExistsError,
  type DocumentChange,
  type DocumentStore,
  type Query,
  type StoredDocument,
  type Transaction,
} from './documentStore.js';

export interface FirestoreOptions {
  projectId: string;
  /** `host:port` of an emulator; Google's service with the machine's own credentials unless given. */
  emulator?: string;
}

/** gRPC's code for what exists already. */
const ALREADY_EXISTS = 6;

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
  return new FirestoreDocumentStore(firestore, sdk.FieldPath.documentId());
}

type NameField = ReturnType<(typeof import('@google-cloud/firestore'))['FieldPath']['documentId']>;

class FirestoreDocumentStore implements DocumentStore {
  constructor(
    private readonly firestore: Firestore,
    private readonly nameField: NameField,
  ) {}

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const created: string[] = [];
    try {
      return await this.firestore.runTransaction(
        (inner) => {
          created.length = 0;
          return work(this.collect(inner, created));
        },
        { maxAttempts: 20 },
      );
    } catch (error) {
      const exists = error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS;
      throw exists && created.length > 0 ? new DocumentExistsError(created.join(', ')) : error;
    }
  }

  async get(path: string): Promise<StoredDocument | undefined> {
    return storedOf(await this.firestore.doc(path).get());
  }

  async query(query: Query): Promise<StoredDocument[]> {
    const found = await this.build(query).get();
    return found.docs.map((document) => ({ path: document.ref.path, data: document.data() }));
  }

  watch(
    target: { document: string } | { query: Query },
    onChange: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void {
    if ('query' in target) {
      return this.build(target.query).onSnapshot((snapshot) => {
        const changes = snapshot
          .docChanges()
          .map(({ type, doc }): DocumentChange =>
            type === 'removed'
              ? { kind: 'deleted', path: doc.ref.path }
              : { kind: 'set', document: { path: doc.ref.path, data: doc.data() } },
          );
        if (changes.length > 0) onChange(changes);
      }, onError);
    }
    let told = false;
    return this.firestore.doc(target.document).onSnapshot((snapshot) => {
      const document = storedOf(snapshot);
      if (document) onChange([{ kind: 'set', document }]);
      else if (told) onChange([{ kind: 'deleted', path: target.document }]);
      told = document !== undefined;
    }, onError);
  }

  async close(): Promise<void> {
    await this.firestore.terminate();
  }

  private collect(inner: FirestoreTransaction, created: string[]): Transaction {
    const reference = (path: string): DocumentReference => this.firestore.doc(path);
    return {
      get: async (path) => storedOf(await inner.get(reference(path))),
      create: (path, data) => {
        created.push(path);
        inner.create(reference(path), data);
      },
      set: (path, data) => void inner.set(reference(path), data),
      delete: (path) => void inner.delete(reference(path)),
    };
  }

  private build({ collection, where = [], orderBy = [], startAfter, limit }: Query): FirestoreQuery {
    let query: FirestoreQuery = this.firestore.collection(collection);
    for (const { field, op, value } of where) query = query.where(field, op, value);
    for (const { field, direction } of orderBy) query = query.orderBy(field, direction);
    if (startAfter) {
      const values = orderBy.map(({ field }) => valueAt(startAfter.data, field));
      const name = startAfter.path.slice(startAfter.path.lastIndexOf('/') + 1);
      query = query.orderBy(this.nameField, orderBy.at(-1)?.direction ?? 'asc').startAfter(...values, name);
    }
    return limit === undefined ? query : query.limit(limit);
  }
}

function storedOf(snapshot: DocumentSnapshot): StoredDocument | undefined {
  const data = snapshot.data();
  return data && { path: snapshot.ref.path, data };
}

function valueAt(data: Record<string, unknown>, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        inner && typeof inner === 'object' ? (inner as Record<string, unknown>)[key] : undefined,
      data,
    );
}
