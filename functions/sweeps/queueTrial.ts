/** Parameters that somebody wants tried: they come before what the search suggests. */
import { newRunId, queuedTrialViewSchema, type Parameters, type Sweep } from '@trainyard/shared';
import type { z } from 'zod';
import { DomainError } from '../errors/domainError.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { queuedWrite, readEnd, readQueue } from './documents.js';
import { readTrials } from './history.js';
import { trialSpec } from './searching.js';
import { sweepEvent } from './sweepEvent.js';
import type { SweepPorts } from './trials.js';

type Queued = z.infer<typeof queuedTrialViewSchema>;

export async function queueTrial(
  cp: SweepPorts,
  sweep: Sweep,
  {
    parameters,
    by,
    idempotencyKey,
  }: { parameters: Parameters; by: string; idempotencyKey: string | undefined },
): Promise<Done<Queued>> {
  const { sweepId } = sweep;
  const slot = idempotencySlot(by, idempotencyKey, { sweepId, action: 'add', parameters });
  // Before anything is refused: the first time may have taken the last place, or the sweep may have ended since.
  const before = await recall(cp.store, slot, queuedTrialViewSchema);
  if (before) return { outcome: before, isReplay: true };
  // What makes no specification is refused now, not when its turn comes.
  trialSpec(sweep, parameters);
  const now = cp.now();
  const id = newRunId();
  const event = sweepEvent(sweep, id, { type: 'sweep.trial.added', detail: { by, parameters } }, now);
  await refuseFull(cp, sweep);
  const done = await cp.store.optimistic((tx) =>
    once(tx, slot, queuedTrialViewSchema, now, async () => {
      const queued = { id, sweepId, parameters, requestedBy: by, requestedAt: now.toISOString() };
      makeWrites(tx, [queuedWrite(queued), outboxWrite(event)]);
      return { id, parameters };
    }),
  );
  if (!done.isReplay) await publishCommitted(cp, [event]);
  return done;
}

/** One that has ended starts no trial, and one with as many trials as it may have would never come to this one. */
async function refuseFull(cp: SweepPorts, sweep: Sweep): Promise<void> {
  const { sweepId, maxTrials } = sweep;
  const end = await readEnd(cp.store, sweep);
  const [trials, queue] = await Promise.all([
    readTrials(cp.store, sweepId),
    readQueue(cp.store, sweepId, maxTrials),
  ]);
  const left = maxTrials - trials.length - queue.length;
  if (!end && sweep.cancelRequestedAt === null && left > 0) return;
  const why = end
    ? `has ended (${end.reason})`
    : sweep.cancelRequestedAt === null
      ? `has its ${maxTrials} trials`
      : 'is being cancelled';
  throw new DomainError('cannot-change-sweep', `Sweep ${sweepId} ${why}: extend it to try more.`);
}
