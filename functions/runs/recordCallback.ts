import {
  commandFor,
  epochSchema,
  isTerminal,
  mergeEpoch,
  paths,
  stageSchema,
  type CallbackAnswer,
  type EventType,
  type Run,
  type RunCallback,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { runEvent } from '../events/runEvent.js';
import { notFound } from '../http/problemError.js';
import { prepareRegistration } from '../models/registerVersion.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { afterCommit, applyEvent, unchanged, type Applied } from './lifecycle.js';
import { putInOutbox } from './outbox.js';
import { readRun } from './repository.js';

/**
 * Records one verified callback in one transaction: duplicate check, transition, and the row it brings. Says what the trainer
 * is to do. A callback of an older attempt changes nothing. A row of the current attempt is kept even when the run has ended,
 * for callbacks may arrive in any order.
 */
export async function recordCallback(
  cp: ControlPlane,
  runId: string,
  callbackId: string,
  callback: RunCallback,
): Promise<CallbackAnswer> {
  const { attempt } = callback.body;
  const applied = await cp.store.transaction(async (tx) => {
    const run = await readRun(tx, runId);
    if (!run) throw notFound(`run ${runId}`);
    if (attempt > run.attempt) throw notFound(`attempt ${attempt} of run ${runId}`);
    const seen = await tx.get(paths.event(runId, callbackId));
    const row = await prepareRow(tx, run, callback);
    const register = callback.kind === 'completed' ? await prepareRegistration(cp, tx, run) : undefined;
    if (seen || attempt < run.attempt) return unchanged(run);
    // An attempt may tell of an epoch or stage twice: for the one before it, and when it has done it itself.
    const untold = row?.isNews === false ? ROW_EVENTS : [];
    const result = applyEvent(tx, run, callback, callbackId, cp.now(), untold);
    if (register && result.changed && result.run.status === 'completed')
      return { ...result, events: [...result.events, register(result.run)] };
    if (!row?.isNews) return result;
    tx.set(row.path, row.data);
    return isTerminal(run.status) ? withLateEvent(tx, cp, result, callback, callbackId) : result;
  });
  await afterCommit(cp, applied);
  return { status: 'ok', command: commandFor(applied.run, attempt) };
}

/** What is stored of a callback beside the run. No news is what the attempt, or a newer one, has told before. */
interface Row {
  path: string;
  data: Record<string, unknown>;
  isNews: boolean;
}

/** What the world hears of rows. */
const ROW_EVENTS: readonly EventType[] = ['run.epoch.completed', 'run.stage.completed'];

/** Reads what the callback's row depends on; undefined for a callback without one. */
async function prepareRow(tx: Transaction, run: Run, callback: RunCallback): Promise<Row | undefined> {
  const { runId } = run;
  switch (callback.kind) {
    case 'epoch-complete': {
      const { attempt, epoch, metrics, seconds, examples, examplesPerSecond, sentAt } = callback.body;
      const path = paths.epoch(runId, epoch);
      const document = await tx.get(path);
      const stored = document && epochSchema.parse(document.data);
      const data = { epoch, attempt, metrics, seconds, examples, examplesPerSecond, at: sentAt };
      return { path, data, isNews: mergeEpoch(stored, data) !== stored };
    }
    case 'stage-complete': {
      const { attempt, stage, seconds, cacheHit, counts, detail, sentAt } = callback.body;
      const path = paths.stage(runId, stage);
      const document = await tx.get(path);
      const isNews = document === undefined || stageSchema.parse(document.data).attempt < attempt;
      return { path, data: { stage, attempt, seconds, cacheHit, counts, detail, at: sentAt }, isNews };
    }
    case 'log': {
      const { attempt, seq, lines } = callback.body;
      return { path: paths.logChunk(runId, attempt, seq), data: { attempt, seq, lines }, isNews: true };
    }
    default:
      return undefined;
  }
}

/** The world hears of a stage or epoch that arrived after the end, too. */
function withLateEvent(
  tx: Transaction,
  cp: ControlPlane,
  applied: Applied,
  callback: RunCallback,
  callbackId: string,
): Applied {
  const now = cp.now();
  const entry =
    callback.kind === 'epoch-complete'
      ? ({
          type: 'run.epoch.completed',
          detail: { epoch: callback.body.epoch, metrics: callback.body.metrics },
        } as const)
      : callback.kind === 'stage-complete'
        ? ({ type: 'run.stage.completed', detail: { stage: callback.body.stage } } as const)
        : undefined;
  if (!entry) return applied;
  const event = runEvent(applied.run, callbackId, entry, now);
  putInOutbox(tx, event);
  return { ...applied, events: [...applied.events, event] };
}
