import {
  commandFor,
  epochSchema,
  isTerminal,
  mergeEpoch,
  paths,
  stageSchema,
  type CallbackAnswer,
  type Run,
  type RunCallback,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { runEvent } from '../events/runEvent.js';
import { notFound } from '../http/problemError.js';
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
    const writeRow = await prepareRow(tx, run, callback);
    if (seen || attempt < run.attempt) return unchanged(run);
    const result = applyEvent(tx, run, callback, callbackId, cp.now());
    const isNewRow = writeRow();
    return isNewRow && isTerminal(run.status) ? withLateEvent(tx, cp, result, callback, callbackId) : result;
  });
  await afterCommit(cp, applied);
  return { status: 'ok', command: commandFor(applied.run, attempt) };
}

/** Reads what the callback's row needs; the function that it returns writes the row and says whether it was news. */
async function prepareRow(tx: Transaction, run: Run, callback: RunCallback): Promise<() => boolean> {
  const { runId } = run;
  switch (callback.kind) {
    case 'epoch-complete': {
      const { attempt, epoch, metrics, seconds, examples, examplesPerSecond, sentAt } = callback.body;
      const path = paths.epoch(runId, epoch);
      const document = await tx.get(path);
      const stored = document && epochSchema.parse(document.data);
      const incoming = { epoch, attempt, metrics, seconds, examples, examplesPerSecond, at: sentAt };
      return () => writeUnless(tx, path, mergeEpoch(stored, incoming) === stored, incoming);
    }
    case 'stage-complete': {
      const { attempt, stage, seconds, cacheHit, counts, detail, sentAt } = callback.body;
      const path = paths.stage(runId, stage);
      const document = await tx.get(path);
      const isOlder = document !== undefined && stageSchema.parse(document.data).attempt >= attempt;
      const row = { stage, attempt, seconds, cacheHit, counts, detail, at: sentAt };
      return () => writeUnless(tx, path, isOlder, row);
    }
    case 'log': {
      const { attempt, seq, lines } = callback.body;
      return () => writeUnless(tx, paths.logChunk(runId, attempt, seq), false, { attempt, seq, lines });
    }
    default:
      return () => false;
  }
}

function writeUnless(
  tx: Transaction,
  path: string,
  keepStored: boolean,
  row: Record<string, unknown>,
): boolean {
  if (!keepStored) tx.set(path, row);
  return !keepStored;
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
