/** Pauses, resumes, extends and cancels a sweep: all that is ever written into its own document. */
import {
  later,
  MOST_TRIALS,
  paths,
  sweepViewSchema,
  type ExtendRequest,
  type QueuedTrial,
  type Sweep,
  type SweepEnd,
  type SweepEndReason,
  type SweepEventType,
  type SweepView,
  type Trial,
} from '@trainyard/shared';
import { DomainError, notFound } from '../errors/domainError.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { uncountedTiers } from '../runs/tiers.js';
import { readEnd, readFinals, readQueue, readSweep, roundWrites, sweepData } from './documents.js';
import { readTrials } from './history.js';
import { expectedTrialUsd } from './expectedCost.js';
import { nextRound } from './nextRound.js';
import { nextStep, stopReason } from './plan.js';
import { sweepEvent } from './sweepEvent.js';
import type { SweepPorts } from './trials.js';
import { sweepViewOf } from '@trainyard/shared/sweeps/soFar';

export type SweepChange =
  | { action: 'pause' }
  | { action: 'resume' }
  | { action: 'cancel' }
  | { action: 'extend'; limits: ExtendRequest };

export interface ChangeRequest {
  sweepId: string;
  change: SweepChange;
  by: string;
  idempotencyKey: string | undefined;
}

/** What a change is decided from. */
interface Before {
  sweep: Sweep;
  /** How its round has ended, where it has. */
  end: SweepEnd | undefined;
  trials: readonly Trial[];
  /** What somebody wants tried, by its numbers. */
  queue: readonly QueuedTrial[];
  /** What a budget that is given is counted with. */
  counting: Counting;
  now: Date;
}

type Counting = Pick<Sweep, 'expectedTrialUsd' | 'uncountedTiers'>;

/** What a change comes to: the sweep as it is to be written, and the event; undefined where it is so already. */
type Changed = { sweep: Sweep; type: SweepEventType } | undefined;

export async function changeSweep(
  cp: SweepPorts,
  { sweepId, change, by, idempotencyKey }: ChangeRequest,
): Promise<Done<SweepView>> {
  const slot = idempotencySlot(by, idempotencyKey, { sweepId, ...change });
  const before = await recall(cp.store, slot, sweepViewSchema);
  if (before) return { outcome: before, isReplay: true };
  // Before the trials: what leaves the queue meanwhile is among them.
  const queue = await readQueue(cp.store, sweepId, MOST_TRIALS);
  const [trials, finals, counting] = await Promise.all([
    readTrials(cp.store, sweepId),
    readFinals(cp.store, sweepId),
    countingAfter(cp, sweepId, change),
  ]);
  const causeId = cp.newId();
  const { outcome, isReplay, event } = await cp.store.optimistic(async (tx) => {
    const now = cp.now();
    const sweep = await readSweep(tx, sweepId);
    if (!sweep) throw notFound(`sweep ${sweepId}`);
    const end = await readEnd(tx, sweep);
    const changed = changedBy(change, { sweep, end, trials, queue, counting, now });
    const told = changed && sweepEvent(sweep, causeId, { type: changed.type, detail: { by } }, now);
    const done = await once(tx, slot, sweepViewSchema, now, async () => {
      if (!changed || !told) return sweepViewOf(sweep, { end, trials, finals, queue });
      const isNewRound = changed.sweep.round !== sweep.round;
      makeWrites(tx, [
        ...(isNewRound
          ? roundWrites(changed.sweep)
          : [{ kind: 'set' as const, path: paths.sweep(sweepId), data: sweepData(changed.sweep) }]),
        outboxWrite(told),
      ]);
      return sweepViewOf(changed.sweep, { end: isNewRound ? undefined : end, trials, finals, queue });
    });
    return { ...done, event: done.isReplay ? undefined : told };
  });
  if (event) await publishCommitted(cp, [event]);
  return { outcome, isReplay };
}

/** A budget that is given later is refused as one at the start: where nothing could be counted, or no trial has room in it. */
async function countingAfter(cp: SweepPorts, sweepId: string, change: SweepChange): Promise<Counting> {
  const budgetUsd = (change.action === 'extend' ? change.limits.budgetUsd : undefined) ?? null;
  const sweep = budgetUsd === null ? undefined : await readSweep(cp.store, sweepId);
  if (!sweep) return { expectedTrialUsd: null, uncountedTiers: [] };
  return {
    expectedTrialUsd: await expectedTrialUsd(cp, { ...sweep, budgetUsd }),
    uncountedTiers: uncountedTiers(cp, sweep.tiers),
  };
}

function changedBy(change: SweepChange, before: Before): Changed {
  const { sweep, end, now } = before;
  const updatedAt = now.toISOString();
  switch (change.action) {
    case 'cancel':
      if (end || sweep.cancelRequestedAt !== null) return undefined;
      return { sweep: { ...sweep, cancelRequestedAt: updatedAt, updatedAt }, type: 'sweep.cancel.requested' };
    case 'pause':
      refuseEnded(before, 'paused');
      if (sweep.pausedAt !== null) return undefined;
      return { sweep: { ...sweep, pausedAt: updatedAt, updatedAt }, type: 'sweep.paused' };
    case 'resume':
      refuseEnded(before, 'resumed');
      if (sweep.pausedAt === null) return undefined;
      return { sweep: { ...unpaused(sweep, now), updatedAt }, type: 'sweep.resumed' };
    case 'extend':
      return { sweep: extended(before, change.limits), type: 'sweep.extended' };
  }
}

function refuseEnded({ sweep, end }: Before, what: string): void {
  if (end) {
    const detail = `Sweep ${sweep.sweepId} has ended (${end.reason}) and cannot be ${what}: extend it to go on.`;
    throw new DomainError('cannot-change-sweep', detail);
  }
  if (sweep.cancelRequestedAt !== null) throw isBeingCancelled(sweep);
}

function isBeingCancelled({ sweepId }: Sweep): DomainError {
  const detail = `Sweep ${sweepId} is being cancelled: wait for its end, then extend it.`;
  return new DomainError('cannot-change-sweep', detail);
}

/** The time that it was paused does not count. */
function unpaused(sweep: Sweep, now: Date): Sweep {
  const pausedMs = sweep.pausedAt === null ? 0 : now.getTime() - Date.parse(sweep.pausedAt);
  const deadlineAt = new Date(Date.parse(sweep.deadlineAt) + Math.max(0, pausedMs)).toISOString();
  return { ...sweep, deadlineAt, pausedAt: null };
}

function extended({ sweep, end, trials, queue, counting, now }: Before, limits: ExtendRequest): Sweep {
  if (!end && sweep.cancelRequestedAt !== null) throw isBeingCancelled(sweep);
  if (limits.maxTrials !== undefined && limits.maxTrials < sweep.maxTrials) {
    const detail = `maxTrials is ${sweep.maxTrials} and can only be raised; got ${limits.maxTrials}. Cancel the sweep to end it early.`;
    throw new DomainError('cannot-change-sweep', detail);
  }
  const given = Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
  const { timeoutSeconds } = limits;
  // Of one that is paused the time begins with the pause, for all of that is added once it is resumed.
  const from = end || sweep.pausedAt === null ? now : new Date(sweep.pausedAt);
  const after: Sweep = {
    ...nextRound({ ...sweep, ...given }, end, now),
    ...(limits.budgetUsd !== undefined && counting),
    ...(timeoutSeconds !== undefined && { deadlineAt: later(from, timeoutSeconds * 1000) }),
  };
  const step = nextStep(after, trials, queue, now);
  // Trials that run yet may make room in the budget, or be the first to succeed; time does not come back.
  const reason = step.kind === 'end' ? step.reason : stopReason(after, trials, now);
  if (reason === undefined || (step.kind !== 'end' && reason !== 'timeout')) return after;
  const when = step.kind === 'end' ? 'at once' : 'with the trials that run';
  const detail = `Extended so, sweep ${sweep.sweepId} would end ${when} (${reason}): ${REMEDIES[reason]}.`;
  throw new DomainError('cannot-change-sweep', detail);
}

/** What has to be raised so that it goes on. */
const REMEDIES: Readonly<Record<SweepEndReason, string>> = {
  maxTrials: 'raise maxTrials',
  exhausted:
    'every combination of its space was tried, so that there is nothing more to raise; add a trial with parameters of your own, or start another sweep with a larger space',
  timeout: 'give timeoutSeconds too, which begins now',
  budget: 'raise budgetUsd, or take it away with null',
  failures: 'find out why its trials failed, then raise maxFailures',
  cancelled: 'start another sweep',
};
