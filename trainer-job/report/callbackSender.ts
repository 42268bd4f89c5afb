/**
 * Sends the callbacks of one journal, strictly in their order, until each is acknowledged or rejected: one by one, and together where
 * many wait.
 */
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  cutText,
  BATCH,
  callbackAnswerSchema,
  isTransientStatus,
  MAX_BATCH,
  MAX_CALLBACK_BYTES,
  signCallback,
  timeLimit,
} from '@trainyard/shared';
import { backoffMs } from '../cloud/backoff.js';
import { identityTokens, type IdentityOptions } from './identity.js';
import { JournalReader, PositionWriter, readPosition, type Journal, type JournalEntry } from './journal.js';

/** How the newest callback of the journal fared. */
export type Delivery = 'acknowledged' | 'rejected' | 'pending';

/** What the queue needs of a sender, wherever it runs. */
export interface Sender {
  /** The journal has grown. */
  wake(): void;
  /** Takes the place of a heartbeat that still waits. */
  heartbeat(entry: JournalEntry): void;
  /** Waits until everything in the journal is dealt with, trying harder meanwhile. */
  drain(timeoutMs: number): Promise<Delivery>;
  close(): Promise<void>;
}

export interface SenderOptions {
  journal: Journal;
  /** Of the run's callbacks, without the kind. */
  url: string;
  secret: string;
  attempt: number;
  /** Where an ID token comes from, where one is wanted. */
  identity?: IdentityOptions | null;
  /** Goes along with each callback. */
  traceparent?: string | null;
  requestTimeoutMs?: number;
  now?: () => Date;
  random?: () => number;
}

export interface SenderEvents {
  /** The control plane wants the trainer to stop. */
  onStop(): void;
  /** Worth a line in the process's own log. Never holds the secret or a body. */
  onNote(level: 'info' | 'warn', message: string): void;
}

export type StartSender = (options: SenderOptions, events: SenderEvents) => Sender;

type Attempted = { result: 'acknowledged' | 'rejected' } | { result: 'failed'; reason: string };

/** What is sent at once: a heartbeat, or callbacks of the journal up to the byte `end`. */
interface Outgoing {
  entries: readonly [JournalEntry, ...JournalEntry[]];
  end: number | null;
}

/** Fewer go one by one, for the answer to each may be to stop. */
const MANY = 10;
/** Of the journal, whose lines are about as long as what is sent of them. */
const MAX_BATCH_BYTES = MAX_CALLBACK_BYTES * 0.9;
const REQUEST_TIMEOUT_MS = 15_000;
/** While somebody waits for the end, a control plane that is back is noticed soon. */
const DRAINING_CAP_MS = 1000;

export class CallbackSender implements Sender {
  private readonly reader: JournalReader;
  private readonly position: PositionWriter;
  private readonly identityToken: (() => Promise<string>) | undefined;
  /** The oldest callbacks that are not dealt with. */
  private readonly heads: { entry: JournalEntry; end: number }[] = [];
  /** So many of them go one by one: together they were rejected, and nobody knows for which of them. */
  private oneByOne = 0;
  private waitingHeartbeat: JournalEntry | undefined;
  private offset: number;
  /** How far the next process may rely on what was acknowledged. */
  private keptOffset: number;
  private highestSeq: number;
  private newest: Delivery = 'acknowledged';
  private draining = false;
  private failing = false;
  /** The control plane has told the trainer to stop: it may speak for nobody, and what it says be kept by nobody. */
  private isStopRequested = false;
  private readonly closing = new AbortController();
  /** Ends whatever the loop sleeps on: an idle queue or a backoff. */
  private interrupt: () => void = () => {};
  private idleListeners: (() => void)[] = [];
  private readonly loop: Promise<void>;

  constructor(
    private readonly options: SenderOptions,
    private readonly events: SenderEvents,
  ) {
    const { journal } = options;
    ({ offset: this.offset, seq: this.highestSeq } = readPosition(journal));
    this.keptOffset = this.offset;
    this.reader = new JournalReader(journal, this.offset, (at) =>
      events.onNote('warn', `a callback before byte ${at} of the journal is damaged and was passed over`),
    );
    this.position = new PositionWriter(journal);
    if (options.identity) this.identityToken = identityTokens(options.identity, options.now);
    this.loop = this.run();
  }

  wake(): void {
    if (!this.failing) this.interrupt();
  }

  heartbeat(entry: JournalEntry): void {
    this.waitingHeartbeat = entry;
    this.wake();
  }

  async drain(timeoutMs: number): Promise<Delivery> {
    this.draining = true;
    const idle = new Promise<'idle'>((resolve) => this.idleListeners.push(() => resolve('idle')));
    this.interrupt();
    const timer = new AbortController();
    const late = pause(timeoutMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
    const first = await Promise.race([idle, late]);
    timer.abort();
    this.draining = false;
    return first === 'idle' ? this.newest : 'pending';
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.interrupt();
    await this.loop;
    this.reader.close();
    this.position.close();
  }

  private async run(): Promise<void> {
    while (!this.closing.signal.aborted) {
      const next = this.nextOutgoing();
      if (next) await this.deliver(next);
      else await this.idle();
    }
  }

  /** The lower number goes first: a heartbeat never overtakes what was queued before it. */
  private nextOutgoing(): Outgoing | undefined {
    this.readAhead();
    const heartbeat = this.waitingHeartbeat;
    const [first] = this.heads;
    if (heartbeat && (!first || heartbeat.body.seq < first.entry.body.seq)) {
      this.waitingHeartbeat = undefined;
      return { entries: [heartbeat], end: null };
    }
    if (!first) return undefined;
    const fitting = this.heads.filter(
      ({ entry, end }) =>
        (!heartbeat || entry.body.seq < heartbeat.body.seq) && end - this.offset <= MAX_BATCH_BYTES,
    );
    const last = fitting.at(-1);
    if (!last || fitting.length < MANY || this.oneByOne > 0)
      return { entries: [first.entry], end: first.end };
    return { entries: [first.entry, ...fitting.slice(1).map(({ entry }) => entry)], end: last.end };
  }

  private readAhead(): void {
    while (this.heads.length < MAX_BATCH && (this.heads.at(-1)?.end ?? 0) - this.offset < MAX_BATCH_BYTES) {
      const next = this.reader.next();
      if (!next) return;
      this.heads.push(next);
    }
  }

  private async idle(): Promise<void> {
    for (const listener of this.idleListeners.splice(0)) listener();
    await this.sleep(null);
  }

  private async deliver(outgoing: Outgoing): Promise<void> {
    for (let failures = 0; !this.closing.signal.aborted;) {
      // A newer heartbeat says more than this one; the newest is sent when its turn comes.
      if (outgoing.end === null && failures > 0 && this.waitingHeartbeat) return;
      const attempted = await this.send(outgoing);
      if (attempted.result === 'rejected' && outgoing.entries.length > 1) {
        this.oneByOne = outgoing.entries.length;
        return;
      }
      if (attempted.result !== 'failed') {
        this.dealtWith(outgoing, attempted.result);
        return;
      }
      if (failures === 0 && !this.failing) {
        this.events.onNote(
          'warn',
          `callback ${nameOf(outgoing.entries[0])} failed (${attempted.reason}); retrying until it is taken`,
        );
      }
      this.failing = true;
      const wait = backoffMs(failures++, this.options.random ?? Math.random);
      await this.sleep(this.draining ? Math.min(wait, DRAINING_CAP_MS) : wait);
    }
  }

  private dealtWith({ entries, end }: Outgoing, result: 'acknowledged' | 'rejected'): void {
    if (this.failing) this.events.onNote('info', 'callbacks are taken again');
    this.failing = false;
    this.highestSeq = Math.max(this.highestSeq, ...entries.map(({ body }) => body.seq));
    if (end !== null) {
      this.offset = end;
      this.heads.splice(0, entries.length);
      this.oneByOne = Math.max(0, this.oneByOne - entries.length);
      this.newest = result;
    }
    // Told to stop, this attempt may be one that was given up, whose callbacks change nothing: the next one says them again.
    if (!this.isStopRequested) this.keptOffset = this.offset;
    this.position.write({ offset: this.keptOffset, seq: this.highestSeq });
  }

  private async send({ entries }: Outgoing): Promise<Attempted> {
    const {
      url,
      secret,
      attempt,
      traceparent,
      requestTimeoutMs = REQUEST_TIMEOUT_MS,
      now = () => new Date(),
    } = this.options;
    const [first] = entries;
    const isBatch = entries.length > 1;
    const id = isBatch ? `batch-${first.id}` : first.id;
    const body = JSON.stringify(isBatch ? { callbacks: entries } : first.body);
    try {
      const response = await fetch(`${url}/${isBatch ? BATCH : first.kind}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'trainyard-attempt': String(attempt),
          ...(traceparent && { traceparent }),
          ...(await this.identityHeaders()),
          ...signCallback(secret, id, now(), body),
        },
        body,
        redirect: 'manual',
        signal: timeLimit(requestTimeoutMs, this.closing.signal),
      });
      const answer = await response.text();
      if (response.ok) return this.acknowledged(first, answer);
      if (isTransientStatus(response.status))
        return { result: 'failed', reason: `status ${response.status}` };
      return isBatch ? { result: 'rejected' } : this.rejected(first, response.status, answer);
    } catch (error) {
      return { result: 'failed', reason: reasonOf(error) };
    }
  }

  /** Twice: for the control plane, and for the platform before it, which may take its copy apart. */
  private async identityHeaders(): Promise<Record<string, string>> {
    if (!this.identityToken) return {};
    const token = await this.identityToken();
    return { authorization: `Bearer ${token}`, 'trainyard-identity': token };
  }

  private acknowledged(entry: JournalEntry, answer: string): Attempted {
    const parsed = callbackAnswerSchema.safeParse(jsonOf(answer));
    if (!parsed.success) {
      this.events.onNote('warn', `the answer to ${nameOf(entry)} is not {status, command}; going on`);
    } else if (parsed.data.command === 'stop') {
      this.isStopRequested = true;
      this.events.onStop();
    }
    return { result: 'acknowledged' };
  }

  private rejected(entry: JournalEntry, status: number, answer: string): Attempted {
    const excerpt = cutText(answer, 500);
    this.events.onNote('warn', `callback ${nameOf(entry)} was rejected with status ${status}: ${excerpt}`);
    const file = join(dirname(this.options.journal.file), 'rejected.jsonl');
    appendFileSync(file, `${JSON.stringify({ status, answer: excerpt, entry })}\n`);
    return { result: 'rejected' };
  }

  /** Until `ms` are over, or for ever with null; `interrupt` ends it. */
  private sleep(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      this.interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function nameOf({ kind, body }: JournalEntry): string {
  return `${kind} ${body.attempt}.${body.seq}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message ? cause.message : error.message;
}
