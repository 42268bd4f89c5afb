import {
  evaluationReportSchema,
  eventsPageSchema,
  logPageSchema,
  logsQuerySchema,
  metricsPageSchema,
  runLinksSchema,
  relativesSchema,
  repeatsViewSchema,
  runViewSchema,
  stagesPageSchema,
} from '@trainyard/shared';
import { z } from 'zod';
import { runPage } from '../../notify/pages.js';
import type { DocumentStore } from '../../ports/documentStore/documentStore.js';
import { readEvaluation } from '../../runs/results/evaluation.js';
import { repeatsOf } from '../../runs/related/repeats.js';
import { relativesOf } from '../../runs/related/relatives.js';
import { readLog, readLogTail } from '../../runs/logLines.js';
import { listEpochs, listEvents, listStages, viewOf } from '../../runs/repository.js';
import { maySee } from '../caller.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { defineRoute } from '../defineRoute.js';
import type { Route } from '../route.js';
import { noQuery, runParams, visibleRun } from './parameters.js';

const get = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}',
  summary: 'Read a run',
  operationId: 'getRun',
  description:
    'Its status, stage, epoch, progress, latest metrics, use of the machine and cost; once it has ended its result and gates, or its error.',
  access: 'viewer',
  params: runParams,
  query: noQuery,
  result: runViewSchema,
  success: 200,
  handle: async (cp, { params, caller }) => ({ body: viewOf(await visibleRun(cp, caller, params.runId)) }),
});

const relatives = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}/relatives',
  summary: 'Read which runs a run comes from, and which come from it',
  operationId: 'getRunRelatives',
  description: 'A quick test and the runs on everything that came from it; a parent and its children.',
  access: 'viewer',
  params: runParams,
  query: noQuery,
  result: relativesSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const run = await visibleRun(cp, caller, params.runId);
    return { body: await relativesOf(cp.store, run, ({ teams }) => maySee(caller, teams)) };
  },
});

const repeats = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}/repeats',
  summary: 'Read the repetitions of a run, and how far its metrics depend on the seed',
  operationId: 'getRunRepeats',
  access: 'viewer',
  params: runParams,
  query: noQuery,
  result: repeatsViewSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const { runId } = await visibleRun(cp, caller, params.runId);
    return { body: await repeatsOf(cp, runId) };
  },
});

/** A route that gives what is stored below a run, all of it. */
function readBelow<T>(
  path: string,
  operationId: string,
  summary: string,
  result: z.ZodType<T>,
  read: (store: DocumentStore, runId: string) => Promise<T>,
): Route {
  return defineRoute({
    method: 'GET',
    path: `/api/training-runs/{runId}/${path}`,
    operationId,
    summary,
    access: 'viewer',
    params: runParams,
    query: noQuery,
    result,
    success: 200,
    async handle(cp, { params, caller }) {
      await visibleRun(cp, caller, params.runId);
      return { body: await read(cp.store, params.runId) };
    },
  });
}

const metrics = readBelow(
  'metrics',
  'listEpochs',
  'Read the epochs of a run',
  metricsPageSchema,
  async (store, runId) => ({
    epochs: await listEpochs(store, runId),
  }),
);

const stages = readBelow(
  'stages',
  'listStages',
  'Read the finished stages of a run',
  stagesPageSchema,
  async (store, runId) => ({ stages: await listStages(store, runId) }),
);

const events = readBelow(
  'events',
  'listRunEvents',
  'Read what happened to a run, in order',
  eventsPageSchema,
  async (store, runId) => ({
    events: await listEvents(store, runId),
  }),
);

const links = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}/links',
  summary: 'Read where people look at a run',
  operationId: 'getRunLinks',
  access: 'viewer',
  params: runParams,
  query: noQuery,
  result: runLinksSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const { runId, consoleUrl, external } = await visibleRun(cp, caller, params.runId);
    const page = runPage(cp.config.notifications, runId);
    return { body: { page, console: consoleUrl, mlflow: external?.mlflowUrl ?? null } };
  },
});

const logCursor = z.strictObject({ path: z.string(), attempt: z.int(), seq: z.int() });

const logs = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}/logs',
  summary: 'Read the trainer’s log lines in order, or the last of them',
  operationId: 'listLogLines',
  description:
    '`nextCursor` is null after the last page, as in every list. Whoever follows a run asks with `endCursor` for what is logged later.',
  access: 'viewer',
  params: runParams,
  query: logsQuerySchema,
  result: logPageSchema,
  success: 200,
  async handle(cp, { params, query, caller }) {
    await visibleRun(cp, caller, params.runId);
    const { lines, end, hasMore } = await (query.tail === undefined
      ? readLog(cp.store, params.runId, decodeCursor(logCursor, query.cursor))
      : readLogTail(cp.store, params.runId, query.tail));
    const endCursor = end ? encodeCursor(end) : null;
    return { body: { lines, nextCursor: hasMore ? endCursor : null, endCursor } };
  },
});

const evaluation = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}/evaluation',
  summary: 'Read how good a completed run is',
  operationId: 'getEvaluation',
  description:
    'The verdict, every metric with its interval, other methods, slices, importance, samples: all that the report of the run is made of.',
  access: 'viewer',
  params: runParams,
  query: noQuery,
  result: evaluationReportSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    return { body: await readEvaluation(cp.objects, await visibleRun(cp, caller, params.runId)) };
  },
});

export const readRunRoutes: readonly Route[] = [
  get,
  relatives,
  repeats,
  metrics,
  stages,
  events,
  links,
  logs,
  evaluation,
];
