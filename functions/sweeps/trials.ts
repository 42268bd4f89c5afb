/** Trials as they are claimed, begun and ended. Everything here may be done again, by anybody, after any crash. */
import { isTerminal, paths, type Sweep, type Trial } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { inTurn } from '../inTurn.js';
import { DocumentExistsError } from '../ports/documentStore/documentStore.js';
import { makeWrites, type Write } from '../ports/documentStore/writes.js';
import { startRun } from '../runs/createRun.js';
import { recordLifecycle } from '../runs/lifecycle.js';
import { listEpochs, readRun } from '../runs/repository.js';
import { placeWrite, readTrial, trialWrite } from './documents.js';
import { readTrials } from './history.js';
import { inSweepOf } from './inSweep.js';
import { newTrial } from './newTrial.js';
import { curveOf, endedTrial, pointOf, unstartedTrial, withPoint, type EpochTold } from './outcome.js';
import { isOpen, knownOf, type NextStep } from './plan.js';
import { fallsBehind, trialSpec } from './searching.js';

export type SweepPorts = Pick<
  ControlPlane,
  'store' | 'bus' | 'objects' | 'launchers' | 'config' | 'now' | 'newId' | 'log'
>;

/** Trial and end of a round compete for the turn after the last trial, so that no trial begins in a round that has ended. */
export function turnWrite({ sweepId, round }: Sweep, number: number, taker: 'trial' | 'end'): Write {
  return { kind: 'create', path: paths.sweepTurn(sweepId, round, number), data: { taker } };
}

/**
 * Claims the number for a trial, by creating its document; undefined where somebody else has it. All trials before it were known when it was
 * planned, and a trial that has ended never opens again: so at most `maxParallel` are open with it, however many plan at a time. What
 * somebody wants tried has its number already; what the search suggests takes one that nobody has.
 */
export async function claimTrial(
  cp: SweepPorts,
  sweep: Sweep,
  { number, parameters, decision, queued }: Extract<NextStep, { kind: 'claim' }>,
): Promise<Trial | undefined> {
  const trial = newTrial(sweep, { number, parameters, decision }, cp.now());
  const { sweepId } = sweep;
  const wanted = queued && paths.queuedTrial(sweepId, number);
  try {
    return await cp.store.optimistic(async (tx) => {
      if (wanted !== undefined && !(await tx.get(wanted))) return undefined;
      makeWrites(tx, [turnWrite(sweep, number, 'trial'), trialWrite('create', trial)]);
      if (wanted === undefined) makeWrites(tx, [placeWrite(sweepId, number, 'search')]);
      else tx.delete(wanted);
      return trial;
    });
  } catch (error) {
    if (error instanceof DocumentExistsError) return undefined;
    throw error;
  }
}

/** Makes the run of a trial that has none yet: one, however often it is tried, for its key is the trial's. Returns the trial after it. */
export async function beginTrial(
  cp: SweepPorts,
  sweep: Sweep,
  trial: Trial,
  known: readonly Trial[],
): Promise<Trial> {
  const { sweepId, modelId, requestedBy, experiment } = sweep;
  const { number } = trial;
  let runId: string;
  try {
    const spec = trialSpec(sweep, trial.parameters);
    const { run } = await startRun(
      cp,
      {
        modelId,
        spec,
        requestedBy,
        idempotencyKey: `sweep ${sweepId} trial ${number}`,
        experiment,
        title: `trial-${number}`,
        intent: 'hyperparameter-search',
        parentRunId: sweepId,
        sweep: { sweepId, trial: number },
        inSweep: inSweepOf(sweep, known, { role: 'trial', trial: number, spec }),
      },
      () => undefined,
    );
    runId = run.runId;
  } catch (error) {
    // What may pass is tried again; with what these parameters make, no run is possible.
    if (!(error instanceof DomainError) || error.isRetried) throw error;
    const { code, detail: message } = error;
    cp.log('WARNING', 'a trial of a sweep cannot be started', {
      sweepId,
      trial: number,
      code,
      reason: message,
    });
    return changeTrial(cp, trial, (now) => unstartedTrial(now, { code, message }, cp.now()));
  }
  return changeTrial(cp, trial, (now) => ({ ...now, runId: now.runId ?? runId }));
}

/** Records how the run of a trial has ended, once. */
export async function settleTrial(
  cp: SweepPorts,
  sweep: Sweep,
  number: number,
  runId: string,
): Promise<void> {
  const { sweepId } = sweep;
  const [trial, run] = await Promise.all([readTrial(cp.store, sweepId, number), readRun(cp.store, runId)]);
  if (!trial || !isOpen(trial) || run?.sweep?.sweepId !== sweepId || run.sweep.trial !== number) return;
  if (!isTerminal(run.status)) return;
  const epochs = await listEpochs(cp.store, runId);
  await changeTrial(cp, trial, (now) => endedTrial(sweep, now, run, epochs));
}

/** Notes what an epoch came to, and stops the trial where it falls behind. */
export async function noteEpoch(
  cp: SweepPorts,
  sweep: Sweep,
  { number, runId, ...told }: { number: number; runId: string } & EpochTold,
): Promise<void> {
  const point = pointOf(told, sweep.objective.metric);
  if (sweep.pruner.kind === 'none' || !point) return;
  const trial = await readTrial(cp.store, sweep.sweepId, number);
  if (!trial || !isOpen(trial) || (trial.runId ?? runId) !== runId) return;
  const noted = withPoint(trial.curve, point);
  // An event may come late, or never: what is stored of the epochs tells what is missing.
  const isWhole = noted.every(({ epoch }, i) => epoch === i + 1);
  const curve = isWhole ? undefined : curveOf(await listEpochs(cp.store, runId), sweep.objective.metric);
  const after = await changeTrial(cp, trial, (now) => ({
    ...now,
    runId,
    curve: curve ?? withPoint(now.curve, point),
  }));
  await pruneTrial(cp, sweep, after);
}

/** Reads the epochs of an open trial of which nobody heard, and stops it where it falls behind. */
export async function catchUp(cp: SweepPorts, sweep: Sweep, trial: Trial, runId: string): Promise<void> {
  const curve = curveOf(await listEpochs(cp.store, runId), sweep.objective.metric);
  const after = await changeTrial(cp, trial, (now) => ({ ...now, runId, curve }));
  await pruneTrial(cp, sweep, after);
}

/** Stops a trial that falls behind: first it is noted, so that whoever comes after a crash stops it as well. */
async function pruneTrial(cp: SweepPorts, sweep: Sweep, trial: Trial): Promise<void> {
  if (!isOpen(trial) || trial.runId === null) return;
  if (!trial.pruning) {
    const trials = await readTrials(cp.store, sweep.sweepId);
    const own = trials[trial.number - 1] ?? trial;
    if (!isOpen(own) || !fallsBehind(sweep, own, trials)) return;
    const epoch = own.curve.at(-1)?.epoch ?? 1;
    const known = knownOf(trials, ({ curve }) => curve.at(-1)?.epoch ?? 0);
    const pruning = { epoch, at: cp.now().toISOString(), trials: trials.length, ...known };
    const after = await changeTrial(cp, own, (now) => ({ ...now, pruning: now.pruning ?? pruning }));
    if (!isOpen(after)) return;
  }
  await stopRun(cp, trial.runId);
}

/** Asks for the end of a run that has not ended; harmless where that was asked before. */
export async function stopRun(cp: SweepPorts, runId: string): Promise<void> {
  await recordLifecycle(cp, runId, ({ status }) =>
    isTerminal(status) || status === 'cancelling' ? undefined : { type: 'cancelRequested' },
  );
}

/** Changes a trial that is open; one that has ended stays as it is. Returns it as it is then. */
async function changeTrial(
  cp: SweepPorts,
  { sweepId, number }: Trial,
  change: (now: Trial) => Trial,
): Promise<Trial> {
  return inTurn(`trial ${sweepId} ${number}`, () =>
    cp.store.optimistic(async (tx) => {
      const now = await readTrial(tx, sweepId, number);
      if (!now) throw new Error(`sweep ${sweepId} has no trial ${number}`);
      if (!isOpen(now)) return now;
      const after = change(now);
      makeWrites(tx, [trialWrite('set', after)]);
      return after;
    }),
  );
}
