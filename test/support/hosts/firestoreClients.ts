/** The SDKs that people listen with, each behind the same few words. */
import { createRequire } from 'node:module';
import { Firestore } from '@google-cloud/firestore';
import * as nodeApp from 'firebase/app';
import * as nodeFirestore from 'firebase/firestore';

export interface Change {
  type: 'added' | 'modified' | 'removed';
  id: string;
  data: Record<string, unknown>;
}

export interface RowQuery {
  collection: string;
  where?: readonly (readonly [field: string, op: '==' | 'array-contains-any', value: string | string[]])[];
  orderBy?: string;
}

export interface FirestoreClient {
  /** Tells the changes of each snapshot, of the first one too when there are none. */
  onRows(query: RowQuery, tell: (changes: Change[]) => void, fail: (error: Error) => void): void;
  /** Tells each state of a document. */
  onDocument(path: string, tell: (data: Record<string, unknown>) => void, fail: (error: Error) => void): void;
  /** Ends its listeners and connections. */
  close(): Promise<void>;
}

export interface Emulated {
  project: string;
  /** `host:port` */
  firestore: string;
}

interface WebSdk {
  app: typeof nodeApp;
  firestore: typeof nodeFirestore;
}

const require = createRequire(import.meta.url);

/**
 * The web SDK's two builds: the one that Node imports speaks gRPC; that of browsers speaks WebChannel over `fetch`, and no export
 * of the package leads Node to it. Imported and required modules are separate instances, so both work in one process.
 */
export const webSdks = {
  node: { app: nodeApp, firestore: nodeFirestore },
  browser: {
    app: require('firebase/app') as typeof nodeApp,
    firestore: require(
      require.resolve('@firebase/firestore/package.json').replace('package.json', 'dist/index.cjs.js'),
    ) as typeof nodeFirestore,
  },
} as const satisfies Record<string, WebSdk>;

/** Who is signed in: the subject and the custom claims of the token. */
export type User = { sub: string } & Record<string, unknown>;

/** Without a server the SDK soon says that there is nothing: what is empty counts once the server has said so. */
const NOT_ONLY_GUESSED = { includeMetadataChanges: true };

let apps = 0;

/** A page of `user`, as docs/api.md says. */
export function webClient(sdk: WebSdk, at: Emulated, user: User): FirestoreClient {
  const { collection, connectFirestoreEmulator, doc, getFirestore, onSnapshot, orderBy, query, where } =
    sdk.firestore;
  const app = sdk.app.initializeApp({ projectId: at.project }, `app ${(apps += 1)}`);
  const store = getFirestore(app);
  const [host = '', port] = at.firestore.split(':');
  connectFirestoreEmulator(store, host, Number(port), { mockUserToken: user });
  return {
    onRows(wanted, tell, fail) {
      const filters = (wanted.where ?? []).map(([field, op, value]) => where(field, op, value));
      const order = wanted.orderBy === undefined ? [] : [orderBy(wanted.orderBy)];
      const rows = query(collection(store, wanted.collection), ...filters, ...order);
      const next = (snapshot: nodeFirestore.QuerySnapshot) => {
        const changes = snapshot.docChanges().map(changeOf);
        if (changes.length > 0 || !snapshot.metadata.fromCache) tell(changes);
      };
      onSnapshot(rows, NOT_ONLY_GUESSED, next, fail);
    },
    onDocument(path, tell, fail) {
      const next = (snapshot: nodeFirestore.DocumentSnapshot) => {
        const data = snapshot.data();
        if (data || !snapshot.metadata.fromCache) tell(data ?? {});
      };
      onSnapshot(doc(store, path), NOT_ONLY_GUESSED, next, fail);
    },
    async close() {
      await sdk.firestore.terminate(store);
      await sdk.app.deleteApp(app);
    },
  };
}

/** A server, which no security rules bind; it is told of the emulator by the environment. */
export function serverClient(at: Emulated): FirestoreClient {
  const firestore = firestoreAt(at);
  const stops: (() => void)[] = [];
  return {
    onRows(wanted, tell, fail) {
      let rows: FirebaseFirestore.Query = firestore.collection(wanted.collection);
      for (const [field, op, value] of wanted.where ?? []) rows = rows.where(field, op, value);
      if (wanted.orderBy !== undefined) rows = rows.orderBy(wanted.orderBy);
      stops.push(rows.onSnapshot((snapshot) => tell(snapshot.docChanges().map(changeOf)), fail));
    },
    onDocument(path, tell, fail) {
      stops.push(firestore.doc(path).onSnapshot((snapshot) => tell(snapshot.data() ?? {}), fail));
    },
    async close() {
      for (const stop of stops) stop();
      await firestore.terminate();
    },
  };
}

/** The variable is there for the client alone: in the same process the next file has another emulator, and this one is gone by then. */
function firestoreAt({ project, firestore }: Emulated): Firestore {
  const before = process.env['FIRESTORE_EMULATOR_HOST'];
  process.env['FIRESTORE_EMULATOR_HOST'] = firestore;
  try {
    return new Firestore({ projectId: project });
  } finally {
    if (before === undefined) delete process.env['FIRESTORE_EMULATOR_HOST'];
    else process.env['FIRESTORE_EMULATOR_HOST'] = before;
  }
}

function changeOf({
  type,
  doc,
}: {
  type: Change['type'];
  doc: { id: string; data(): Record<string, unknown> };
}): Change {
  return { type, id: doc.id, data: doc.data() };
}
