/** What the routes have in common: their parameters, and who sees what. */
import {
  modelIdSchema,
  presetIdSchema,
  runIdSchema,
  type ModelDocument,
  type Run,
  type Sweep,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../../controlPlane.js';
import { notFound } from '../../errors/domainError.js';
import { readModel } from '../../models/repository.js';
import { readRun } from '../../runs/repository.js';
import { readSweep } from '../../sweeps/documents.js';
import { maySee, type Caller } from '../caller.js';

/** A version's number as a path has it. */
const versionInPath = z
  .string()
  .regex(/^[1-9]\d{0,6}$/, 'must be a version number')
  .transform(Number)
  .meta({ description: 'The number of a version, from 1.' });

export const modelParams = z.strictObject({ modelId: modelIdSchema });
export const versionParams = z.strictObject({ modelId: modelIdSchema, version: versionInPath });
export const runParams = z.strictObject({ runId: runIdSchema });
export const presetParams = z.strictObject({ id: presetIdSchema });
export const presetVersionParams = z.strictObject({ id: presetIdSchema, version: versionInPath });
export const noParams = z.strictObject({});
export const noQuery = z.strictObject({});
export const noBody = z.strictObject({}).meta({ examples: [{}] });

/** A run of a model of other teams is not there. */
export async function visibleRun(
  cp: Pick<ControlPlane, 'store'>,
  caller: Caller,
  runId: string,
): Promise<Run> {
  const run = await readRun(cp.store, runId);
  if (!run || !maySee(caller, run.teams)) throw notFound(`run ${runId}`);
  return run;
}

/** A model of other teams is not there. */
export async function visibleModel(
  cp: Pick<ControlPlane, 'store'>,
  caller: Caller,
  modelId: string,
): Promise<ModelDocument> {
  const model = await readModel(cp.store, modelId);
  if (!model) throw notFound(`model ${modelId}`);
  refuseOtherTeams(caller, model);
  return model;
}

export function refuseOtherTeams(caller: Caller, model: ModelDocument): void {
  if (!maySee(caller, model.teams)) throw notFound(`model ${model.modelId}`);
}

/** A sweep of a model of other teams is not there. */
export async function visibleSweep(
  cp: Pick<ControlPlane, 'store'>,
  caller: Caller,
  sweepId: string,
): Promise<Sweep> {
  const sweep = await readSweep(cp.store, sweepId);
  if (!sweep || !maySee(caller, sweep.teams)) throw notFound(`sweep ${sweepId}`);
  return sweep;
}
