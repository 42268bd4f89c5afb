/** The run there that stands for a sweep: the parent of its trials. */
import { z } from 'zod';
import type { StoredDocument } from '../ports/documentStore/documentStore.js';
import { MLFLOW } from './content.js';
import { createRun, refuseDeleted, runTagged } from './runs.js';
import type { MlflowServer } from './server.js';

const SWEEP_TAG = 'trainyard.sweep';

/** What of a sweep's document is told of it. */
const sweepNameSchema = z.looseObject({
  name: z.string().default(''),
  createdAt: z.iso.datetime().optional(),
});
export interface SweepFacts {
  sweepId: string;
  modelId: string;
  /** Empty where nobody gave one. */
  name: string;
  startTime: number;
}

/** Of its document; undefined where it has none. */
export function sweepFacts(
  document: StoredDocument | undefined,
  { sweepId, modelId, createdAt }: { sweepId: string; modelId: string; createdAt: string },
): SweepFacts {
  const told = sweepNameSchema.safeParse(document?.data ?? {}).data;
  return { sweepId, modelId, name: told?.name ?? '', startTime: Date.parse(told?.createdAt ?? createdAt) };
}

/**
 * Its id, which two trials that come at once find alike: whoever has made one looks which was the first, and an empty double goes to
 * MLflow's bin.
 */
export async function sweepRunOf(
  server: MlflowServer,
  experimentId: string,
  facts: SweepFacts,
): Promise<string> {
  const { sweepId, modelId, name, startTime } = facts;
  const tag = { key: SWEEP_TAG, value: sweepId };
  const found = await runTagged(server, experimentId, tag);
  if (found) {
    refuseDeleted(server, found);
    return found.info.run_id;
  }
  const title = `sweep ${name === '' ? sweepId : `${name} (${modelId})`}`;
  const tags = [tag, { key: 'trainyard.model', value: modelId }, { key: MLFLOW.source, value: 'trainyard' }];
  const made = await createRun(server, { experimentId, name: title, startTime, tags });
  return (await runTagged(server, experimentId, tag))?.info.run_id ?? made.info.run_id;
}
