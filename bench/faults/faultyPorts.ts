/** Ports of a host under test that break on order or keep a record. */
import type {
  DocumentStore,
  Query,
  StoredDocument,
  Transaction,
} from '@trainyard/functions/ports/documentStore/documentStore';
import type { EventBus } from '@trainyard/functions/ports/eventBus/eventBus';
import type { TrainyardEvent } from '@trainyard/shared';
import type { StoreState } from './settings.js';

export class BreakableStore implements DocumentStore {
  state: StoreState = 'whole';

  constructor(private readonly inner: DocumentStore) {}

  transaction<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T> {
    return this.broken(() => this.inner.transaction(work, askedAt));
  }

  optimistic<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T> {
    return this.broken(() => this.inner.optimistic(work, askedAt));
  }

  async get(path: string): Promise<StoredDocument | undefined> {
    this.check();
    return this.inner.get(path);
  }

  async query(query: Query): Promise<StoredDocument[]> {
    this.check();
    return this.inner.query(query);
  }

  watch(...args: Parameters<DocumentStore['watch']>): () => void {
    return this.inner.watch(...args);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private async broken<T>(commit: () => Promise<T>): Promise<T> {
    if (this.state === 'refusing') throw new Error('the store is gone');
    const result = await commit();
    if (this.state === 'forgetting')
      throw new Error('the store is gone, and nobody knows what it has written');
    return result;
  }

  private check(): void {
    if (this.state !== 'whole') throw new Error('the store is gone');
  }
}

/** Records what the bus has accepted, before whoever published hears of it. */
export function recordingBus(inner: EventBus, record: (event: TrainyardEvent) => void): EventBus {
  return {
    publish: async (event) => {
      await inner.publish(event);
      record(event);
    },
    subscribe: (name, handler, types) => inner.subscribe(name, handler, types),
    deadLetters: () => inner.deadLetters(),
    close: () => inner.close(),
  };
}
