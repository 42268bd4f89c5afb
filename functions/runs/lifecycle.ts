import {
  isTerminal,
  paths,
  transition,
  type EventType,
  type LifecycleEvent,
  type Run,
  type RunEvent,
  type RunEventRecord,
  type Transition,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { runEvent } from '../events/runEvent.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { instruments } from '../telemetry/metrics.js';
import { inTurn } from '../inTurn.js';
import { publishCommitted, putInOutbox } from '../events/outbox.js';
import { readRun } from './repository.js';
import { recordSpending } from './spending.js';
import { launcherOf } from './tiers.js';

/** What a transaction decided: the run after it, and what is to be done once it is committed. */
export interface Applied {
  run: Run;
  changed: boolean;
  events: RunEvent[];
  stopJob: Transition['stopJob'];
}

/**
 * Applies an event that did not come from the trainer, and carries out what follows from it. `decide` sees the run inside the
 * transaction and returns the event, or undefined to leave the run as it is. Undefined for an unknown run.
 */
export async function recordLifecycle(
  cp: ControlPlane,
  runId: string,
  decide: (run: Run) => LifecycleEvent | undefined,
): Promise<Applied | undefined> {
  const causeId = cp.newId();
  const applied = await changingRun(cp, runId, async (tx) => {
    const run = await readRun(tx, runId);
    if (!run) return undefined;
    const event = decide(run);
    return event ? applyEvent(tx, run, event, causeId, cp.now()) : unchanged(run);
  });
  if (applied) await afterCommit(cp, applied);
  return applied;
}

/** A transaction that may write the run's document; those of this process take turns, so that none makes another begin again. */
export function changingRun<T>(
  cp: ControlPlane,
  runId: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return inTurn(`run ${runId}`, () => cp.store.transaction(work));
}

/**
 * Writes the run after `event`, a record of it and the events it publishes, except those of the types `untold`. All reads of
 * the transaction come before.
 */
export function applyEvent(
  tx: Transaction,
  before: Run,
  event: LifecycleEvent,
  causeId: string,
  now: Date,
  untold: readonly EventType[] = [],
): Applied {
  const { run, publish: all, stopJob } = transition(before, event, now);
  const publish = all.filter(({ type }) => !untold.includes(type));
  if (run !== before) tx.set(paths.run(run.runId), { ...run });
  if (isTerminal(run.status) && !isTerminal(before.status)) recordSpending(tx, run);
  if (run !== before && (publish.length > 0 || isWorthRecord(event))) {
    tx.create(paths.event(run.runId, causeId), { ...recordOf(run, event, causeId, publish, now) });
  }
  const events = publish.map((entry) => runEvent(run, causeId, entry, now));
  for (const published of events) putInOutbox(tx, published);
  return { run, changed: run !== before, events, stopJob };
}

/** Publishes, and stops a job that nobody wants any more. What fails here is made good by `reconcile`. */
export async function afterCommit(cp: ControlPlane, { run, events, stopJob }: Applied): Promise<void> {
  if (events.some(({ type }) => ENDS.has(type))) tellEnd(cp, run);
  await publishCommitted(cp, events);
  if (!stopJob) return;
  try {
    await launcherOf(cp, stopJob.tier).cancel(stopJob.name);
  } catch (error) {
    cp.log('WARNING', 'a job could not be stopped', { runId: run.runId, job: stopJob.name, error });
  }
}

const ENDS: ReadonlySet<EventType> = new Set(['run.completed', 'run.failed', 'run.cancelled']);

function tellEnd(cp: ControlPlane, { runId, modelId: model, status, error, createdAt, endedAt }: Run): void {
  const { runsEnded, runSeconds } = instruments();
  const code = status === 'failed' ? (error?.code ?? 'none') : 'none';
  runsEnded.add(1, { model, status, error: code });
  cp.log('INFO', 'a run ended', { runId, modelId: model, status, ...(status === 'failed' && { code }) });
  if (endedAt) runSeconds.record((Date.parse(endedAt) - Date.parse(createdAt)) / 1000, { status });
}

export function unchanged(run: Run): Applied {
  return { run, changed: false, events: [], stopJob: null };
}

/** Heartbeats, log lines and claims come too often to be remembered one by one. */
function isWorthRecord(event: LifecycleEvent): boolean {
  if (event.type === 'callback') return event.kind !== 'heartbeat' && event.kind !== 'log';
  return event.type !== 'claimed';
}

function recordOf(
  run: Run,
  event: LifecycleEvent,
  id: string,
  publish: Transition['publish'],
  now: Date,
): RunEventRecord {
  const callback = event.type === 'callback' ? event : undefined;
  return {
    id,
    at: now.toISOString(),
    what: callback?.kind ?? event.type,
    attempt: callback?.body.attempt ?? ('attempt' in event ? event.attempt : run.attempt),
    seq: callback?.body.seq ?? null,
    status: run.status,
    published: publish.map(({ type }) => type),
  };
}
