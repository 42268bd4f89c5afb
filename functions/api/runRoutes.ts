import {
  eventsPageSchema,
  instantSchema,
  listRunsQuerySchema,
  logPageSchema,
  logsQuerySchema,
  metricsPageSchema,
  modelIdSchema,
  paths,
  runIdSchema,
  runPageSchema,
  runViewSchema,
  stagesPageSchema,
  startRequestSchema,
  type Run,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { notFound, ProblemError } from '../http/problemError.js';
import type { DocumentStore } from '../ports/documentStore/documentStore.js';
import { createRun } from '../runs/createRun.js';
import { recordLifecycle } from '../runs/lifecycle.js';
import { readLog, readLogTail } from '../runs/logLines.js';
import { listEpochs, listEvents, listStages, parseRun, readRun, viewOf } from '../runs/repository.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { defineRoute, defineStream } from './defineRoute.js';
import type { Route } from './route.js';
import { streamRun } from './stream.js';

const modelParams = z.strictObject({ modelId: modelIdSchema });
const runParams = z.strictObject({ runId: runIdSchema });
const noQuery = z.strictObject({});

async function existing(cp: ControlPlane, runId: string): Promise<Run> {
  const run = await readRun(cp.store, runId);
  if (!run) throw notFound(`run ${runId}`);
  return run;
}

/** The header as it is, within the limits of a document id's digest. */
function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,200}$/.test(header)) return header;
  const detail = 'Idempotency-Key is 1 to 200 visible ASCII characters, such as a UUID.';
  throw new ProblemError(400, 'invalid-idempotency-key', 'Invalid Idempotency-Key', detail);
}

const start = defineRoute({
  method: 'POST',
  path: '/api/models/{modelId}/training-runs',
  summary: 'Start a training run',
  params: modelParams,
  query: noQuery,
  body: startRequestSchema,
  result: runViewSchema,
  async handle(cp, { params, body, caller, request }) {
    const run = await createRun(cp, {
      modelId: params.modelId,
      spec: body.spec,
      requestedBy: caller,
      idempotencyKey: idempotencyKey(request.get('idempotency-key')),
    });
    return { status: 202, body: viewOf(run), headers: { location: `/api/training-runs/${run.runId}` } };
  },
});

const listCursor = z.strictObject({
  path: z.string().regex(/^runs\/[a-z2-7]{20}$/),
  createdAt: instantSchema,
});

const list = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/training-runs',
  summary: 'List the runs of a model, newest first',
  params: modelParams,
  query: listRunsQuerySchema,
  result: runPageSchema,
  async handle(cp, { params, query }) {
    const place = decodeCursor(listCursor, query.cursor);
    const found = await cp.store.query({
      collection: paths.runs,
      where: [
        { field: 'modelId', op: '==', value: params.modelId },
        ...(query.status ? [{ field: 'status', op: '==' as const, value: query.status }] : []),
      ],
      orderBy: [{ field: 'createdAt', direction: 'desc' }],
      ...(place && { startAfter: { path: place.path, data: { createdAt: place.createdAt } } }),
      limit: query.limit + 1,
    });
    const page = found.slice(0, query.limit).map(parseRun);
    const last = page.at(-1);
    const nextCursor =
      found.length > query.limit && last
        ? encodeCursor({ path: paths.run(last.runId), createdAt: last.createdAt })
        : null;
    return { status: 200, body: { runs: page.map(viewOf), nextCursor } };
  },
});

const get = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}',
  summary: 'Read a run',
  params: runParams,
  query: noQuery,
  result: runViewSchema,
  handle: async (cp, { params }) => ({ status: 200, body: viewOf(await existing(cp, params.runId)) }),
});

/** A route that gives what is stored below a run, all of it. */
function readOfRun<T>(
  path: string,
  summary: string,
  result: z.ZodType<T>,
  read: (store: DocumentStore, runId: string) => Promise<T>,
): Route {
  return defineRoute({
    method: 'GET',
    path: `/api/training-runs/{runId}/${path}`,
    summary,
    params: runParams,
    query: noQuery,
    result,
    async handle(cp, { params }) {
      await existing(cp, params.runId);
      return { status: 200, body: await read(cp.store, params.runId) };
    },
  });
}

const metrics = readOfRun('metrics', 'Read the epochs of a run', metricsPageSchema, async (store, runId) => ({
  epochs: await listEpochs(store, runId),
}));

const stages = readOfRun(
  'stages',
  'Read the finished stages of a run',
  stagesPageSchema,
  async (store, runId) => ({
    stages: await listStages(store, runId),
  }),
);

const events = readOfRun('events', 'Read what happened to a run', eventsPageSchema, async (store, runId) => ({
  events: await listEvents(store, runId),
}));

const logCursor = z.strictObject({ path: z.string(), attempt: z.int(), seq: z.int() });

const logs = defineRoute({
  method: 'GET',
  path: '/api/training-runs/{runId}/logs',
  summary: 'Read the trainer’s log lines in order, or the last of them',
  params: runParams,
  query: logsQuerySchema,
  result: logPageSchema,
  async handle(cp, { params, query }) {
    await existing(cp, params.runId);
    if (query.tail !== undefined) {
      const lines = await readLogTail(cp.store, params.runId, query.tail);
      return { status: 200, body: { lines, nextCursor: null } };
    }
    const { lines, end } = await readLog(cp.store, params.runId, decodeCursor(logCursor, query.cursor));
    // The cursor is given even at the end, so that a follower can ask for what comes after.
    return { status: 200, body: { lines, nextCursor: end ? encodeCursor(end) : null } };
  },
});

const cancel = defineRoute({
  method: 'POST',
  path: '/api/training-runs/{runId}/cancel',
  summary: 'Cancel a run; harmless when it has ended or is being cancelled',
  params: runParams,
  query: noQuery,
  body: z.strictObject({}),
  result: runViewSchema,
  async handle(cp, { params }) {
    const applied = await recordLifecycle(cp, params.runId, () => ({ type: 'cancelRequested' }));
    if (!applied) throw notFound(`run ${params.runId}`);
    return { status: 202, body: viewOf(applied.run) };
  },
});

const stream = defineStream({
  method: 'GET',
  path: '/api/training-runs/{runId}/stream',
  summary: 'Follow a run: Server-Sent Events `run`, `stage` and `epoch`, until it ends',
  params: runParams,
  async stream(cp, { runId }, response) {
    await existing(cp, runId);
    await streamRun(cp, runId, response);
  },
});

const health = defineRoute({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the API answers',
  params: noQuery,
  query: noQuery,
  result: z.strictObject({ status: z.literal('ok') }),
  handle: async () => ({ status: 200, body: { status: 'ok' as const } }),
});

export const routes: readonly Route[] = [
  start,
  list,
  get,
  metrics,
  stages,
  events,
  logs,
  cancel,
  stream,
  health,
];
