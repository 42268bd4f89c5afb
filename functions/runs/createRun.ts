import {
  newModel,
  newRunId,
  paths,
  runIdSchema,
  runSchema,
  type ModelDocument,
  type Run,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { publishCommitted } from '../events/outbox.js';
import { idempotencySlot, recall } from '../idempotency.js';
import { inTurn } from '../inTurn.js';
import { readModel } from '../models/repository.js';
import {
  DocumentExistsError,
  type DocumentReader,
  type DocumentStore,
  type Transaction,
} from '../ports/documentStore/documentStore.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { instruments } from '../telemetry/metrics.js';
import { currentTraceparent } from '../telemetry/tracing.js';
import {
  firstEventOf,
  givenIdentity,
  planStart,
  type Admit,
  type KnownAtStart,
  type Started,
  type StartPlan,
  type StartRequest,
} from './planStart.js';
import { readRun } from './repository.js';
import { resolveStart } from './spec/resolveStart.js';
import { isOutdated, readStartFacts, type StartFacts } from './startFacts.js';

export type StartPorts = Pick<ControlPlane, 'store' | 'bus' | 'objects' | 'config' | 'now' | 'log'>;

/** How often the facts of a start are read: each time but the first, another start or a completed run has come in between. */
const MOST_READINGS = 20;

const outcomeSchema = z.union([
  z.strictObject({ run: runSchema }),
  z.strictObject({ refusal: z.string() }),
  /** Of older records. */
  z.strictObject({ runId: runIdSchema }),
]);

/**
 * Starts a run of a model that `check` has nothing against; it throws where the caller may not. The run is as it was when it was
 * started, also where that was before, by the same idempotency key.
 */
export async function startRun(
  cp: StartPorts,
  request: Omit<StartRequest, 'obeysPolicy'>,
  check: (model: ModelDocument) => void,
): Promise<{ run: Run; isReplay: boolean }> {
  const {
    run,
    refusal,
    isReplay = false,
  } = await createRun(cp, { ...request, obeysPolicy: false }, (model, { obstacle }) => {
    check(model);
    if (obstacle) throw obstacle;
    return { model };
  });
  if (!run) throw new Error(`a start that nobody refuses was refused: ${refusal}`);
  // Whoever started it may have left the teams of the model since.
  if (isReplay) check((await readModel(cp.store, run.modelId)) ?? newModel(run.modelId, cp.now()));
  return { run, isReplay };
}

/**
 * Records a run and asks for a machine, in one transaction: the model's next run number, the run, its first event and the
 * outbox. The same idempotency key gives the same answer; with another request it is a problem. A refusal is recorded as well.
 */
export async function createRun(cp: StartPorts, request: StartRequest, admit: Admit): Promise<Started> {
  const { modelId, spec, requestedBy, idempotencyKey, retryOf } = request;
  // What a sweep tells the run of itself goes on while the run is asked for: it is the same run all the same.
  const { inSweep: _told, ...identity } = givenIdentity(request);
  const slot = idempotencySlot(requestedBy, idempotencyKey, {
    modelId,
    spec,
    retryOf,
    ...(request.quickTest && { quickTest: request.quickTest }),
    ...identity,
  });
  // What was started before waits for nobody: callers who ask again would hold up those who ask for the first time.
  const done = await doneBefore(cp.store, slot);
  if (done) return done.started;
  // All starts of a model take their number from one document.
  const plan = await inTurn(`start ${modelId}`, (askedAt) => recordStart(cp, request, slot, admit, askedAt));
  if (plan.events.length > 0) instruments().runsStarted.add(1, { model: modelId });
  await publishCommitted(cp, plan.events);
  return plan.started;
}

async function recordStart(
  cp: StartPorts,
  request: StartRequest,
  slot: KnownAtStart['slot'],
  admit: Admit,
  askedAt: number,
): Promise<StartPlan> {
  const { modelId } = request;
  const fixed = { runId: newRunId(), slot, traceparent: currentTraceparent() };
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const done = await doneBefore(cp.store, slot);
    if (done) return done;
    const model = (await readModel(cp.store, modelId)) ?? newModel(modelId, cp.now());
    const facts = await readStartFacts(cp, request, model);
    const work = (tx: Transaction) => decide(cp, tx, request, { ...fixed, facts }, admit);
    const plan = await commit(cp.store, facts, work, askedAt).catch((error: unknown) =>
      committedBefore(cp, fixed.runId, error),
    );
    if (plan) return afterLostAnswer(plan, fixed.runId);
  }
  throw new Error(`model ${modelId} changed ${MOST_READINGS} times while a start of it was decided`);
}

/**
 * A start writes what it must find unchanged, the model and the slot of its key, so that it needs no lock: an instance that is killed
 * would leave it behind for a minute, for all other starts of the model. Presets are read alone, and a lock keeps them from being
 * deleted meanwhile.
 */
function commit<T>(
  store: Pick<DocumentStore, 'transaction' | 'optimistic'>,
  { resolved }: StartFacts,
  work: (tx: Transaction) => Promise<T>,
  askedAt: number,
): Promise<T> {
  return resolved.presets.length > 0 ? store.transaction(work, askedAt) : store.optimistic(work, askedAt);
}

/**
 * The run is there although it was about to be made: its id is new, so a commit of this very start has gone through whose answer was
 * lost on its way, and the store was asked once more.
 */
async function committedBefore(
  { store }: Pick<StartPorts, 'store'>,
  runId: string,
  error: unknown,
): Promise<StartPlan> {
  const path = paths.run(runId);
  const isOurs =
    error instanceof DocumentExistsError && (error.path === path || error.path.startsWith(`${path}/`));
  const run = isOurs ? await readRun(store, runId) : undefined;
  if (!run) throw error;
  return { started: { run }, writes: [], events: [firstEventOf(run)] };
}

/** A start that finds its own run under its key is none that came before; its event is still to be published. */
function afterLostAnswer(plan: StartPlan, runId: string): StartPlan {
  const { run, isReplay } = plan.started;
  if (!isReplay || run?.runId !== runId) return plan;
  return { started: { run }, writes: [], events: [firstEventOf(run)] };
}

/** Writes and returns the plan; undefined where the facts no longer hold. Reads documents by their paths alone. */
async function decide(
  cp: StartPorts,
  tx: Transaction,
  request: StartRequest,
  known: Omit<KnownAtStart, 'model'>,
  admit: Admit,
): Promise<StartPlan | undefined> {
  const { facts, slot } = known;
  const now = cp.now();
  const done = await doneBefore(tx, slot);
  if (done) return done;
  const model = (await readModel(tx, request.modelId)) ?? newModel(request.modelId, now);
  // A version that is being deleted must not be used: what was read of presets is read again here, and so are the gate sets of the model.
  const resolved = await resolveStart(cp, tx, facts.unresolved, { model, quickTest: request.quickTest });
  if (isOutdated(cp, request, facts, model, resolved)) return undefined;
  const isNewExperiment = await namesNewExperiment(tx, request);
  const plan = planStart(cp, request, { ...known, model, isNewExperiment }, admit, now);
  makeWrites(tx, plan.writes);
  return plan;
}

/** It is read and written, so that two starts that both make it do not. */
async function namesNewExperiment(
  from: DocumentReader,
  { modelId, experiment }: StartRequest,
): Promise<boolean> {
  return experiment ? (await from.get(paths.experiment(modelId, experiment))) === undefined : false;
}

/** What became of the same request when it came before. */
async function doneBefore(from: DocumentReader, slot: KnownAtStart['slot']): Promise<StartPlan | undefined> {
  const outcome = await recall(from, slot, outcomeSchema);
  if (!outcome) return undefined;
  return { started: { ...(await startedBefore(from, outcome)), isReplay: true }, writes: [], events: [] };
}

async function startedBefore(from: DocumentReader, outcome: z.infer<typeof outcomeSchema>): Promise<Started> {
  if (!('runId' in outcome)) return outcome;
  const run = await readRun(from, outcome.runId);
  if (!run) throw new Error(`idempotency record of run ${outcome.runId}, which does not exist`);
  return { run };
}
