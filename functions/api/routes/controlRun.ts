import {
  externalRequestSchema,
  repeatRequestSchema,
  repeatsViewSchema,
  runSchema,
  runViewSchema,
  type Run,
} from '@trainyard/shared';
import type { ControlPlane } from '../../controlPlane.js';
import { notFound } from '../../errors/domainError.js';
import { idempotencySlot, once, recall } from '../../idempotency.js';
import { nameExternal } from '../../runs/related/external.js';
import { recordLifecycle } from '../../runs/lifecycle.js';
import { viewOf } from '../../runs/repository.js';
import { requestRepeats } from '../../runs/related/repeats.js';
import { retryRun } from '../../runs/retryRun.js';
import { trainFull } from '../../runs/related/trainFull.js';
import { defineRoute } from '../defineRoute.js';
import type { Route } from '../route.js';
import { noBody, noQuery, runParams, visibleRun } from './parameters.js';

const cancel = defineRoute({
  method: 'POST',
  path: '/api/training-runs/{runId}/cancel',
  summary: 'Cancel a run; harmless when it has ended or is being cancelled',
  operationId: 'cancelRun',
  description:
    'The trainer gets time to save a checkpoint, `compute.cancelGraceSeconds` of the specification, before it is killed. A run that is over stays as it is: the answer is 202 all the same, and its `status` says how the run ended.',
  access: 'trainer',
  params: runParams,
  query: noQuery,
  body: noBody,
  result: runViewSchema,
  success: 202,
  async handle(cp, { params, caller, idempotencyKey }) {
    const { runId } = await visibleRun(cp, caller, params.runId);
    const slot = idempotencySlot(caller.id, idempotencyKey, { runId, action: 'cancel' });
    const before = await recall(cp.store, slot, runSchema);
    if (before) return { body: viewOf(before), isReplay: true };
    const applied = await recordLifecycle(cp, runId, () => ({ type: 'cancelRequested' }));
    if (!applied) throw notFound(`run ${params.runId}`);
    // After it, for a second cancel would change nothing.
    const { outcome, isReplay } = await cp.store.transaction((tx) =>
      once(tx, slot, runSchema, cp.now(), async () => applied.run),
    );
    return { body: viewOf(outcome), isReplay };
  },
});

/** A route that makes of a run a new one, which starts at once. */
function startFrom(
  action: string,
  words: { summary: string; operationId: string; description: string },
  start: (
    cp: ControlPlane,
    run: Run,
    by: { requestedBy: string; idempotencyKey: string | undefined },
  ) => Promise<{ run: Run; isReplay: boolean }>,
) {
  return defineRoute({
    method: 'POST',
    path: `/api/training-runs/{runId}/${action}`,
    ...words,
    access: 'trainer',
    params: runParams,
    query: noQuery,
    body: noBody,
    result: runViewSchema,
    success: 202,
    mayConflict: true,
    locates: true,
    async handle(cp, { params, caller, idempotencyKey }) {
      const from = await visibleRun(cp, caller, params.runId);
      const { run, isReplay } = await start(cp, from, { requestedBy: caller.id, idempotencyKey });
      return { body: viewOf(run), headers: { location: `/api/training-runs/${run.runId}` }, isReplay };
    },
  });
}

const retry = startFrom(
  'retry',
  {
    summary: 'Start a new run that goes on from the last checkpoint of one that failed or was cancelled',
    operationId: 'retryRun',
    description:
      'The new run has the same specification, and `retryOf` says whose checkpoint it begins with. 409 for a run that is open or completed.',
  },
  retryRun,
);

const trainFullRoute = startFrom(
  'train-full',
  {
    summary: 'Train on everything what a quick test has trained on a sample',
    operationId: 'trainFull',
    description:
      'The new run has the specification that the quick test was made of: each setting that `quickTest.cuts` names is as it was. Its `quickRunId` names the quick test, and the `relatives` of the quick test name it. 409 for a run that is no quick test.',
  },
  trainFull,
);

const repeat = defineRoute({
  method: 'POST',
  path: '/api/training-runs/{runId}/repeats',
  summary: 'Repeat a run with other seeds, to see what its figures owe to chance',
  operationId: 'repeatRun',
  description:
    'The seeds are the same for every run: from 1 to 1000, drawn by the seed 42. Each repetition is a run of its own, a child of this one; so many as allowed are under way at a time, and the end of one starts the next. Asked again, it goes on, with more where more are asked for. 409 for a run that is a repetition itself.',
  access: 'trainer',
  params: runParams,
  query: noQuery,
  body: repeatRequestSchema,
  result: repeatsViewSchema,
  success: 202,
  mayConflict: true,
  async handle(cp, { params, body, caller, idempotencyKey }) {
    const run = await visibleRun(cp, caller, params.runId);
    const slot = idempotencySlot(caller.id, idempotencyKey, { runId: run.runId, action: 'repeat', ...body });
    const before = await recall(cp.store, slot, repeatsViewSchema);
    if (before) return { body: before, isReplay: true };
    const view = await requestRepeats(cp, run, body, caller.id);
    const { outcome, isReplay } = await cp.store.transaction((tx) =>
      once(tx, slot, repeatsViewSchema, cp.now(), async () => view),
    );
    return { body: outcome, isReplay };
  },
});

const external = defineRoute({
  method: 'POST',
  path: '/api/training-runs/{runId}/external',
  summary: 'Say where a run is in an MLflow tracking server',
  operationId: 'nameExternal',
  description:
    'Whoever writes runs to such a server says it, as `trainyard export mlflow` and the function `mlflow` do; nothing is asked there. What is said last holds, of a run that goes on or has ended.',
  access: 'trainer',
  params: runParams,
  query: noQuery,
  body: externalRequestSchema,
  result: runViewSchema,
  success: 200,
  async handle(cp, { params, body, caller, idempotencyKey }) {
    const { runId } = await visibleRun(cp, caller, params.runId);
    const slot = idempotencySlot(caller.id, idempotencyKey, { runId, action: 'external', ...body });
    const before = await recall(cp.store, slot, runSchema);
    if (before) return { body: viewOf(before), isReplay: true };
    const run = await nameExternal(cp, runId, body);
    if (!run) throw notFound(`run ${runId}`);
    const { outcome, isReplay } = await cp.store.transaction((tx) =>
      once(tx, slot, runSchema, cp.now(), async () => run),
    );
    return { body: viewOf(outcome), isReplay };
  },
});

export const controlRunRoutes: readonly Route[] = [cancel, retry, trainFullRoute, repeat, external];
