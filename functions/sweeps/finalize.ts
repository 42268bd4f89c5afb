/**
 * The end of a search: the best trial is trained once more as a run of its own, which becomes a version of the model. What that is worth
 * is told by two more: its repetitions with other seeds, and the specification that the search began with, trained alike.
 */
import {
  digestOf,
  runSchema,
  type BestTrial,
  type FinalizeRequest,
  type FinalRun,
  type Parameters,
  type Run,
  type Sweep,
  type Trial,
} from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { DocumentExistsError } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { startRun } from '../runs/createRun.js';
import { requestRepeats } from '../runs/related/repeats.js';
import { bestOf } from '@trainyard/shared/sweeps/soFar';
import { completedTrial } from './best.js';
import { constantsOf } from './constants.js';
import { inSweepOf } from './inSweep.js';
import { finalWrite } from './documents.js';
import { readTrials } from './history.js';
import { specWith } from './searching.js';
import type { SweepPorts } from './trials.js';

interface FinalizeAsked extends FinalizeRequest {
  by: string;
  idempotencyKey: string | undefined;
}

/**
 * Retrains the best trial so far, or the one that is asked for, with the tiers of the specification, evaluated on the test split and beside its baselines as the
 * specification says. The same trial with the same overrides is trained once, however often that is asked for; asked with more
 * repetitions, those are added.
 */
export async function finalizeSweep(
  cp: SweepPorts,
  sweep: Sweep,
  { trial: asked, overrides = {}, repeats, baseline, by, idempotencyKey }: FinalizeAsked,
): Promise<Done<Run>> {
  const { sweepId } = sweep;
  const slot = idempotencySlot(by, idempotencyKey, {
    sweepId,
    action: 'finalize',
    ...(asked !== undefined && { trial: asked }),
    overrides,
    repeats,
    baseline,
  });
  const before = await recall(cp.store, slot, runSchema);
  if (before) return { outcome: before, isReplay: true };
  const trials = await readTrials(cp.store, sweepId);
  const { number: trial, parameters } = chosenTrial(sweep, trials, asked);
  const alsoRuns = repeats + (baseline ? 1 : 0);
  const run = await startFinal(cp, sweep, { trial, parameters, overrides, by, trials, alsoRuns });
  const { runId, createdAt: at } = run;
  const untuned = baseline ? await startBaseline(cp, sweep, { overrides, by, trials }) : undefined;
  const baselineRunId = untuned?.runId ?? null;
  await recordFinal(cp, sweepId, { runId, trial, overrides, at, baselineRunId });
  if (repeats > 0)
    await requestRepeats(cp, run, { count: repeats, maxParallel: Math.min(100, sweep.maxParallel) }, by);
  // After all of it, for a second start would make nothing.
  return cp.store.optimistic((tx) => once(tx, slot, runSchema, cp.now(), async () => run));
}

/** The one that is asked for, else the best so far. */
function chosenTrial(
  { sweepId, objective }: Sweep,
  trials: readonly Trial[],
  asked: number | undefined,
): BestTrial {
  const found = asked === undefined ? bestOf(objective, trials) : completedTrial(trials, asked);
  if (found) return found;
  const which =
    asked === undefined ? 'has no completed trial yet that has' : `has no completed trial ${asked} with`;
  const isUnderWay = trials.some(({ endedAt }) => endedAt === null);
  const detail = `Sweep ${sweepId} ${which} a ${objective.metric}: ${isUnderWay ? 'wait for one' : 'none is under way, so look at why its trials failed, and extend it or start another'}.`;
  throw new DomainError('no-best-trial', detail);
}

interface Training {
  overrides: Parameters;
  by: string;
  /** Of the sweep, as they are. */
  trials: readonly Trial[];
}

async function startFinal(
  cp: SweepPorts,
  sweep: Sweep,
  {
    trial,
    parameters,
    overrides,
    by,
    trials,
    alsoRuns,
  }: Training & { trial: number; parameters: Parameters; alsoRuns: number },
): Promise<Run> {
  const { sweepId, modelId, experiment } = sweep;
  const spec = specWith(specWith(sweep.spec, parameters, 'parameters'), overrides, 'overrides');
  const { run } = await startRun(
    cp,
    {
      modelId,
      spec,
      requestedBy: by,
      idempotencyKey: `sweep ${sweepId} final ${trial} ${digestOf(overrides)}`,
      experiment,
      title: `final-trial-${trial}`,
      intent: 'production-candidate',
      parentRunId: sweepId,
      inSweep: inSweepOf(sweep, trials, { role: 'final', trial, spec }),
      alsoRuns,
    },
    () => undefined,
  );
  return run;
}

/** What was before the search, trained as the best trial is: with what the space gives to every trial, and the overrides. One for all finals with these. */
async function startBaseline(
  cp: SweepPorts,
  sweep: Sweep,
  { overrides, by, trials }: Training,
): Promise<Run> {
  const { sweepId, modelId, experiment } = sweep;
  const spec = specWith(specWith(sweep.spec, constantsOf(sweep), 'parameters'), overrides, 'overrides');
  const { run } = await startRun(
    cp,
    {
      modelId,
      spec,
      requestedBy: by,
      idempotencyKey: `sweep ${sweepId} baseline ${digestOf(overrides)}`,
      experiment,
      title: 'before-the-sweep',
      intent: 'baseline',
      parentRunId: sweepId,
      inSweep: inSweepOf(sweep, trials, { role: 'baseline', trial: null, spec }),
    },
    () => undefined,
  );
  return run;
}

/** What is there stays, but for a baseline that was not asked for at first. */
async function recordFinal(cp: SweepPorts, sweepId: string, final: FinalRun): Promise<void> {
  try {
    await cp.store.optimistic(async (tx) => makeWrites(tx, [finalWrite('create', sweepId, final)]));
  } catch (error) {
    if (!(error instanceof DocumentExistsError)) throw error;
    if (final.baselineRunId === null) return;
    await cp.store.optimistic(async (tx) => makeWrites(tx, [finalWrite('set', sweepId, final)]));
  }
}
