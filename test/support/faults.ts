/** Ports that fail when a test says so. */
import type {
  DocumentStore,
  Query,
  StoredDocument,
  Transaction,
  WatchTarget,
} from '../../functions/ports/documentStore/documentStore.js';
import type { EventBus, Subscription } from '../../functions/ports/eventBus/eventBus.js';
import type { TrainyardEvent } from '@trainyard/shared';

export class FaultyStore implements DocumentStore {
  /** Watches that were begun and have not ended. */
  watches = 0;
  /** Reads that have waited, or still do. */
  heldReads = 0;
  private commitFailures = 0;
  private lostAnswers = 0;
  private readFailure: Error | undefined;
  private hold: Promise<void> | undefined;

  constructor(private readonly inner: DocumentStore) {}

  /** The next transactions do all their work, and none of it is written. */
  failNextCommits(count = 1): void {
    this.commitFailures = count;
  }

  /** The next optimistic commits go through and their answers are lost, so that the work is done once more, as on Firestore. */
  loseNextAnswers(count = 1): void {
    this.lostAnswers = count;
  }

  /** From now on every read outside a transaction fails. */
  failReads(error: Error): void {
    this.readFailure = error;
  }

  /** Reads outside a transaction wait until the function that it returns is called. */
  holdReads(): () => void {
    let release = () => {};
    this.hold = new Promise((resolve) => (release = resolve));
    return () => {
      this.hold = undefined;
      release();
    };
  }

  async tryWrite(): Promise<void> {
    await this.inner.tryWrite?.();
  }

  transaction<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T> {
    return this.inner.transaction(this.failing(work), askedAt);
  }

  async optimistic<T>(work: (tx: Transaction) => Promise<T>, askedAt?: number): Promise<T> {
    if (this.lostAnswers > 0) {
      this.lostAnswers--;
      await this.inner.optimistic(work, askedAt);
    }
    return this.inner.optimistic(this.failing(work), askedAt);
  }

  async get(path: string): Promise<StoredDocument | undefined> {
    await this.passed();
    return this.inner.get(path);
  }

  async query(query: Query): Promise<StoredDocument[]> {
    await this.passed();
    return this.inner.query(query);
  }

  watch(
    target: WatchTarget,
    onChange: Parameters<DocumentStore['watch']>[1],
    onError: (error: Error) => void,
  ): () => void {
    const stop = this.inner.watch(target, onChange, onError);
    this.watches++;
    let stopped = false;
    return () => {
      if (!stopped) this.watches--;
      stopped = true;
      stop();
    };
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private failing<T>(work: (tx: Transaction) => Promise<T>): (tx: Transaction) => Promise<T> {
    return async (tx) => {
      const result = await work(tx);
      if (this.commitFailures === 0) return result;
      this.commitFailures--;
      throw new Error('the store is gone');
    };
  }

  private async passed(): Promise<void> {
    if (this.readFailure) throw this.readFailure;
    if (!this.hold) return;
    this.heldReads++;
    await this.hold;
  }
}

export class FaultyBus implements EventBus {
  /** What the bus has accepted, in that order. */
  readonly published: TrainyardEvent[] = [];
  private failures = 0;

  constructor(private readonly inner: EventBus) {}

  /** The next events are not accepted. */
  failNext(count = 1): void {
    this.failures = count;
  }

  async publish(event: TrainyardEvent): Promise<void> {
    if (this.failures > 0) {
      this.failures--;
      throw new Error('the bus is gone');
    }
    await this.inner.publish(event);
    this.published.push(event);
  }

  subscribe(...parameters: Parameters<EventBus['subscribe']>): Promise<Subscription> {
    return this.inner.subscribe(...parameters);
  }

  deadLetters(): Promise<{ subscription: string; event: TrainyardEvent }[]> {
    return this.inner.deadLetters();
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
