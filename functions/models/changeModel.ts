import {
  modelDocumentSchema,
  newModel,
  paths,
  type GateSets,
  runSchema,
  type ModelDocument,
  type RetrainPolicy,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { idempotencySlot, once, type Done } from '../idempotency.js';
import { queries } from '../queries.js';
import { readModel } from './repository.js';

export interface ModelChange {
  name?: string | undefined;
  teams?: string[] | undefined;
  retrain?: RetrainPolicy | undefined;
  monthlyBudgetUsd?: number | null | undefined;
  gateSets?: GateSets | undefined;
}

const PAGE = 200;

const outcomeSchema = z.strictObject({ model: modelDocumentSchema, isNew: z.boolean() });

/** Who asks where no request does. */
const NOBODY = { by: 'nobody', idempotencyKey: undefined };

/**
 * Changes what is given of a model, and makes the model where there is none. New teams are written into each of its runs and sweeps too,
 * where the security rules read them; when this fails halfway, sending it again completes it.
 */
export async function changeModel(
  cp: Pick<ControlPlane, 'store' | 'now'>,
  modelId: string,
  { name, teams, retrain, monthlyBudgetUsd, gateSets }: ModelChange,
  { by, idempotencyKey }: { by: string; idempotencyKey: string | undefined } = NOBODY,
): Promise<Done<z.infer<typeof outcomeSchema>>> {
  const change = { name, teams, retrain, monthlyBudgetUsd, gateSets };
  const slot = idempotencySlot(by, idempotencyKey, { modelId, action: 'change', ...change });
  const done = await cp.store.optimistic((tx) =>
    once(tx, slot, outcomeSchema, cp.now(), async () => {
      const now = cp.now();
      const known = await readModel(tx, modelId);
      const model: ModelDocument = {
        ...(known ?? newModel(modelId, now)),
        ...(name !== undefined && { name }),
        ...(teams && { teams }),
        ...(retrain && { retrain }),
        ...(monthlyBudgetUsd !== undefined && { monthlyBudgetUsd }),
        ...(gateSets && { gateSets }),
        updatedAt: now.toISOString(),
      };
      tx.set(paths.model(modelId), { ...model });
      return { model, isNew: !known };
    }),
  );
  if (teams) {
    const now = await teamsNow(cp, modelId, done.outcome.model);
    await shareRuns(cp, modelId, now);
    await shareSweeps(cp, modelId, now);
  }
  return done;
}

/** Somebody may have changed them again since the request came first. */
async function teamsNow(
  { store }: Pick<ControlPlane, 'store'>,
  modelId: string,
  { teams }: ModelDocument,
): Promise<string[]> {
  return (await readModel(store, modelId))?.teams ?? teams;
}

async function shareRuns(cp: Pick<ControlPlane, 'store'>, modelId: string, teams: string[]): Promise<void> {
  for (let startAfter; ;) {
    const page = await cp.store.query(queries.runsOfModel(modelId, {}, { startAfter, limit: PAGE }));
    for (const { path } of page) {
      await cp.store.transaction(async (tx) => {
        const document = await tx.get(path);
        if (document) tx.set(path, { ...runSchema.parse(document.data), teams });
      });
    }
    startAfter = page.at(-1);
    if (page.length < PAGE) return;
  }
}

/** What else is in a sweep is not looked at: it stays as it is. */
async function shareSweeps(cp: Pick<ControlPlane, 'store'>, modelId: string, teams: string[]): Promise<void> {
  for (let startAfter; ;) {
    const page = await cp.store.query(queries.sweepsOfModel(modelId, { startAfter, limit: PAGE }));
    for (const { path } of page) {
      await cp.store.transaction(async (tx) => {
        const document = await tx.get(path);
        if (document) tx.set(path, { ...document.data, teams });
      });
    }
    startAfter = page.at(-1);
    if (page.length < PAGE) return;
  }
}
