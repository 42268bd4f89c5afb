/** A document's content: plain JSON. Instants are ISO 8601 text, so every store orders them alike. */
export type DocumentData = Record<string, unknown>;

export interface StoredDocument {
  /** Slash-separated, an even number of segments: `runs/{runId}/epochs/0003`. */
  path: string;
  data: DocumentData;
}

export interface Filter {
  /** Dots reach into maps: `spec.tags.team`. */
  field: string;
  /**
   * Values of different types are never equal, smaller or greater. `in` and `array-contains-any` take 30 choices at most; a query
   * has one of the two `array-contains` at most, for which the field is a list.
   */
  op: '==' | 'in' | '<' | '<=' | '>' | '>=' | 'array-contains' | 'array-contains-any';
  value: string | number | boolean | null | readonly (string | number)[];
}

/** Documents of one collection. Those that lack a field of `orderBy` are left out; ties are ordered by path. */
export interface Query {
  collection: string;
  where?: readonly Filter[];
  orderBy?: readonly { field: string; direction: 'asc' | 'desc' }[];
  /** The last document of the page before. */
  startAfter?: StoredDocument;
  limit?: number;
  /** Of each document these fields alone, and not those of them that it lacks; the whole unless given. */
  fields?: readonly string[];
}

/** A watched query is watched whole: what falls off a page would be told differently by every store. */
export type WatchTarget = { document: string } | { query: Omit<Query, 'startAfter' | 'limit' | 'fields'> };

/** Reads single documents, in a transaction or outside. */
export type DocumentReader = Pick<Transaction, 'get'>;

export interface Transaction {
  get(path: string): Promise<StoredDocument | undefined>;
  /**
   * Fails the transaction with `DocumentExistsError` if the document exists when it commits; throws `DocumentTooLargeError`, as `set`
   * does, for one of more than 1 MiB.
   */
  create(path: string, data: DocumentData): void;
  set(path: string, data: DocumentData): void;
  delete(path: string): void;
}

export type DocumentChange = { kind: 'set'; document: StoredDocument } | { kind: 'deleted'; path: string };

export interface DocumentStore {
  /**
   * Runs `work` and commits its writes together, or none of them. Reads come before writes. `work` runs again when what
   * it read has changed meanwhile, so it does nothing but read, decide and write. A store that gives up what it waits for after some
   * time counts it from `askedAt`, in milliseconds since 1970: whoever has waited in a queue before does not wait as long again. It is now unless given.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T>;
  /**
   * The same without a lock while `work` decides, for documents that many change: on Firestore a lock makes all others wait, for a
   * minute where its holder was killed. Documents that are read and written must be unchanged at the commit, else `work` runs again
   * after a random wait; one that is read alone may have changed.
   */
  optimistic<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T>;
  get(path: string): Promise<StoredDocument | undefined>;
  query(query: Query): Promise<StoredDocument[]>;
  /**
   * Tells of every document that matches now, at once and of none where none does, then of each change, in commit order per
   * document; changes may be folded to the newest. Nothing is told before `watch` has returned what ends it. `onError` ends it too: it is told when the
   * watch breaks off and when `onChange` throws, which disturbs nobody else.
   */
  watch(
    target: WatchTarget,
    onChange: (changes: readonly DocumentChange[]) => void,
    onError: (error: Error) => void,
  ): () => void;
  /**
   * Throws why nothing can be written, where a write has failed and one on trial fails as well. Of stores that are read all the same
   * then: a file on a disk that is full, or that another process has locked.
   */
  tryWrite?(): Promise<void>;
  close(): Promise<void>;
}

export class DocumentExistsError extends Error {
  override readonly name = 'DocumentExistsError';
  constructor(readonly path: string) {
    super(`document ${path} exists already`);
  }
}
