import {
  addTrialRequestSchema,
  extendRequestSchema,
  finalizeRequestSchema,
  instantSchema,
  pageQuerySchema,
  paths,
  queuedTrialViewSchema,
  runViewSchema,
  sweepFindingsSchema,
  sweepIdSchema,
  sweepLinksSchema,
  sweepPageSchema,
  sweepRequestSchema,
  sweepViewSchema,
  trialPageSchema,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../../controlPlane.js';
import { readModel } from '../../models/repository.js';
import { sweepPage } from '../../notify/pages.js';
import { queries } from '../../queries.js';
import { viewOf } from '../../runs/repository.js';
import { changeSweep, type SweepChange } from '../../sweeps/changeSweep.js';
import { createSweep } from '../../sweeps/createSweep.js';
import { parseSweep, parseTrial } from '../../sweeps/documents.js';
import { finalizeSweep } from '../../sweeps/finalize.js';
import { queueTrial } from '../../sweeps/queueTrial.js';
import { readTrials } from '../../sweeps/history.js';
import { readReport } from '../../sweeps/report/readReport.js';
import { renderSweep } from '../../sweeps/report/renderSweep.js';
import { findingsOf } from '../../sweeps/report/sweepFile.js';
import { readSweepView } from '../../sweeps/view.js';
import { maySee } from '../caller.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { definePage, defineRoute } from '../defineRoute.js';
import type { Answer, Call, Route } from '../route.js';
import { modelParams, noBody, noQuery, refuseOtherTeams, visibleSweep } from './parameters.js';

const sweepParams = z.strictObject({ sweepId: sweepIdSchema });

const start = defineRoute({
  method: 'POST',
  path: '/api/models/{modelId}/sweeps',
  summary: 'Start a sweep: runs that try different parameters of one specification',
  operationId: 'startSweep',
  description:
    'The answer comes as soon as the sweep is recorded. Its trials are ordinary runs, `trial-1` and so on, with the sweep as `parentRunId`; each that ends makes room for the next one.',
  access: 'trainer',
  params: modelParams,
  query: noQuery,
  body: sweepRequestSchema,
  result: sweepViewSchema,
  success: 202,
  locates: true,
  async handle(cp, { params, body, caller, idempotencyKey }) {
    const { outcome, isReplay } = await createSweep(
      cp,
      { modelId: params.modelId, request: body, by: caller.id, idempotencyKey },
      (model) => refuseOtherTeams(caller, model),
    );
    const location = `/api/sweeps/${outcome.sweepId}`;
    return { body: outcome, headers: { location }, isReplay };
  },
});

const placeSchema = z.strictObject({
  path: z.string().regex(/^sweeps\/[a-z2-7]{20}$/),
  createdAt: instantSchema,
});

const list = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/sweeps',
  summary: 'List the sweeps of a model, newest first',
  operationId: 'listSweeps',
  access: 'viewer',
  params: modelParams,
  query: pageQuerySchema,
  result: sweepPageSchema,
  success: 200,
  async handle(cp, { params: { modelId }, query: { cursor, limit }, caller }) {
    const place = decodeCursor(placeSchema, cursor);
    const model = await readModel(cp.store, modelId);
    // As of a model that nobody has started yet: its id has no sweeps.
    if (model && !maySee(caller, model.teams)) return { body: { sweeps: [], nextCursor: null } };
    const startAfter = place && { path: place.path, data: { createdAt: place.createdAt } };
    const found = await cp.store.query(queries.sweepsOfModel(modelId, { startAfter, limit: limit + 1 }));
    const page = found.slice(0, limit).map(parseSweep);
    const last = page.at(-1);
    const nextCursor =
      found.length > limit && last
        ? encodeCursor({ path: paths.sweep(last.sweepId), createdAt: last.createdAt })
        : null;
    const sweeps = await Promise.all(page.map((sweep) => readSweepView(cp.store, sweep)));
    return { body: { sweeps, nextCursor } };
  },
});

const get = defineRoute({
  method: 'GET',
  path: '/api/sweeps/{sweepId}',
  summary: 'Read a sweep: what it searches, how far it is, its best trial',
  operationId: 'getSweep',
  access: 'viewer',
  params: sweepParams,
  query: noQuery,
  result: sweepViewSchema,
  success: 200,
  handle: async (cp, { params, caller }) => ({
    body: await readSweepView(cp.store, await visibleSweep(cp, caller, params.sweepId)),
  }),
});

const links = defineRoute({
  method: 'GET',
  path: '/api/sweeps/{sweepId}/links',
  summary: 'Read where people look at a sweep',
  operationId: 'getSweepLinks',
  access: 'viewer',
  params: sweepParams,
  query: noQuery,
  result: sweepLinksSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const { sweepId } = await visibleSweep(cp, caller, params.sweepId);
    return { body: { page: sweepPage(cp.config.notifications, sweepId) } };
  },
});

const trials = defineRoute({
  method: 'GET',
  path: '/api/sweeps/{sweepId}/trials',
  summary: 'List the trials of a sweep, by their numbers',
  operationId: 'listTrials',
  description:
    'Each says what it tried, from what that was decided, and what it came to; its run has everything else.',
  access: 'viewer',
  params: sweepParams,
  query: pageQuerySchema,
  result: trialPageSchema,
  success: 200,
  async handle(cp, { params, query: { cursor, limit }, caller }) {
    const { sweepId } = await visibleSweep(cp, caller, params.sweepId);
    const after = decodeCursor(z.strictObject({ number: z.int().min(1) }), cursor)?.number ?? 0;
    const found = await cp.store.query(queries.trials(sweepId, { after, limit: limit + 1 }));
    const page = found.slice(0, limit).map(parseTrial);
    const last = page.at(-1);
    const nextCursor = found.length > limit && last ? encodeCursor({ number: last.number }) : null;
    return { body: { trials: page.map(({ schemaVersion: _version, ...trial }) => trial), nextCursor } };
  },
});

const findings = defineRoute({
  method: 'GET',
  path: '/api/sweeps/{sweepId}/findings',
  summary:
    'Read what a sweep has found: the importance of parameters, the best so far, what their values came to',
  operationId: 'getSweepFindings',
  description:
    'Computed at each request of the trials as they are: read it again when more of them have ended. Of pruned trials counts what they had come to.',
  access: 'viewer',
  params: sweepParams,
  query: noQuery,
  result: sweepFindingsSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const sweep = await visibleSweep(cp, caller, params.sweepId);
    const [view, found] = await Promise.all([
      readSweepView(cp.store, sweep),
      readTrials(cp.store, sweep.sweepId),
    ]);
    return { body: findingsOf(view, found) };
  },
});

const report = definePage({
  method: 'GET',
  path: '/api/sweeps/{sweepId}/report',
  summary: 'Read the report of a sweep, a page for people',
  operationId: 'getSweepReport',
  description:
    'What was found as it is now: the best specification, how the search went on, what mattered, every trial, and what the best one was worth once it was retrained. It needs nothing else and comes with `Content-Security-Policy: sandbox`.',
  access: 'viewer',
  params: sweepParams,
  query: noQuery,
  page: async (cp, { params, caller }) =>
    renderSweep(await readReport(cp, await visibleSweep(cp, caller, params.sweepId))),
});

type SweepCall = Call<z.infer<typeof sweepParams>, unknown, unknown>;

async function changed(
  cp: ControlPlane,
  { params: { sweepId }, caller, idempotencyKey }: Pick<SweepCall, 'params' | 'caller' | 'idempotencyKey'>,
  change: SweepChange,
): Promise<Answer<z.infer<typeof sweepViewSchema>>> {
  await visibleSweep(cp, caller, sweepId);
  const { outcome, isReplay } = await changeSweep(cp, { sweepId, change, by: caller.id, idempotencyKey });
  return { body: outcome, isReplay };
}

/** What the routes that change a sweep without saying more have in common. */
const plainChange = {
  method: 'POST',
  access: 'trainer',
  params: sweepParams,
  query: noQuery,
  body: noBody,
  result: sweepViewSchema,
  success: 202,
} as const;

const pause = defineRoute({
  ...plainChange,
  path: '/api/sweeps/{sweepId}/pause',
  summary: 'Pause a sweep: no trial is started until it is resumed; harmless when it is paused',
  operationId: 'pauseSweep',
  description: 'Trials that run go on to their ends. 409 for a sweep that has ended.',
  mayConflict: true,
  handle: (cp, call) => changed(cp, call, { action: 'pause' }),
});

const resume = defineRoute({
  ...plainChange,
  path: '/api/sweeps/{sweepId}/resume',
  summary: 'Resume a sweep that is paused; harmless when it is not',
  operationId: 'resumeSweep',
  description: 'The time that it was paused does not count. 409 for a sweep that has ended: extend it.',
  mayConflict: true,
  handle: (cp, call) => changed(cp, call, { action: 'resume' }),
});

const cancel = defineRoute({
  ...plainChange,
  path: '/api/sweeps/{sweepId}/cancel',
  summary: 'Cancel a sweep and the trials that run; harmless when it has ended',
  operationId: 'cancelSweep',
  description: 'What its trials have found stays, and the best of them can be retrained.',
  handle: (cp, call) => changed(cp, call, { action: 'cancel' }),
});

const extend = defineRoute({
  ...plainChange,
  path: '/api/sweeps/{sweepId}/extend',
  summary: 'Extend a sweep, also one that has ended: more trials, more time, more money',
  operationId: 'extendSweep',
  description:
    'What the trials have found so far counts for those that come. 409 where it would end at once all the same, and while it is being cancelled.',
  body: extendRequestSchema,
  mayConflict: true,
  handle: (cp, call) => changed(cp, call, { action: 'extend', limits: call.body }),
});

const addTrial = defineRoute({
  ...plainChange,
  path: '/api/sweeps/{sweepId}/trials',
  summary: 'Have parameters tried that you name, before what the search suggests',
  operationId: 'addTrial',
  description:
    'It has the next number, begins as soon as there is room, and counts as one of `maxTrials`. A sweep that has ended since every combination was tried goes on with it. 409 where it has ended otherwise, its time is over or there is no trial left: extend the sweep.',
  body: addTrialRequestSchema,
  result: queuedTrialViewSchema,
  mayConflict: true,
  async handle(cp, { params, body, caller, idempotencyKey }) {
    const sweep = await visibleSweep(cp, caller, params.sweepId);
    const { parameters } = body;
    const { outcome, isReplay } = await queueTrial(cp, sweep, { parameters, by: caller.id, idempotencyKey });
    return { body: outcome, isReplay };
  },
});

const finalize = defineRoute({
  ...plainChange,
  path: '/api/sweeps/{sweepId}/finalize',
  summary: 'Retrain the best trial so far as a run of its own, which becomes a version of the model',
  operationId: 'finalizeSweep',
  description:
    'The run is evaluated on the test split and beside its baselines, and is on the tiers of the specification. Beside it, it is repeated with other seeds, and the specification that the sweep began with is trained alike; these become no versions. The same trial with the same overrides is retrained once. 409 where no trial is completed.',
  body: finalizeRequestSchema,
  result: runViewSchema,
  mayConflict: true,
  locates: true,
  async handle(cp, { params, body, caller, idempotencyKey }) {
    const sweep = await visibleSweep(cp, caller, params.sweepId);
    const asked = { ...body, by: caller.id, idempotencyKey };
    const { outcome, isReplay } = await finalizeSweep(cp, sweep, asked);
    return { body: viewOf(outcome), headers: { location: `/api/training-runs/${outcome.runId}` }, isReplay };
  },
});

export const sweepRoutes: readonly Route[] = [
  start,
  list,
  get,
  links,
  trials,
  findings,
  report,
  pause,
  resume,
  cancel,
  extend,
  addTrial,
  finalize,
];
