/**
 * What a start is decided on and what takes queries. It is read once, before the transaction; the transaction holds it against
 * the documents that tell whether it still is so (`isOutdated`), and nothing is decided where it is not.
 */
import {
  digestOf,
  modelFolderOf,
  monthOf,
  type ModelDocument,
  type ServingVersion,
  type TrainingSpec,
  type UnresolvedSpec,
} from '@trainyard/shared';
import type { Configured, ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { readVersion } from '../models/repository.js';
import { queries } from '../queries.js';
import { readBasis, withEpochs, type Basis, type MeasuredBasis } from './basis.js';
import { hasMonthlyBudget } from './monthlyBudget.js';
import { parseRun } from './repository.js';
import { resolveSpec, type ResolvedSpec } from './spec/resolveSpec.js';
import { spendingIn, type Spending } from './spending.js';
import { tellsMemory } from './tierFit.js';

export interface StartQuestion {
  modelId: string;
  /** As the model's newest run had it unless given. */
  spec: UnresolvedSpec | undefined;
  /** Whether the model's retrain policy has a say. */
  obeysPolicy: boolean;
}

export interface StartFacts {
  /** The specification that was given, or that of the model's newest run. */
  unresolved: UnresolvedSpec;
  resolved: ResolvedSpec;
  /** Undefined where no run of the model is completed, or nothing depends on it. */
  basis: Basis | undefined;
  /** What the costs of the run follow from; null where no budget asks for them. */
  costs: { basis: MeasuredBasis | undefined; spending: Spending | null } | null;
  /** Whether a run of the model is under way; null where no policy asks. */
  isRunning: boolean | null;
  /** The version in production, and where it lies; `serving` is null also where its artifacts are no whole model. */
  production: { version: number | null; serving: ServingVersion | null };
  /** The model's counters before anything else was read: each new run raises one of them, and each completed one soon after its end. */
  counters: Pick<ModelDocument, 'lastRunNumber' | 'lastVersion'>;
}

export async function readStartFacts(
  cp: Pick<ControlPlane, 'store' | 'objects' | 'config' | 'now' | 'log'>,
  question: StartQuestion,
  model: ModelDocument,
): Promise<StartFacts> {
  const { modelId } = question;
  const unresolved = question.spec ?? (await newestSpec(cp, modelId));
  const resolved = await resolveSpec(cp, cp.store, unresolved, model);
  const { spec } = resolved;
  const isBudgeted = hasMonthlyBudget(cp, model);
  const isCosted = isBudgeted || spec.compute.maxUsd !== undefined;
  const asksPolicy = question.obeysPolicy && model.retrain.skipWhileRunning;
  const [basis, spending, open, serving] = await Promise.all([
    isCosted || tellsMemory(cp, spec) ? readBasis(cp, modelId) : undefined,
    isBudgeted ? spendingIn(cp, monthOf(cp.now())) : null,
    asksPolicy ? cp.store.query(queries.openRunsOfModel(modelId, 1)) : null,
    servingVersion(cp, model),
  ]);
  return {
    unresolved,
    resolved,
    basis,
    costs: isCosted ? { basis: await withEpochs(cp, basis), spending } : null,
    isRunning: open && open.length > 0,
    production: { version: model.production, serving },
    counters: { lastRunNumber: model.lastRunNumber, lastVersion: model.lastVersion },
  };
}

/**
 * Whether something that the decision depends on has moved since the facts were read, given the model, the presets and the gates as the
 * transaction finds them. What has been spent moves with every second: it is a reading, and no start is counted against it.
 */
export function isOutdated(
  cp: Configured,
  question: StartQuestion,
  facts: StartFacts,
  model: ModelDocument,
  resolved: ResolvedSpec,
): boolean {
  const asksPolicy = question.obeysPolicy && model.retrain.skipWhileRunning;
  const dependsOnRuns = question.spec === undefined || asksPolicy;
  return (
    facts.counters.lastVersion !== model.lastVersion ||
    facts.production.version !== model.production ||
    (dependsOnRuns && facts.counters.lastRunNumber !== model.lastRunNumber) ||
    (asksPolicy && facts.isRunning === null) ||
    (hasMonthlyBudget(cp, model) && !facts.costs?.spending) ||
    facts.resolved.presets.join() !== resolved.presets.join() ||
    gatesDigest(facts.resolved) !== gatesDigest(resolved)
  );
}

async function servingVersion(
  { store }: Pick<ControlPlane, 'store'>,
  { modelId, production }: ModelDocument,
): Promise<ServingVersion | null> {
  if (production === null) return null;
  const version = await readVersion(store, modelId, production);
  const uri = version && modelFolderOf(version.artifacts);
  return uri ? { version: production, uri } : null;
}

function gatesDigest({ spec }: ResolvedSpec): string {
  return digestOf(spec.evaluation.gates);
}

async function newestSpec({ store }: Pick<ControlPlane, 'store'>, modelId: string): Promise<TrainingSpec> {
  const [newest] = await store.query(queries.runsOfModel(modelId, {}, { limit: 1 }));
  if (newest) return parseRun(newest).spec;
  const detail = `Model "${modelId}" has no run yet whose specification could be used: give one.`;
  throw new DomainError('no-specification', detail);
}
