import {
  commandFor,
  epochSchema,
  mergeEpoch,
  paths,
  stageSchema,
  type CallbackAnswer,
  type EventType,
  type Run,
  type RunCallback,
  type RunEvent,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { notFound } from '../errors/domainError.js';
import { prepareRegistration } from '../models/registerVersion.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { afterCommit, applyEvent, changingRun, unchanged, type Applied } from './lifecycle.js';
import { readRun } from './repository.js';

/** A callback and the id by which it is known again. */
export interface SentCallback {
  id: string;
  callback: RunCallback;
}

/** `recorded`: it was news · `repeated`: it was here before · `stale`: its attempt is over. */
export type Outcome = 'recorded' | 'repeated' | 'stale';

export interface Recorded {
  run: Run;
  answer: CallbackAnswer;
  /** Of each callback, in their order. */
  outcomes: readonly Outcome[];
}

/**
 * Records verified callbacks of one attempt, in their order, in one transaction: duplicate check, transition, and the row that
 * each brings. Says what the trainer is to do. A callback of an older attempt changes nothing. A row of the current attempt is
 * kept even when the run has ended, for callbacks may arrive in any order.
 */
export async function recordCallbacks(
  cp: ControlPlane,
  runId: string,
  attempt: number,
  callbacks: readonly SentCallback[],
): Promise<Recorded> {
  const { applied, outcomes } = await changingRun(cp, runId, async (tx) => {
    const run = await readRun(tx, runId);
    if (!run) throw notFound(`run ${runId}`);
    if (attempt > run.attempt) throw notFound(`attempt ${attempt} of run ${runId}`);
    return new Recording(cp, tx, await Known.read(cp, tx, run, callbacks)).recordAll(run, callbacks);
  });
  await afterCommit(cp, applied);
  const { run } = applied;
  return { run, outcomes, answer: { status: 'ok', command: commandFor(run, attempt) } };
}

/** What is stored of a callback beside the run. */
interface Row {
  path: string;
  data: Record<string, unknown>;
  /** Whether this attempt, or a newer one, has not told it before; null: each is news. */
  isNewsAfter: ((stored: Record<string, unknown> | undefined) => boolean) | null;
}

/** All that the transaction reads, for it reads before it writes. What is recorded is known from then on. */
class Known {
  private constructor(
    private readonly seen: Set<string>,
    private readonly rows: Map<string, Record<string, unknown>>,
    readonly register: ((completed: Run) => RunEvent) | undefined,
  ) {}

  static async read(
    cp: ControlPlane,
    tx: Transaction,
    run: Run,
    callbacks: readonly SentCallback[],
  ): Promise<Known> {
    const { runId } = run;
    const ids = [...new Set(callbacks.map(({ id }) => id))];
    const compared = callbacks
      .flatMap(({ callback }) => rowOf(runId, callback) ?? [])
      .filter(({ isNewsAfter }) => isNewsAfter);
    const rowPaths = [...new Set(compared.map(({ path }) => path))];
    const completes = callbacks.some(({ callback }) => callback.kind === 'completed');
    const [events, rows, register] = await Promise.all([
      Promise.all(ids.map((id) => tx.get(paths.event(runId, id)))),
      Promise.all(rowPaths.map((path) => tx.get(path))),
      completes ? prepareRegistration(cp, tx, run) : undefined,
    ]);
    return new Known(
      new Set(ids.filter((_, i) => events[i])),
      new Map(rows.flatMap((row) => (row ? [[row.path, row.data] as const] : []))),
      register,
    );
  }

  /** True the second time it is asked for an id as well. */
  hasSeen(id: string): boolean {
    const has = this.seen.has(id);
    this.seen.add(id);
    return has;
  }

  /** True for a row that says something new, which is known from then on. */
  isNews({ path, data, isNewsAfter }: Row): boolean {
    const isNews = isNewsAfter?.(this.rows.get(path)) ?? true;
    if (isNews) this.rows.set(path, data);
    return isNews;
  }
}

/** What the world hears of rows. */
const ROW_EVENTS: readonly EventType[] = ['run.epoch.completed', 'run.stage.completed'];

class Recording {
  constructor(
    private readonly cp: ControlPlane,
    private readonly tx: Transaction,
    private readonly known: Known,
  ) {}

  recordAll(run: Run, callbacks: readonly SentCallback[]): { applied: Applied; outcomes: Outcome[] } {
    let applied = unchanged(run);
    const outcomes = callbacks.map((sent): Outcome => {
      if (this.known.hasSeen(sent.id)) return 'repeated';
      // Also after one that ended the attempt, within the same batch.
      if (sent.callback.body.attempt < applied.run.attempt) return 'stale';
      const next = this.record(applied.run, sent);
      applied = {
        run: next.run,
        changed: applied.changed || next.changed,
        events: [...applied.events, ...next.events],
        stopJob: next.stopJob ?? applied.stopJob,
      };
      return 'recorded';
    });
    return { applied, outcomes };
  }

  private record(run: Run, { id, callback }: SentCallback): Applied {
    const row = rowOf(run.runId, callback);
    const isNews = row !== undefined && this.known.isNews(row);
    // An attempt may tell of an epoch or stage twice: for the one before it, and when it has done it itself.
    const untold = row && !isNews ? ROW_EVENTS : [];
    const result = applyEvent(this.tx, run, callback, id, this.cp.now(), untold);
    if (
      callback.kind === 'completed' &&
      result.changed &&
      result.run.status === 'completed' &&
      this.known.register
    )
      return { ...result, events: [...result.events, this.known.register(result.run)] };
    if (!row || !isNews) return result;
    this.tx.set(row.path, row.data);
    return result;
  }
}

/** The row that a callback brings; undefined for a callback without one. */
function rowOf(runId: string, callback: RunCallback): Row | undefined {
  switch (callback.kind) {
    case 'epoch-complete': {
      const { attempt, epoch, metrics, seconds, examples, examplesPerSecond, sentAt } = callback.body;
      const data = { epoch, attempt, metrics, seconds, examples, examplesPerSecond, at: sentAt };
      return {
        path: paths.epoch(runId, epoch),
        data,
        isNewsAfter(document) {
          const stored = document && epochSchema.parse(document);
          return mergeEpoch(stored, data) !== stored;
        },
      };
    }
    case 'stage-complete': {
      const { attempt, stage, seconds, cacheHit, counts, detail, sentAt } = callback.body;
      return {
        path: paths.stage(runId, stage),
        data: { stage, attempt, seconds, cacheHit, counts, detail, at: sentAt },
        isNewsAfter: (document) => !document || stageSchema.parse(document).attempt < attempt,
      };
    }
    case 'log': {
      const { attempt, seq, lines } = callback.body;
      const path = paths.logChunk(runId, attempt, seq);
      return { path, data: { attempt, seq, lines }, isNewsAfter: null };
    }
    default:
      return undefined;
  }
}
