import {
  dryRunSchema,
  newModel,
  repeatRequestSchema,
  runViewSchema,
  startQuerySchema,
  startRequestSchema,
} from '@trainyard/shared';
import type { z } from 'zod';
import type { ControlPlane } from '../../controlPlane.js';
import { readModel } from '../../models/repository.js';
import { startRun } from '../../runs/createRun.js';
import { requireRelatives } from '../../runs/related/requireRelatives.js';
import { requestRepeats } from '../../runs/related/repeats.js';
import { costTogether, estimateRun } from '../../runs/estimate.js';
import { viewOf } from '../../runs/repository.js';
import { resolveStart } from '../../runs/spec/resolveStart.js';
import { defineRoute } from '../defineRoute.js';
import type { Answer, Call } from '../route.js';
import { modelParams, refuseOtherTeams } from './parameters.js';

type StartCall = Call<
  z.infer<typeof modelParams>,
  z.infer<typeof startQuerySchema>,
  z.infer<typeof startRequestSchema>
>;

export const startRoute = defineRoute({
  method: 'POST',
  path: '/api/models/{modelId}/training-runs',
  summary: 'Start a training run; with dryRun=true check the request and estimate what it takes',
  operationId: 'startRun',
  description:
    'The answer comes as soon as the run is recorded; a machine is found afterwards. A dry run records nothing: it answers with the specification, presets and defaults filled in, and with time, cost and memory on each tier. 409 where a budget is spent, or too small for the run.',
  access: 'trainer',
  params: modelParams,
  query: startQuerySchema,
  body: startRequestSchema,
  result: runViewSchema,
  success: 202,
  otherSuccess: {
    status: 200,
    description: 'What the dry run found; nothing was recorded',
    result: dryRunSchema,
  },
  mayConflict: true,
  locates: true,
  handle: (cp, call) => (call.query.dryRun === true ? dryRun(cp, call) : start(cp, call)),
});

async function start(cp: ControlPlane, call: StartCall): Promise<Answer<z.infer<typeof runViewSchema>>> {
  const { params, caller, idempotencyKey } = call;
  const { repeats, ...body } = call.body;
  await checkRelatives(cp, call);
  const { run, isReplay } = await startRun(
    cp,
    {
      modelId: params.modelId,
      ...body,
      requestedBy: caller.id,
      idempotencyKey,
      alsoRuns: repeats,
    },
    (model) => refuseOtherTeams(caller, model),
  );
  if (repeats !== undefined)
    await requestRepeats(cp, run, repeatRequestSchema.parse({ count: repeats }), caller.id);
  return { body: viewOf(run), headers: { location: `/api/training-runs/${run.runId}` }, isReplay };
}

/** What the run is said to come from is of the model, whose runs the caller may start. */
async function checkRelatives(
  { store }: Pick<ControlPlane, 'store'>,
  { params: { modelId }, body, caller }: Pick<StartCall, 'params' | 'body' | 'caller'>,
): Promise<void> {
  if (body.parentRunId === undefined && body.quickRunId === undefined) return;
  const model = await readModel(store, modelId);
  if (model) refuseOtherTeams(caller, model);
  await requireRelatives(store, modelId, body);
}

async function dryRun(
  cp: ControlPlane,
  { params, query, body, caller }: StartCall,
): Promise<Answer<z.infer<typeof dryRunSchema>>> {
  const model = await readModel(cp.store, params.modelId);
  if (model) refuseOtherTeams(caller, model);
  await checkRelatives(cp, { params, body, caller });
  const gated = model ?? newModel(params.modelId, cp.now());
  const { quickTest, ...resolved } = await resolveStart(cp, cp.store, body.spec, {
    model: gated,
    quickTest: body.quickTest,
  });
  const estimate = await estimateRun(cp, params.modelId, resolved.spec, query.rows);
  const together = body.repeats === undefined ? null : costTogether(estimate, 1 + body.repeats);
  const found = { ...resolved, quickTest: quickTest ?? null, estimate, together };
  return { status: 200, body: { dryRun: true, ...found } };
}
