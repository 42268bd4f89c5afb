/** Begins a sweep. What is wrong with it is said before a trial is paid for. */
import {
  defaultSpace,
  isLowerBetter,
  later,
  measuredModel,
  newModel,
  newRunId,
  paths,
  sweepViewSchema,
  whyNotMonitored,
  writtenSpaceSchema,
  type ModelDocument,
  type Space,
  type Sweep,
  type SweepObjective,
  type SweepRequest,
  type SweepView,
  type TrainingSpec,
} from '@trainyard/shared';
import { z } from 'zod';
import type { Configured } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { parseSent } from '../errors/parseSent.js';
import { outboxWrite, publishCommitted } from '../events/outbox.js';
import { idempotencySlot, once, recall, type Done } from '../idempotency.js';
import { readModel } from '../models/repository.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { resolveSpec } from '../runs/spec/resolveSpec.js';
import { uncountedTiers } from '../runs/tiers.js';
import { requireComparable, searchedKeys } from './comparable.js';
import { sweepData } from './documents.js';
import { expectedTrialUsd } from './expectedCost.js';
import { searchObstacle } from './search/strategy.js';
import { requirePossible } from './possible.js';
import { sweepEvent } from './sweepEvent.js';
import type { SweepPorts } from './trials.js';
import { sweepViewOf } from '@trainyard/shared/sweeps/soFar';

export interface NewSweep {
  modelId: string;
  request: SweepRequest;
  by: string;
  idempotencyKey: string | undefined;
}

/** Records the sweep; its first trials begin with its event. `check` throws where the caller may not. */
export async function createSweep(
  cp: SweepPorts,
  { modelId, request, by, idempotencyKey }: NewSweep,
  check: (model: ModelDocument) => void,
): Promise<Done<SweepView>> {
  const model = (await readModel(cp.store, modelId)) ?? newModel(modelId, cp.now());
  check(model);
  const slot = idempotencySlot(by, idempotencyKey, { modelId, action: 'sweep', request });
  const before = await recall(cp.store, slot, sweepViewSchema);
  if (before) return { outcome: before, isReplay: true };
  const sweep = await plannedSweep(cp, model, request, by);
  const now = cp.now();
  const event = sweepEvent(sweep, 'start', { type: 'sweep.created', detail: {} }, now);
  const done = await cp.store.optimistic((tx) =>
    once(tx, slot, sweepViewSchema, now, async () => {
      const { sweepId, round, createdAt: since } = sweep;
      makeWrites(tx, [
        { kind: 'create', path: paths.sweep(sweepId), data: sweepData(sweep) },
        { kind: 'create', path: paths.openSweep(sweepId, round), data: { sweepId, since } },
        outboxWrite(event),
      ]);
      return sweepViewOf(sweep, { end: undefined, trials: [], finals: [], queue: [] });
    }),
  );
  if (!done.isReplay) await publishCommitted(cp, [event]);
  return done;
}

async function plannedSweep(
  cp: SweepPorts,
  model: ModelDocument,
  request: SweepRequest,
  by: string,
): Promise<Sweep> {
  const { name, description, experiment, strategy, pruner, seed } = request;
  const { maxTrials, maxParallel, timeoutSeconds, budgetUsd, maxFailures } = request;
  const resolved = await resolveSpec(cp, cp.store, request.spec, model);
  const tiers = tiersOfTrials(cp, request, resolved.spec);
  await resolveSpec(cp, cp.store, { ...resolved.spec, compute: { ...resolved.spec.compute, tiers } }, model);
  const objective = objectiveOf(request, resolved.spec);
  const space = spaceOf(request, resolved.spec, objective);
  const sweepId = newRunId();
  const now = cp.now();
  const at = now.toISOString();
  const sweep: Sweep = {
    schemaVersion: 1,
    sweepId,
    modelId: model.modelId,
    name: name ?? sweepId,
    description,
    experiment,
    ...resolved,
    tiers,
    space,
    objective,
    strategy,
    pruner,
    seed,
    maxTrials,
    maxParallel,
    timeoutSeconds,
    budgetUsd,
    maxFailures,
    expectedTrialUsd: await expectedTrialUsd(cp, {
      modelId: model.modelId,
      budgetUsd,
      tiers,
      spec: resolved.spec,
    }),
    uncountedTiers: budgetUsd === null ? [] : uncountedTiers(cp, tiers),
    round: 1,
    deadlineAt: later(now, timeoutSeconds * 1000),
    pausedAt: null,
    cancelRequestedAt: null,
    requestedBy: by,
    teams: model.teams,
    createdAt: at,
    updatedAt: at,
  };
  requireComparable(searchedKeys(sweep.space), 'space');
  requireSearchable(sweep);
  requirePossible(sweep);
  return sweep;
}

/** Machines that are taken back at times are cheap, and a trial goes on from its checkpoint. */
function tiersOfTrials(cp: Configured, { tiers, spec }: SweepRequest, resolved: TrainingSpec): string[] {
  const named = tiers ?? spec.compute.tiers;
  if (named) return named;
  const spot = cp.config.tiers.filter(({ machine }) => machine?.spot).map(({ name }) => name);
  return spot.length > 0 ? spot : (resolved.compute.tiers ?? []);
}

function spaceOf({ space }: SweepRequest, spec: TrainingSpec, { metric }: SweepObjective): Space {
  if (space === 'default') return defaultSpace(spec, metric);
  return parseSent(z.object({ space: writtenSpaceSchema }), { space }, 'space').space;
}

/** Trials are chosen by the validation split: what was chosen by the test split would be nothing to measure by any more. */
function objectiveOf({ objective }: SweepRequest, spec: TrainingSpec): SweepObjective {
  const { metric } = objective;
  const why = whyNotMonitored(metric, measuredModel(spec));
  if (why !== undefined) {
    const isTest = metric.startsWith('test_');
    const detail = `${isTest ? 'Trials are compared on the validation split, so that the test split stays unseen: ' : ''}${why}.`;
    throw new DomainError('invalid-request', detail, { errors: [{ pointer: '/objective', detail }] });
  }
  const direction = isLowerBetter(metric) ? 'minimize' : 'maximize';
  if ((objective.direction ?? direction) === direction) return { metric, direction };
  const detail = `${direction === 'minimize' ? 'less' : 'more'} of ${metric} is better, so that its direction is ${direction}; got ${objective.direction}. Leave the direction out.`;
  throw new DomainError('invalid-request', detail, { errors: [{ pointer: '/objective/direction', detail }] });
}

function requireSearchable({ space, strategy }: Sweep): void {
  const detail = searchObstacle(space, strategy.kind);
  if (detail === undefined) return;
  throw new DomainError('invalid-request', detail, { errors: [{ pointer: '/space', detail }] });
}
