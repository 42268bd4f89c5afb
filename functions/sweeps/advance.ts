/** Brings a sweep forward: makes what is missing of its open trials, claims new ones as long as there is room, and ends it. */
import { inParallel, paths, type Sweep, type Trial } from '@trainyard/shared';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { DocumentExistsError } from '../ports/documentStore/documentStore.js';
import { makeWrites, type Write } from '../ports/documentStore/writes.js';
import { sharedTurn } from '../sharedTurn.js';
import { bestOf, costOf, countsOf } from '@trainyard/shared/sweeps/soFar';
import { endWrite, readEnd, readQueue, readSweep } from './documents.js';
import { readTrials } from './history.js';
import { isOpen, nextStep, type NextStep } from './plan.js';
import { sweepEvent } from './sweepEvent.js';
import { beginTrial, claimTrial, stopRun, turnWrite, type SweepPorts } from './trials.js';

/** Of the open trials of a sweep. */
const CONCURRENCY = 8;

/** May be called by anybody at any time, and as often as one likes. Within a process there is one at a time for each sweep. */
export function advanceSweep(cp: SweepPorts, sweepId: string): Promise<void> {
  return sharedTurn(cp.store, `sweep ${sweepId}`, () => advance(cp, sweepId));
}

/**
 * The sweep is read before each step: somebody may have paused, extended or cancelled it. Trials are read again where somebody else
 * was faster; those that end meanwhile have events of their own, and until these are handled count as open.
 */
async function advance(cp: SweepPorts, sweepId: string): Promise<void> {
  let trials: readonly Trial[] | undefined;
  for (;;) {
    const sweep = await readSweep(cp.store, sweepId);
    if (!sweep || (await readEnd(cp.store, sweep))) return;
    trials ??= await readTrials(cp.store, sweepId);
    trials = await begun(cp, sweep, trials);
    if (sweep.cancelRequestedAt !== null) await stopRuns(cp, trials);
    const step = nextStep(sweep, trials, await readQueue(cp.store, sweepId, 1), cp.now());
    if (step.kind === 'wait') return;
    if (step.kind === 'end') {
      if (await endRound(cp, sweep, trials, step)) return;
      trials = undefined;
    } else {
      const claimed = await claimTrial(cp, sweep, step);
      trials = claimed && [...trials, claimed];
    }
  }
}

/** The trials with runs of those that lacked one: claimed just now, or by somebody who was killed before he made it. */
async function begun(cp: SweepPorts, sweep: Sweep, trials: readonly Trial[]): Promise<readonly Trial[]> {
  const made = new Map<number, Trial>();
  for (const trial of trials)
    if (isOpen(trial) && trial.runId === null)
      made.set(trial.number, await beginTrial(cp, sweep, trial, trials));
  return made.size === 0 ? trials : trials.map((trial) => made.get(trial.number) ?? trial);
}

async function stopRuns(cp: SweepPorts, trials: readonly Trial[]): Promise<void> {
  await inParallel(trials.filter(isOpen), CONCURRENCY, async ({ runId }) => {
    if (runId !== null) await stopRun(cp, runId);
  });
}

/**
 * Ends the round; false where a trial was faster. Somebody may name a trial at the same moment where nothing is left to suggest: whichever
 * is first, the other sees it, for both read what the other writes.
 */
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
    const isNamed = await cp.store.transaction(async (tx) => {
      if (reason === 'exhausted' && (await tx.get(paths.sweepPlace(sweepId, trials.length + 1)))) return true;
      makeWrites(tx, [
        turnWrite(sweep, trials.length + 1, 'end'),
        endWrite(end),
        ...rounds.map((each): Write => ({ kind: 'delete', path: paths.openSweep(sweepId, each) })),
        outboxWrite(event),
      ]);
      return false;
    });
    if (isNamed) return false;
  } catch (error) {
    if (error instanceof DocumentExistsError) return false;
    throw error;
  }
  cp.log('INFO', 'a sweep ended', { sweepId, modelId: sweep.modelId, reason, trials: trials.length });
  await publishCommitted(cp, [event]);
  return true;
}
