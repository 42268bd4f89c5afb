import {
  newModel,
  newRun,
  newRunId,
  paths,
  runIdSchema,
  type ModelDocument,
  type Run,
  type RunEvent,
  type RunEventRecord,
  type TrainingSpec,
  type UnresolvedSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { runEvent } from '../events/runEvent.js';
import { DomainError } from '../errors/domainError.js';
import { readModel } from '../models/repository.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { queries } from '../queries.js';
import { instruments } from '../telemetry/metrics.js';
import { currentTraceparent } from '../telemetry/tracing.js';
import { estimateRun } from './estimate.js';
import { idempotencySlot, recall, remember } from '../idempotency.js';
import { inTurn } from '../inTurn.js';
import { hasMonthlyBudget, overMonthlyBudget } from './monthlyBudget.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { parseRun, readRun } from './repository.js';
import { resolveSpec } from './resolveSpec.js';
import { memoryFloorOf, noTierFits } from './tierFit.js';
import { cheapest, overRunBudget } from './runBudget.js';

export interface StartRequest {
  modelId: string;
  /** As the model's newest run had it unless given. */
  spec: UnresolvedSpec | undefined;
  requestedBy: string;
  idempotencyKey?: string | undefined;
  retryOf?: Run['retryOf'] | undefined;
}

/** What became of a request: a run, or why there is none. */
export type Started = { run: Run; refusal?: never } | { run?: never; refusal: string };

/** The model as it is to be written, and why it may not start, if it may not. Throws where the request itself is wrong. */
export type Admit = (
  model: ModelDocument,
  tx: Transaction,
  /** Why there can be no run now: no tier is large enough, or a budget is spent. */
  obstacle: DomainError | undefined,
) => Promise<{ model: ModelDocument; refusal?: string }>;

const outcomeSchema = z.union([
  z.strictObject({ runId: runIdSchema }),
  z.strictObject({ refusal: z.string() }),
]);

/** Starts a run of a model that `check` has nothing against; it throws where the caller may not. */
export async function startRun(
  cp: ControlPlane,
  request: StartRequest,
  check: (model: ModelDocument) => void,
): Promise<Run> {
  const { run, refusal } = await createRun(cp, request, async (model, _tx, obstacle) => {
    check(model);
    if (obstacle) throw obstacle;
    return { model };
  });
  if (!run) throw new Error(`a start that nobody refuses was refused: ${refusal}`);
  return run;
}

/**
 * Records a run and asks for a machine, in one transaction: the model's next run number, the run, its first event and the
 * outbox. The same idempotency key gives the same answer; with another request it is a problem. A refusal is recorded as well.
 */
export async function createRun(cp: ControlPlane, request: StartRequest, admit: Admit): Promise<Started> {
  const runId = newRunId();
  // All starts of a model take their number from one document.
  const result = await inTurn(`start ${request.modelId}`, () =>
    cp.store.transaction((tx) => record(cp, tx, request, runId, admit)),
  );
  if (result.events.length > 0) instruments().runsStarted.add(1, { model: request.modelId });
  await publishCommitted(cp, result.events);
  return result.started;
}

async function record(
  cp: ControlPlane,
  tx: Transaction,
  request: StartRequest,
  runId: string,
  admit: Admit,
): Promise<{ started: Started; events: RunEvent[] }> {
  const { modelId, requestedBy, retryOf } = request;
  const now = cp.now();
  const slot = idempotencySlot(requestedBy, request.idempotencyKey, { modelId, spec: request.spec, retryOf });
  const earlier = await recall(tx, slot, outcomeSchema);
  if (earlier) return { started: await startedBefore(tx, earlier), events: [] };
  const known = (await readModel(tx, modelId)) ?? newModel(modelId, now);
  const resolved = await resolveSpec(cp, tx, request.spec ?? (await newestSpec(cp, modelId)));
  const memoryFloor = await memoryFloorOf(cp, modelId, resolved.spec);
  const obstacle =
    noTierFits(cp, resolved.spec, memoryFloor) ?? (await budgetRefusal(cp, known, resolved.spec));
  const { model, refusal } = await admit(known, tx, obstacle);
  if (refusal !== undefined) {
    tx.set(paths.model(modelId), { ...model, updatedAt: now.toISOString() });
    remember(tx, slot, { refusal }, now);
    return { started: { refusal }, events: [] };
  }
  const runNumber = model.lastRunNumber + 1;
  const { teams } = model;
  const run = newRun({
    runId,
    modelId,
    runNumber,
    ...resolved,
    requestedBy,
    teams,
    traceparent: currentTraceparent(),
    memoryFloor,
    retryOf,
    now,
  });
  const event = runEvent(run, 'start', { type: 'run.requested', detail: {} }, now);
  const at = now.toISOString();
  tx.set(paths.model(modelId), {
    ...model,
    lastRunNumber: runNumber,
    newRows: 0,
    lastStartedAt: at,
    updatedAt: at,
  });
  tx.create(paths.run(runId), { ...run });
  tx.create(paths.event(runId, 'start'), { ...firstRecord(run) });
  makeWrites(tx, [outboxWrite(event)]);
  remember(tx, slot, { runId }, now);
  return { started: { run }, events: [event] };
}

/** What a run may cost is asked of an estimate, which takes a few reads: only where there is a budget. */
async function budgetRefusal(
  cp: ControlPlane,
  model: ModelDocument,
  spec: TrainingSpec,
): Promise<DomainError | undefined> {
  if (spec.compute.maxUsd === undefined && !hasMonthlyBudget(cp, model)) return undefined;
  const estimate = await estimateRun(cp, model.modelId, spec);
  return (
    overRunBudget(cp, spec, estimate) ?? (await overMonthlyBudget(cp, model, cheapest(estimate)?.usd ?? null))
  );
}

async function startedBefore(tx: Transaction, outcome: z.infer<typeof outcomeSchema>): Promise<Started> {
  if ('refusal' in outcome) return outcome;
  const run = await readRun(tx, outcome.runId);
  if (!run) throw new Error(`idempotency record of run ${outcome.runId}, which does not exist`);
  return { run };
}

async function newestSpec(cp: ControlPlane, modelId: string): Promise<TrainingSpec> {
  const [newest] = await cp.store.query(queries.runsOfModel(modelId, {}, { limit: 1 }));
  if (newest) return parseRun(newest).spec;
  const detail = `Model "${modelId}" has no run yet whose specification could be used: give one.`;
  throw new DomainError('no-specification', detail);
}

function firstRecord(run: Run): RunEventRecord {
  return {
    id: 'start',
    at: run.createdAt,
    what: 'requested',
    attempt: 1,
    seq: null,
    status: run.status,
    published: ['run.requested'],
  };
}
