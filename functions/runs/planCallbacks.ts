/** What callbacks of a trainer make of their run and of the rows below it, decided from data alone. */
import {
  epochSchema,
  mergeEpoch,
  paths,
  stageSchema,
  type EventType,
  type Run,
  type RunCallback,
} from '@trainyard/shared';
import type { EventContext } from '../events/runEvent.js';
import type { DocumentData } from '../ports/documentStore/documentStore.js';
import { withoutReplaced, type Write } from '../ports/documentStore/writes.js';
import { inSequence, planEvent, unchanged, type RunPlan } from './runPlan.js';

/** A callback and the id by which it is known again. */
export interface SentCallback {
  id: string;
  callback: RunCallback;
}

/** `recorded`: it was news · `repeated`: it was here before · `stale`: its attempt is over. */
export type Outcome = 'recorded' | 'repeated' | 'stale';

/** What is stored of a run, as far as callbacks are held against it. */
export interface StoredState {
  /** Ids of callbacks that were recorded before. */
  callbackIds: ReadonlySet<string>;
  /** Rows of epochs and stages, by their paths. */
  rows: ReadonlyMap<string, DocumentData>;
}

export interface CallbackPlan extends RunPlan {
  /** Of each callback, in their order. */
  outcomes: readonly Outcome[];
}

/**
 * Applies callbacks of one attempt in their order: duplicate check, transition, and the row that each brings. A callback of an
 * older attempt changes nothing. A row of the current attempt is kept even when the run has ended, for callbacks may arrive in
 * any order.
 */
export function planCallbacks(
  run: Run,
  { callbackIds, rows: storedRows }: StoredState,
  callbacks: readonly SentCallback[],
  context: EventContext,
): CallbackPlan {
  const ids = new Set(callbackIds);
  const rows = new Map(storedRows);
  let plan = unchanged(run);
  const outcomes = callbacks.map((sent): Outcome => {
    if (ids.has(sent.id)) return 'repeated';
    ids.add(sent.id);
    // Also after one that ended the attempt, within the same batch.
    if (sent.callback.body.attempt < plan.run.attempt) return 'stale';
    const row = rowOf(run.runId, sent.callback);
    const stored = row && rows.get(row.path);
    const isNews = row !== undefined && isNewsAfter(row, stored);
    if (isNews) rows.set(row.path, row.data);
    const told = isNews ? sent : { ...sent, callback: asStored(sent.callback, stored) };
    plan = inSequence(plan, planCallback(plan.run, told, { row, isNews }, context));
    return 'recorded';
  });
  return { ...plan, writes: withoutReplaced(plan.writes), outcomes };
}

/** The paths of the rows that the callbacks are held against. */
export function comparedRows(runId: string, callbacks: readonly SentCallback[]): string[] {
  const rows = callbacks.flatMap(({ callback }) => rowOf(runId, callback) ?? []);
  return [...new Set(rows.filter(({ kind }) => kind !== 'log').map(({ path }) => path))];
}

/** The events of rows. An attempt may tell of an epoch or stage twice: for the one before it, and when it has done it itself. */
const ROW_EVENTS: readonly EventType[] = ['run.epoch.completed', 'run.stage.completed'];

function planCallback(
  before: Run,
  { id, callback }: SentCallback,
  { row, isNews }: { row: Row | undefined; isNews: boolean },
  context: EventContext,
): RunPlan {
  const plan = planEvent(before, callback, id, context, row && !isNews ? ROW_EVENTS : []);
  const rowWrites: Write[] = row && isNews ? [{ kind: 'set', path: row.path, data: row.data }] : [];
  return { ...plan, writes: [...plan.writes, ...rowWrites] };
}

/**
 * An epoch or a stage that the attempt tells once more is as it told it first: that is what its row says, and the run must not say
 * otherwise. A trainer that goes on beside its double tells other numbers.
 */
function asStored(callback: RunCallback, stored: DocumentData | undefined): RunCallback {
  if (stored === undefined) return callback;
  switch (callback.kind) {
    case 'epoch-complete': {
      const { metrics, byTies } = epochSchema.parse(stored);
      return { ...callback, body: { ...callback.body, metrics, byTies } };
    }
    case 'stage-complete': {
      const { warnings } = stageSchema.parse(stored);
      return { ...callback, body: { ...callback.body, warnings } };
    }
    default:
      return callback;
  }
}

/** What is stored of a callback beside the run. */
type Row =
  | { kind: 'epoch'; path: string; data: ReturnType<typeof epochOf> }
  | { kind: 'stage'; path: string; data: { attempt: number } & DocumentData }
  /** Each is news: its path has the callback's number. */
  | { kind: 'log'; path: string; data: DocumentData };

/** The row that a callback brings; undefined for a callback without one. */
function rowOf(runId: string, { kind, body }: RunCallback): Row | undefined {
  switch (kind) {
    case 'epoch-complete':
      return { kind: 'epoch', path: paths.epoch(runId, body.epoch), data: epochOf(body) };
    case 'stage-complete': {
      const { attempt, stage, seconds, cacheHit, counts, detail, warnings, sentAt: at } = body;
      const { inputs = [], outputs = [] } = body;
      const data = { stage, attempt, seconds, cacheHit, counts, detail, warnings, inputs, outputs, at };
      return { kind: 'stage', path: paths.stage(runId, stage), data };
    }
    case 'log': {
      const { attempt, seq, lines } = body;
      return { kind: 'log', path: paths.logChunk(runId, attempt, seq), data: { attempt, seq, lines } };
    }
    default:
      return undefined;
  }
}

function epochOf({
  attempt,
  epoch,
  metrics,
  seconds,
  examples,
  examplesPerSecond,
  byTies,
  sentAt: at,
}: Extract<RunCallback, { kind: 'epoch-complete' }>['body']) {
  return { epoch, attempt, metrics, seconds, examples, examplesPerSecond, ...(byTies && { byTies }), at };
}

/** Whether a row says what neither its attempt nor a newer one has told before. */
function isNewsAfter(row: Row, document: DocumentData | undefined): boolean {
  if (document === undefined || row.kind === 'log') return true;
  if (row.kind === 'stage') return stageSchema.parse(document).attempt < row.data.attempt;
  const stored = epochSchema.parse(document);
  return mergeEpoch(stored, row.data) !== stored;
}
