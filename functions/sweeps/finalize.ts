/** The end of a search: the best trial is trained once more as a run of its own, which becomes a version of the model. */
import { digestOf, runSchema, type Parameters, type Run, type Sweep } from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { DocumentExistsError } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { startRun } from '../runs/createRun.js';
import { bestOf } from './best.js';
import { finalWrite } from './documents.js';
import { readTrials } from './history.js';
import { specWith } from './searching.js';
import type { SweepPorts } from './trials.js';

/**
 * Retrains the best trial so far with the tiers of the specification, evaluated on the test split and beside its baselines as the
 * specification says. The same trial with the same overrides is trained once, however often that is asked for.
 */
export async function finalizeSweep(
  cp: SweepPorts,
  sweep: Sweep,
  {
    overrides,
    by,
    idempotencyKey,
  }: { overrides: Parameters; by: string; idempotencyKey: string | undefined },
): Promise<Done<Run>> {
  const { sweepId, modelId, experiment, objective } = sweep;
  const slot = idempotencySlot(by, idempotencyKey, { sweepId, action: 'finalize', overrides });
  const before = await recall(cp.store, slot, runSchema);
  if (before) return { outcome: before, isReplay: true };
  const best = bestOf(objective, await readTrials(cp.store, sweepId));
  if (!best) {
    const detail = `Sweep ${sweepId} has no completed trial yet that has a ${objective.metric}: wait for one, or look at why its trials failed.`;
    throw new DomainError('no-best-trial', detail);
  }
  const trained = specWith(sweep.spec, best.parameters, 'parameters');
  const spec = specWith(trained, overrides, 'overrides');
  const { run } = await startRun(
    cp,
    {
      modelId,
      spec,
      requestedBy: by,
      idempotencyKey: `sweep ${sweepId} final ${best.number} ${digestOf(overrides)}`,
      experiment,
      title: `final-trial-${best.number}`,
      intent: 'production-candidate',
      parentRunId: sweepId,
    },
    () => undefined,
  );
  const { runId, createdAt: at } = run;
  try {
    await cp.store.optimistic(async (tx) =>
      makeWrites(tx, [finalWrite(sweepId, { runId, trial: best.number, overrides, at })]),
    );
  } catch (error) {
    if (!(error instanceof DocumentExistsError)) throw error;
  }
  // After it, for a second start would make nothing.
  return cp.store.optimistic((tx) => once(tx, slot, runSchema, cp.now(), async () => run));
}
