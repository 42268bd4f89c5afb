import {
  modelChangeSchema,
  modelPageSchema,
  modelIdSchema,
  modelVersionPageSchema,
  modelVersionViewSchema,
  modelViewSchema,
  movedVersionViewSchema,
  pageQuerySchema,
  paths,
  promoteRequestSchema,
} from '@trainyard/shared';
import { teamsOf } from '@trainyard/shared/feed/queries';
import { z } from 'zod';
import { notFound } from '../../errors/domainError.js';
import { changeModel } from '../../models/changeModel.js';
import type { Done } from '../../idempotency.js';
import { promote, rollback, type Moved } from '../../models/promote.js';
import {
  modelViewOf,
  parseModel,
  parseVersion,
  readVersion,
  versionViewOf,
} from '../../models/repository.js';
import { queries } from '../../queries.js';
import { hasRole } from '../caller.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { defineRoute } from '../defineRoute.js';
import { forbidden } from '../forbidden.js';
import type { Answer, Route } from '../route.js';
import { modelParams, noBody, noParams, noQuery, versionParams, visibleModel } from './parameters.js';

const modelCursor = z.strictObject({ modelId: modelIdSchema });

const list = defineRoute({
  method: 'GET',
  path: '/api/models',
  summary: 'List the models that the caller sees, by id',
  operationId: 'listModels',
  access: 'viewer',
  params: noParams,
  query: pageQuerySchema,
  result: modelPageSchema,
  success: 200,
  async handle(cp, { query: { cursor, limit }, caller }) {
    const place = decodeCursor(modelCursor, cursor);
    const startAfter = place && { path: paths.model(place.modelId), data: place };
    const found = await cp.store.query(queries.models(teamsOf(caller), { startAfter, limit: limit + 1 }));
    const models = found.slice(0, limit).map(parseModel);
    const last = models.at(-1);
    const nextCursor = found.length > limit && last ? encodeCursor({ modelId: last.modelId }) : null;
    return { body: { models: models.map(modelViewOf), nextCursor } };
  },
});

const get = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}',
  summary: 'Read a model: its versions in production and staging, its best metrics, its teams',
  operationId: 'getModel',
  access: 'viewer',
  params: modelParams,
  query: noQuery,
  result: modelViewSchema,
  success: 200,
  handle: async (cp, { params, caller }) => ({
    body: modelViewOf(await visibleModel(cp, caller, params.modelId)),
  }),
});

const change = defineRoute({
  method: 'POST',
  path: '/api/models/{modelId}',
  summary:
    'Set the name, the teams, the retraining policy, the monthly budget or the gate sets of a model; makes it where there is none',
  operationId: 'updateModel',
  description: 'What the body leaves out stays as it is.',
  access: 'admin',
  params: modelParams,
  query: noQuery,
  body: modelChangeSchema,
  result: modelViewSchema,
  success: 201,
  locates: true,
  otherSuccess: {
    status: 200,
    description: 'There was a model of this id, which is changed',
    result: modelViewSchema,
  },
  async handle(cp, { params: { modelId }, body, caller, idempotencyKey }) {
    const { outcome, isReplay } = await changeModel(cp, modelId, body, { by: caller.id, idempotencyKey });
    const view = modelViewOf(outcome.model);
    if (!outcome.isNew) return { status: 200, body: view, isReplay };
    return { status: 201, body: view, headers: { location: `/api/models/${modelId}` }, isReplay };
  },
});

const versionCursor = z.strictObject({ version: z.int().min(1) });

const versions = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/versions',
  summary: 'List the versions of a model, newest first',
  operationId: 'listModelVersions',
  description:
    'Each completed run becomes a version, within moments of its end: `model.version.registered` says when it is there.',
  access: 'viewer',
  params: modelParams,
  query: pageQuerySchema,
  result: modelVersionPageSchema,
  success: 200,
  async handle(cp, { params, query: { cursor, limit }, caller }) {
    const { modelId } = await visibleModel(cp, caller, params.modelId);
    const place = decodeCursor(versionCursor, cursor);
    const startAfter = place && { path: paths.modelVersion(modelId, place.version), data: place };
    const found = await cp.store.query(queries.modelVersions(modelId, { startAfter, limit: limit + 1 }));
    const page = found.slice(0, limit).map(parseVersion);
    const last = page.at(-1);
    const nextCursor = found.length > limit && last ? encodeCursor({ version: last.version }) : null;
    return { body: { versions: page.map(versionViewOf), nextCursor } };
  },
});

const version = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/versions/{version}',
  summary: 'Read a version: its run, artifacts, metrics, gates and stages',
  operationId: 'getModelVersion',
  access: 'viewer',
  params: versionParams,
  query: noQuery,
  result: modelVersionViewSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const { modelId } = await visibleModel(cp, caller, params.modelId);
    const found = await readVersion(cp.store, modelId, params.version);
    if (!found) throw notFound(`version ${params.version} of model ${modelId}`);
    return { body: versionViewOf(found) };
  },
});

const promoteVersion = defineRoute({
  method: 'POST',
  path: '/api/models/{modelId}/versions/{version}/promote',
  summary: 'Put a version into staging or production; harmless when it is there',
  operationId: 'promoteModelVersion',
  description: '409 where a gate did not pass; administrators override that with `force`.',
  access: 'trainer',
  params: versionParams,
  query: noQuery,
  body: promoteRequestSchema,
  result: movedVersionViewSchema,
  success: 200,
  mayConflict: true,
  async handle(cp, { params, body, caller, idempotencyKey }) {
    if (body.force && !hasRole(caller, 'admin')) throw forbidden('admin');
    await visibleModel(cp, caller, params.modelId);
    return movedAnswer(await promote(cp, { ...params, ...body, by: caller.id, idempotencyKey }));
  },
});

const rollbackModel = defineRoute({
  method: 'POST',
  path: '/api/models/{modelId}/rollback',
  summary: 'Put the version that was in production before into production again',
  operationId: 'rollbackModel',
  access: 'trainer',
  params: modelParams,
  query: noQuery,
  body: noBody,
  result: movedVersionViewSchema,
  success: 200,
  mayConflict: true,
  async handle(cp, { params, caller, idempotencyKey }) {
    const { modelId } = await visibleModel(cp, caller, params.modelId);
    return movedAnswer(await rollback(cp, { modelId, by: caller.id, idempotencyKey }));
  },
});

function movedAnswer({ outcome, isReplay }: Done<Moved>): Answer<z.infer<typeof movedVersionViewSchema>> {
  return { body: { ...versionViewOf(outcome.version), model: outcome.pointers }, isReplay };
}

export const modelRoutes: readonly Route[] = [
  list,
  get,
  change,
  versions,
  version,
  promoteVersion,
  rollbackModel,
];
