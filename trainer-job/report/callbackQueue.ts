/**
 * Callbacks on their way to the control plane. The queue is the journal on disk: a callback is safe when `enqueue`
 * returns, training never waits for the network, and what one process could not deliver the next one does.
 */
import { callbackSchemas, newEventId, type CallbackBody, type CallbackKind } from '@trainyard/shared';
import type { Delivery, Sender, SenderEvents, SenderOptions, StartSender } from './callbackSender.js';
import { JournalWriter, journalOf, listJournals, type Journal, type JournalEntry } from './journal.js';
import { close, highestSeq, restamp, unacknowledged } from './replay.js';

/** A callback without what the queue adds: who speaks, its number and the time. */
export type CallbackContent<K extends CallbackKind> = Omit<CallbackBody<K>, 'attempt' | 'seq' | 'sentAt'>;

export interface QueueOptions extends Omit<SenderOptions, 'journal'> {
  /** Holds the journals of all attempts of the run. */
  folder: string;
  startSender: StartSender;
  onNote: SenderEvents['onNote'];
}

export class CallbackQueue {
  private readonly writer: JournalWriter;
  private readonly sender: Sender;
  private seq: number;
  private isStopped = false;
  private stopListeners: (() => void)[] = [];
  private closing: Promise<void> | undefined;
  private readonly now: () => Date;

  /** Opens a journal for this process, takes over what earlier ones left unsaid, and starts to send. */
  constructor(private readonly options: QueueOptions) {
    const { folder, attempt, startSender, onNote } = options;
    this.now = options.now ?? (() => new Date());
    const earlier = listJournals(folder);
    const own = earlier.filter((journal) => journal.attempt === attempt);
    const journal = journalOf(folder, attempt, (own.at(-1)?.start ?? 0) + 1);
    this.seq = Math.max(0, ...own.map(highestSeq));
    this.writer = new JournalWriter(journal);
    const count = this.takeOver(earlier);
    if (count > 0) onNote('info', `${count} callbacks of earlier processes are sent first`);
    this.sender = startSender({ ...options, journal }, { onNote, onStop: () => this.stopped() });
  }

  /** Queues a callback. Throws when its content is not what the schema of its kind says: that is a bug of the caller. */
  enqueue<K extends Exclude<CallbackKind, 'heartbeat'>>(kind: K, content: CallbackContent<K>): void {
    this.writer.append(this.entry(kind, content));
    this.sender.wake();
  }

  /** Sends a sign of life, once; a newer one replaces it while it waits. */
  heartbeat(content: CallbackContent<'heartbeat'>): void {
    this.sender.heartbeat(this.entry('heartbeat', content));
  }

  /** True once the control plane has answered with `stop`. */
  stopRequested(): boolean {
    return this.isStopped;
  }

  onStop(listener: () => void): void {
    this.stopListeners.push(listener);
  }

  /** Waits until all is dealt with, and says how the last callback fared; `pending` when the time was not enough. */
  flush(timeoutMs: number): Promise<Delivery> {
    return this.sender.drain(timeoutMs);
  }

  /** What is unsent stays in the journal. */
  close(): Promise<void> {
    this.closing ??= this.sender.close().then(() => this.writer.close());
    return this.closing;
  }

  private entry<K extends CallbackKind>(kind: K, content: CallbackContent<K>): JournalEntry {
    const { attempt } = this.options;
    const stamped = { ...content, attempt, seq: this.seq + 1, sentAt: this.now().toISOString() };
    const body = callbackSchemas[kind].parse(stamped);
    this.seq = body.seq;
    return { id: newEventId(), kind, body };
  }

  private takeOver(journals: readonly Journal[]): number {
    const { attempt } = this.options;
    let count = 0;
    for (const journal of journals) {
      for (const entry of unacknowledged(journal)) {
        this.seq += 1;
        this.writer.append(restamp(entry, { attempt, seq: this.seq }, newEventId));
        count += 1;
      }
      close(journal);
    }
    return count;
  }

  private stopped(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    for (const listener of this.stopListeners) listener();
  }
}
