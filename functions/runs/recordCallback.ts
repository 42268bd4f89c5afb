import { commandFor, paths, type CallbackAnswer, type Run } from '@trainyard/shared';
import { notFound } from '../errors/domainError.js';
import { eventContext } from '../events/runEvent.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { changeRun, type PlanPorts } from './lifecycle.js';
import {
  comparedRows,
  planCallbacks,
  type Outcome,
  type SentCallback,
  type StoredState,
} from './planCallbacks.js';

export interface RecordedCallbacks {
  run: Run;
  answer: CallbackAnswer;
  /** Of each callback, in their order. */
  outcomes: readonly Outcome[];
}

/** Records verified callbacks of one attempt, in their order, in one transaction, and says what the trainer is to do. */
export async function recordCallbacks(
  cp: PlanPorts,
  runId: string,
  attempt: number,
  callbacks: readonly SentCallback[],
): Promise<RecordedCallbacks> {
  const { run, outcomes } = await changeRun(cp, runId, async (tx, before) => {
    if (!before) throw notFound(`run ${runId}`);
    if (attempt > before.attempt) throw notFound(`attempt ${attempt} of run ${runId}`);
    return planCallbacks(before, await storedState(tx, before, callbacks), callbacks, eventContext(cp));
  });
  return { run, outcomes, answer: { status: 'ok', command: commandFor(run, attempt) } };
}

async function storedState(
  tx: Pick<Transaction, 'get'>,
  { runId }: Run,
  callbacks: readonly SentCallback[],
): Promise<StoredState> {
  const ids = [...new Set(callbacks.map(({ id }) => id))];
  const [events, rows] = await Promise.all([
    Promise.all(ids.map((id) => tx.get(paths.event(runId, id)))),
    Promise.all(comparedRows(runId, callbacks).map((path) => tx.get(path))),
  ]);
  return {
    callbackIds: new Set(ids.filter((_, i) => events[i])),
    rows: new Map(rows.flatMap((row) => (row ? [[row.path, row.data] as const] : []))),
  };
}
