/** Brings a sweep forward: makes what is missing of its open trials, claims new ones as long as there is room, and ends it. */
import { inParallel, paths, type Sweep, type Trial } from '@trainyard/shared';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { inTurn } from '../inTurn.js';
import { DocumentExistsError, type DocumentStore } from '../ports/documentStore/documentStore.js';
import { makeWrites, type Write } from '../ports/documentStore/writes.js';
import { bestOf } from './best.js';
import { endWrite, readEnd, readQueue, readSweep } from './documents.js';
import { readTrials } from './history.js';
import { costOf, countsOf, isOpen, nextStep, type NextStep } from './plan.js';
import { sweepEvent } from './sweepEvent.js';
import { beginTrial, claimTrial, stopRun, turnWrite, type SweepPorts } from './trials.js';

/** Of the open trials of a sweep. */
const CONCURRENCY = 8;

/** Work that has not begun, by sweep: whoever comes meanwhile waits for the same. */
const waitingIn = new WeakMap<DocumentStore, Map<string, Promise<void>>>();

/** May be called by anybody at any time, and as often as one likes. Within a process there is one at a time for each sweep. */
export function advanceSweep(cp: SweepPorts, sweepId: string): Promise<void> {
  const waiting = waitingIn.get(cp.store) ?? new Map<string, Promise<void>>();
  waitingIn.set(cp.store, waiting);
  const known = waiting.get(sweepId);
  if (known) return known;
  const work = inTurn(`sweep ${sweepId}`, () => {
    waiting.delete(sweepId);
    return advance(cp, sweepId);
  });
  waiting.set(sweepId, work);
  return work;
}

/** The sweep is read before each step: somebody may have paused, extended or cancelled it. */
async function advance(cp: SweepPorts, sweepId: string): Promise<void> {
  for (;;) {
    const sweep = await readSweep(cp.store, sweepId);
    if (!sweep || (await readEnd(cp.store, sweep))) return;
    const trials = await readTrials(cp.store, sweepId);
    if (await mended(cp, sweep, trials.filter(isOpen))) continue;
    const step = nextStep(sweep, trials, await readQueue(cp.store, sweepId, 1), cp.now());
    if (step.kind === 'wait') return;
    if (step.kind === 'end') {
      if (await endRound(cp, sweep, trials, step)) return;
    } else await claimTrial(cp, sweep, step);
  }
}

/** Makes the runs that open trials lack, and cancels those of a sweep that is cancelled. Tells whether a trial is another one than before. */
async function mended(cp: SweepPorts, sweep: Sweep, open: readonly Trial[]): Promise<boolean> {
  const lacking = open.filter(({ runId }) => runId === null);
  for (const trial of lacking) await beginTrial(cp, sweep, trial);
  if (sweep.cancelRequestedAt !== null)
    await inParallel(open, CONCURRENCY, async ({ runId }) => {
      if (runId !== null) await stopRun(cp, runId);
    });
  return lacking.length > 0;
}

/** Ends the round; false where a trial was faster. */
async function endRound(
  cp: SweepPorts,
  sweep: Sweep,
  trials: readonly Trial[],
  { reason }: Extract<NextStep, { kind: 'end' }>,
): Promise<boolean> {
  const { sweepId, round, objective } = sweep;
  const now = cp.now();
  const end = {
    sweepId,
    round,
    reason,
    trials: trials.length,
    counts: countsOf(trials),
    best: bestOf(objective, trials),
    costUsd: costOf(trials),
    endedAt: now.toISOString(),
  };
  // Of earlier rounds too: one that was extended before its end has none.
  const rounds = Array.from({ length: round }, (_, i) => i + 1);
  const type = reason === 'cancelled' ? ('sweep.cancelled' as const) : ('sweep.completed' as const);
  const detail = { reason, trials: trials.length, best: end.best, costUsd: end.costUsd };
  const event = sweepEvent(sweep, `end-${round}`, { type, detail }, now);
  try {
    await cp.store.optimistic(async (tx) => {
      makeWrites(tx, [
        turnWrite(sweep, trials.length + 1, 'end'),
        endWrite(end),
        ...rounds.map((each): Write => ({ kind: 'delete', path: paths.openSweep(sweepId, each) })),
        outboxWrite(event),
      ]);
    });
  } catch (error) {
    if (error instanceof DocumentExistsError) return false;
    throw error;
  }
  cp.log('INFO', 'a sweep ended', { sweepId, modelId: sweep.modelId, reason, trials: trials.length });
  await publishCommitted(cp, [event]);
  return true;
}
