/**
 * What a start is decided on and what takes queries. It is read once, before the transaction; the transaction holds it against
 * the documents that tell whether it still is so (`isOutdated`), and nothing is decided where it is not.
 */
import {
  digestOf,
  modelFolderOf,
  isWholeRun,
  monthOf,
  type ModelDocument,
  type QuickTest,
  type Run,
  type GivenIdentity,
  type ServingVersion,
  type TrainingSpec,
  type UnresolvedSpec,
} from '@trainyard/shared';
import type { Configured, ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { readVersion } from '../models/repository.js';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import { queries } from '../queries.js';
import { readBasis, withEpochs, type Basis, type MeasuredBasis } from './basis.js';
import { hasMonthlyBudget } from './monthlyBudget.js';
import { parseRun, readRun } from './repository.js';
import { resolveStart, type ResolvedStart } from './spec/resolveStart.js';
import { spendingIn, type Spending } from './spending.js';
import { tellsMemory } from './tierFit.js';

/** So many runs are looked at together for a specification. */
const PAGE = 20;

export interface StartQuestion extends GivenIdentity {
  modelId: string;
  /** As the model's newest run had it unless given. */
  spec: UnresolvedSpec | undefined;
  /** How much smaller a quick test is; the whole unless given. */
  quickTest?: QuickTest | undefined;
  /** Whether the model's retrain policy has a say. */
  obeysPolicy: boolean;
}

export interface StartFacts {
  /** The specification that was given, or that of the model's newest run. */
  unresolved: UnresolvedSpec;
  resolved: ResolvedStart;
  /** Undefined where no run of the model is completed, or nothing depends on it. */
  basis: Basis | undefined;
  /** What the costs of the run follow from; null where no budget asks for them. */
  costs: { basis: MeasuredBasis | undefined; spending: Spending | null } | null;
  /** What its title tells differences from: its parent, else the newest run; undefined where there is none, or a title is given. */
  base: TrainingSpec | undefined;
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
  const resolved = await resolveStart(cp, cp.store, unresolved, { model, quickTest: question.quickTest });
  const { spec } = resolved;
  const isBudgeted = hasMonthlyBudget(cp, model);
  const isCosted = isBudgeted || spec.compute.maxUsd !== undefined;
  const asksPolicy = question.obeysPolicy && model.retrain.skipWhileRunning;
  const [basis, spending, open, serving, base] = await Promise.all([
    isCosted || tellsMemory(cp, spec) ? readBasis(cp, modelId) : undefined,
    isBudgeted ? spendingIn(cp, monthOf(cp.now())) : null,
    asksPolicy ? cp.store.query(queries.openRunsOfModel(modelId, 1)) : null,
    servingVersion(cp, model),
    titleBase(cp, question, resolved.spec),
  ]);
  return {
    unresolved,
    resolved,
    basis,
    costs: isCosted ? { basis: await withEpochs(cp, basis), spending } : null,
    base,
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
  resolved: ResolvedStart,
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

function gatesDigest({ spec }: ResolvedStart): string {
  return digestOf(spec.evaluation.gates);
}

/** Undefined for a run that is given a title, and for the first of its model. */
async function titleBase(
  { store }: Pick<ControlPlane, 'store'>,
  { modelId, title, parentRunId, spec }: StartQuestion,
  resolved: TrainingSpec,
): Promise<TrainingSpec | undefined> {
  if (title !== undefined) return undefined;
  const parent = parentRunId ? await readRun(store, parentRunId) : undefined;
  if (parent?.modelId === modelId) return parent.spec;
  return spec === undefined ? resolved : (await newestRun(store, modelId))?.spec;
}

async function newestRun(store: ControlPlane['store'], modelId: string): Promise<Run | undefined> {
  const [newest] = await store.query(queries.runsOfModel(modelId, {}, { limit: 1 }));
  return newest && parseRun(newest);
}

/** Of quick tests, trials and repetitions nobody wants another one where he asks for the next run of the model. */
async function newestSpec({ store }: Pick<ControlPlane, 'store'>, modelId: string): Promise<TrainingSpec> {
  for (let startAfter: StoredDocument | undefined; ;) {
    const page = await store.query(queries.runsOfModel(modelId, {}, { startAfter, limit: PAGE }));
    const found = page.map(parseRun).find(isWholeRun);
    if (found) return found.spec;
    startAfter = page.at(-1);
    if (page.length < PAGE) break;
  }
  const detail = `Model "${modelId}" has no run yet whose specification could be used: give one.`;
  throw new DomainError('no-specification', detail);
}
