import { newModel, paths, runSchema, type ModelDocument, type RetrainPolicy } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { queries } from '../queries.js';
import { readModel } from './repository.js';

export interface ModelChange {
  name?: string | undefined;
  teams?: string[] | undefined;
  retrain?: RetrainPolicy | undefined;
  monthlyBudgetUsd?: number | null | undefined;
}

const PAGE = 200;

/**
 * Changes what is given of a model, and makes the model where there is none. New teams are written into each of its runs too,
 * where the security rules read them; when this fails halfway, sending it again completes it.
 */
export async function changeModel(
  cp: Pick<ControlPlane, 'store' | 'now'>,
  modelId: string,
  { name, teams, retrain, monthlyBudgetUsd }: ModelChange,
): Promise<ModelDocument> {
  const model = await cp.store.transaction(async (tx) => {
    const now = cp.now();
    const changed: ModelDocument = {
      ...((await readModel(tx, modelId)) ?? newModel(modelId, now)),
      ...(name !== undefined && { name }),
      ...(teams && { teams }),
      ...(retrain && { retrain }),
      ...(monthlyBudgetUsd !== undefined && { monthlyBudgetUsd }),
      updatedAt: now.toISOString(),
    };
    tx.set(paths.model(modelId), { ...changed });
    return changed;
  });
  if (teams) await shareRuns(cp, modelId, teams);
  return model;
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
