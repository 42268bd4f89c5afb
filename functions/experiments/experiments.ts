/** Experiments: named groups of runs of a model. */
import {
  defaultExperimentId,
  experimentSchema,
  newExperiment,
  paths,
  type Experiment,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { idempotencySlot, once, type Done } from '../idempotency.js';
import type { DocumentReader, StoredDocument } from '../ports/documentStore/documentStore.js';

export interface ExperimentRequest {
  id?: string | undefined;
  description?: string | undefined;
  purpose?: string | undefined;
  owner?: string | undefined;
  tags?: Record<string, string> | undefined;
}

const outcomeSchema = z.strictObject({ experiment: experimentSchema, isNew: z.boolean() });

/** Gets the experiment, or makes it; what is given of it is changed. */
export function saveExperiment(
  cp: Pick<ControlPlane, 'store' | 'now'>,
  modelId: string,
  { id, ...texts }: ExperimentRequest,
  { by, idempotencyKey }: { by: string; idempotencyKey: string | undefined },
): Promise<Done<z.infer<typeof outcomeSchema>>> {
  const slot = idempotencySlot(by, idempotencyKey, { modelId, action: 'experiment', id, ...texts });
  const given = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
  return cp.store.optimistic((tx) =>
    once(tx, slot, outcomeSchema, cp.now(), async () => {
      const now = cp.now();
      const experimentId = id ?? defaultExperimentId(now);
      const known = await readExperiment(tx, modelId, experimentId);
      const before = known ?? newExperiment(modelId, experimentId, by, now);
      const isChanged = !known || Object.keys(given).length > 0;
      const experiment = isChanged ? { ...before, ...given, updatedAt: now.toISOString() } : before;
      if (isChanged) tx.set(paths.experiment(modelId, experimentId), { ...experiment });
      return { experiment, isNew: !known };
    }),
  );
}

export function parseExperiment(document: StoredDocument): Experiment {
  return experimentSchema.parse(document.data);
}

export async function readExperiment(
  from: DocumentReader,
  modelId: string,
  experimentId: string,
): Promise<Experiment | undefined> {
  const document = await from.get(paths.experiment(modelId, experimentId));
  return document && parseExperiment(document);
}
