/** Parameters that somebody wants tried: they come before what the search suggests. */
import {
  newRunId,
  queuedTrialViewSchema,
  type Parameters,
  type Sweep,
  type SweepEnd,
} from '@trainyard/shared';
import type { z } from 'zod';
import { DomainError, notFound } from '../errors/domainError.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { DocumentExistsError } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { requireComparable } from './comparable.js';
import { constantsOf } from './constants.js';
import { placeWrite, queuedWrite, readEnd, readQueue, readSweep, roundWrites } from './documents.js';
import { readTrials } from './history.js';
import { nextRound } from './nextRound.js';
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
 * nobody who was accepted is left without a trial, however many ask for the last one at the same time. A sweep that has ended since
 * nothing was left to suggest goes on with it.
 */
export async function queueTrial(
  cp: SweepPorts,
  { sweepId }: Pick<Sweep, 'sweepId'>,
  { parameters: given, by, idempotencyKey }: Wanted,
): Promise<Done<Queued>> {
  const slot = idempotencySlot(by, idempotencyKey, { sweepId, action: 'add', parameters: given });
  const id = newRunId();
  for (;;) {
    // Before anything is refused: the first time may have taken the last place, or the sweep may have ended since.
    const before = await recall(cp.store, slot, queuedTrialViewSchema);
    if (before) return { outcome: before, isReplay: true };
    const sweep = await readSweep(cp.store, sweepId);
    if (!sweep) throw notFound(`sweep ${sweepId}`);
    requireComparable(Object.keys(given), 'parameters');
    // What is the same in every trial is so in this one, unless it is named: else it would be compared with what had fewer epochs, say.
    const parameters = { ...constantsOf(sweep), ...given };
    // What makes no specification is refused now, not when its turn comes.
    trialSpec(sweep, parameters);
    const now = cp.now();
    const queued = { id, number: await nextNumber(cp, sweep), parameters };
    const detail = { by, number: queued.number, parameters };
    const event = sweepEvent(sweep, id, { type: 'sweep.trial.added', detail }, now);
    try {
      // Its end reads the place that is taken here, and here the end is read: whichever is first, the other sees it.
      const done = await cp.store.transaction(async (tx) => {
        const current = await readSweep(tx, sweepId);
        const end = current && (await readEnd(tx, current));
        if (!current || refusal(current, end, now) !== undefined) return undefined;
        return once(tx, slot, queuedTrialViewSchema, now, async () => {
          const asked = { ...queued, sweepId, requestedBy: by, requestedAt: now.toISOString() };
          makeWrites(tx, [
            placeWrite(sweepId, queued.number, 'queue'),
            queuedWrite(asked),
            ...(end ? roundWrites(nextRound(current, end, now)) : []),
            outboxWrite(event),
          ]);
          return queued;
        });
      });
      // Somebody ended or cancelled it meanwhile.
      if (!done) continue;
      if (!done.isReplay) await publishCommitted(cp, [event]);
      return done;
    } catch (error) {
      // Somebody took the number meanwhile, or this very request was sent twice: what is left is looked at again.
      if (!(error instanceof DocumentExistsError)) throw error;
    }
  }
}

/** The first that no trial has and nobody waits for. */
async function nextNumber(cp: SweepPorts, sweep: Sweep): Promise<number> {
  const { sweepId, maxTrials } = sweep;
  const end = await readEnd(cp.store, sweep);
  // The queue after the trials: what leaves it meanwhile is counted twice at most.
  const trials = (await readTrials(cp.store, sweepId)).length;
  const waiting = await readQueue(cp.store, sweepId, maxTrials);
  const number = Math.max(trials, waiting.at(-1)?.number ?? 0) + 1;
  const isFull = `has its ${maxTrials} trials${waiting.length === 0 ? '' : `, of which ${waiting.length} wait for their turn`}`;
  const why = refusal(sweep, end, cp.now()) ?? (number > maxTrials ? isFull : undefined);
  if (why === undefined) return number;
  throw new DomainError('cannot-change-sweep', `Sweep ${sweepId} ${why}: extend it to try more.`);
}

/** Why it tries nothing more, however few trials it has had; undefined where it does. */
function refusal(
  { cancelRequestedAt, pausedAt, deadlineAt }: Sweep,
  end: SweepEnd | undefined,
  now: Date,
): string | undefined {
  if (end) return end.reason === 'exhausted' ? undefined : `has ended (${end.reason})`;
  if (cancelRequestedAt !== null) return 'is being cancelled';
  return (pausedAt ?? now.toISOString()) >= deadlineAt
    ? `starts no trial since its time was over (${deadlineAt})`
    : undefined;
}
