/** Parameters that somebody wants tried: they come before what the search suggests. */
import { newRunId, queuedTrialViewSchema, type Parameters, type Sweep } from '@trainyard/shared';
import type { z } from 'zod';
import { DomainError } from '../errors/domainError.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { DocumentExistsError } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { placeWrite, queuedWrite, readEnd, readQueue } from './documents.js';
import { readTrials } from './history.js';
import { trialSpec } from './searching.js';
import { sweepEvent } from './sweepEvent.js';
import type { SweepPorts } from './trials.js';

type Queued = z.infer<typeof queuedTrialViewSchema>;

interface Wanted {
  parameters: Parameters;
  by: string;
  idempotencyKey: string | undefined;
}

/**
 * Takes the next number for them, by creating the document of its place, as the claim of a trial does that the search suggests: so
 * nobody who was accepted is left without a trial, however many ask for the last one at the same time.
 */
export async function queueTrial(cp: SweepPorts, sweep: Sweep, wanted: Wanted): Promise<Done<Queued>> {
  const { sweepId } = sweep;
  const { parameters, by, idempotencyKey } = wanted;
  const slot = idempotencySlot(by, idempotencyKey, { sweepId, action: 'add', parameters });
  const id = newRunId();
  for (;;) {
    // Before anything is refused: the first time may have taken the last place, or the sweep may have ended since.
    const before = await recall(cp.store, slot, queuedTrialViewSchema);
    if (before) return { outcome: before, isReplay: true };
    // What makes no specification is refused now, not when its turn comes.
    trialSpec(sweep, parameters);
    const now = cp.now();
    const queued = { id, number: await nextNumber(cp, sweep), parameters };
    const detail = { by, number: queued.number, parameters };
    const event = sweepEvent(sweep, id, { type: 'sweep.trial.added', detail }, now);
    try {
      const done = await cp.store.optimistic((tx) =>
        once(tx, slot, queuedTrialViewSchema, now, async () => {
          const asked = { ...queued, sweepId, requestedBy: by, requestedAt: now.toISOString() };
          makeWrites(tx, [
            placeWrite(sweepId, queued.number, 'queue'),
            queuedWrite(asked),
            outboxWrite(event),
          ]);
          return queued;
        }),
      );
      if (!done.isReplay) await publishCommitted(cp, [event]);
      return done;
    } catch (error) {
      // Somebody took the number meanwhile, or this very request was sent twice: what is left is looked at again.
      if (!(error instanceof DocumentExistsError)) throw error;
    }
  }
}

/** The first that no trial has and nobody waits for. One that has ended starts no trial, nor does one that is full. */
async function nextNumber(cp: SweepPorts, sweep: Sweep): Promise<number> {
  const { sweepId, maxTrials, cancelRequestedAt } = sweep;
  const end = await readEnd(cp.store, sweep);
  // The queue after the trials: what leaves it meanwhile is counted twice at most.
  const trials = (await readTrials(cp.store, sweepId)).length;
  const waiting = await readQueue(cp.store, sweepId, maxTrials);
  const number = Math.max(trials, waiting.at(-1)?.number ?? 0) + 1;
  if (!end && cancelRequestedAt === null && number <= maxTrials) return number;
  const why = end
    ? `has ended (${end.reason})`
    : cancelRequestedAt !== null
      ? 'is being cancelled'
      : `has its ${maxTrials} trials${waiting.length === 0 ? '' : `, of which ${waiting.length} wait for their turn`}`;
  throw new DomainError('cannot-change-sweep', `Sweep ${sweepId} ${why}: extend it to try more.`);
}
