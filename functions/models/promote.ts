/** Which version of a model serves. The model's pointers and the versions' stages change together. */
import {
  blockingGates,
  gateInWords,
  gateScope,
  modelDocumentSchema,
  modelVersionSchema,
  paths,
  type ModelDocument,
  type ModelStage,
  type ModelVersion,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError, notFound } from '../errors/domainError.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { idempotencySlot, once, type Done, type IdempotencySlot } from '../idempotency.js';
import { readModel, readVersion } from './repository.js';

/** Earlier versions that rollbacks can reach. */
const FORMER_KEPT = 100;

export interface Promotion {
  modelId: string;
  version: number;
  stage: 'staging' | 'production';
  /** Although a critical gate did not pass. */
  force: boolean;
  reason?: string | undefined;
  by: string;
  idempotencyKey: string | undefined;
}

/** The version that moved, and which versions the model has where since. */
const movedSchema = z.strictObject({
  version: modelVersionSchema,
  pointers: modelDocumentSchema.pick({ production: true, staging: true, formerProduction: true }),
});
export type Moved = z.infer<typeof movedSchema>;
/** Older records hold the version alone. */
const outcomeSchema = z.union([movedSchema, modelVersionSchema]);

/**
 * Puts a version into a stage; the one that was there is archived (production) or leaves it (staging). A version that is there
 * already stays as it is. Refused when a critical gate did not pass, unless forced.
 */
export function promote(cp: Pick<ControlPlane, 'store' | 'now'>, promotion: Promotion): Promise<Done<Moved>> {
  const { modelId, version, stage, force, reason, by, idempotencyKey } = promotion;
  const slot = idempotencySlot(by, idempotencyKey, {
    modelId,
    action: 'promote',
    version,
    stage,
    force,
    reason,
  });
  return onceMoved(cp, slot, async (tx) => {
    const { model, versions } = await readStages(tx, modelId, version);
    const promoted = versions.get(version);
    if (!promoted) throw notFound(`version ${version} of model ${modelId}`);
    if (model[stage] === version) return moved(promoted, model);
    if (model.production === version) throw servesAlready(promoted);
    const forced = blockingGates(promoted.gates).length > 0;
    if (forced && !force) throw gatesMissed(promoted);
    const replaced = model[stage] === null ? undefined : versions.get(model[stage]);
    const write = writerOf(cp, tx, by);
    if (replaced) write.stage(replaced, stage === 'production' ? 'archived' : 'none');
    const changed = stage === 'staging' ? { ...model, staging: version } : serving(model, version);
    write.model(changed);
    const told = { ...(forced && { forced }), ...(reason !== undefined && { reason }) };
    return moved(write.stage(promoted, stage, told), changed);
  });
}

/** The model once `version` is in production. */
function serving(model: ModelDocument, version: number): ModelDocument {
  const former = model.production === null ? [] : [model.production];
  return {
    ...model,
    production: version,
    formerProduction: [...model.formerProduction, ...former].slice(-FORMER_KEPT),
    staging: model.staging === version ? null : model.staging,
  };
}

/**
 * Puts the version that served before into production again, and archives the one that serves. One without a key is remembered as well:
 * where the answer to its commit is lost, the store is asked once more, and a second time would be one version too far.
 */
export async function rollback(
  cp: Pick<ControlPlane, 'store' | 'now' | 'newId'>,
  { modelId, by, idempotencyKey }: { modelId: string; by: string; idempotencyKey: string | undefined },
): Promise<Done<Moved>> {
  const slot = idempotencySlot(by, idempotencyKey ?? cp.newId(), { modelId, action: 'rollback' });
  const done = await onceMoved(cp, slot, async (tx) => {
    const { model, versions } = await readStages(tx, modelId, undefined);
    const { production } = model;
    const former = model.formerProduction.at(-1);
    const earlier = former === undefined ? undefined : await readVersion(tx, modelId, former);
    if (!earlier || production === null) throw nothingBefore(modelId);
    const replaced = versions.get(production);
    const write = writerOf(cp, tx, by);
    if (replaced) write.stage(replaced, 'archived');
    const changed = {
      ...model,
      production: earlier.version,
      formerProduction: model.formerProduction.slice(0, -1),
      staging: model.staging === earlier.version ? null : model.staging,
    };
    write.model(changed);
    return moved(write.stage(earlier, 'production'), changed);
  });
  return idempotencyKey === undefined ? { ...done, isReplay: false } : done;
}

/** In a transaction: what `work` moves, or what the same request moved before. */
function onceMoved(
  cp: Pick<ControlPlane, 'store' | 'now'>,
  slot: IdempotencySlot | undefined,
  work: (tx: Transaction) => Promise<Moved>,
): Promise<Done<Moved>> {
  return cp.store.optimistic(async (tx) => {
    const { outcome, isReplay } = await once(tx, slot, outcomeSchema, cp.now(), () => work(tx));
    if ('pointers' in outcome) return { outcome, isReplay };
    const model = await readModel(tx, outcome.modelId);
    if (!model) throw notFound(`model ${outcome.modelId}`);
    return { outcome: moved(outcome, model), isReplay };
  });
}

function moved(version: ModelVersion, { production, staging, formerProduction }: ModelDocument): Moved {
  return { version, pointers: { production, staging, formerProduction } };
}

/** The model, and the versions that its pointers and the request name. */
async function readStages(
  tx: Transaction,
  modelId: string,
  version: number | undefined,
): Promise<{ model: ModelDocument; versions: Map<number, ModelVersion> }> {
  const model = await readModel(tx, modelId);
  if (!model) throw notFound(`model ${modelId}`);
  const versions = new Map<number, ModelVersion>();
  for (const n of new Set([version, model.production, model.staging])) {
    const found = n === undefined || n === null ? undefined : await readVersion(tx, modelId, n);
    if (found) versions.set(found.version, found);
  }
  return { model, versions };
}

function writerOf(cp: Pick<ControlPlane, 'now'>, tx: Transaction, by: string) {
  const at = cp.now().toISOString();
  return {
    model(model: ModelDocument): void {
      tx.set(paths.model(model.modelId), { ...model, updatedAt: at });
    },
    stage(
      version: ModelVersion,
      stage: ModelStage,
      told: Partial<Pick<ModelVersion['stageHistory'][number], 'forced' | 'reason'>> = {},
    ): ModelVersion {
      const stageHistory = [...version.stageHistory, { stage, at, by, ...told }];
      const changed: ModelVersion = { ...version, stage, stageHistory };
      tx.set(paths.modelVersion(version.modelId, version.version), { ...changed });
      return changed;
    },
  };
}

function gatesMissed({ modelId, version, gates }: ModelVersion): DomainError {
  const missed = blockingGates(gates).map(
    (gate) =>
      `${gate.metric}${gateScope(gate)} is ${gate.value === null ? 'missing' : Number(gate.value.toPrecision(6))}, must be ${gateInWords(gate)}`,
  );
  return new DomainError(
    'gate-failed',
    `Version ${version} of ${modelId} did not pass its gates: ${missed.join('; ')}. Train a better one; an administrator may promote it with "force": true.`,
  );
}

function servesAlready({ modelId, version }: ModelVersion): DomainError {
  const detail = `Version ${version} of ${modelId} is in production: promote another one to production first.`;
  return new DomainError('in-production', detail);
}

function nothingBefore(modelId: string): DomainError {
  const detail = `No version of ${modelId} was in production before: there is nothing to roll back to.`;
  return new DomainError('nothing-before', detail);
}
