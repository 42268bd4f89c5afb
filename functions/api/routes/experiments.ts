import {
  bestExperimentsSchema,
  experimentIdSchema,
  experimentPageSchema,
  experimentRequestSchema,
  experimentViewSchema,
  modelIdSchema,
  pageQuerySchema,
  paths,
  type Experiment,
} from '@trainyard/shared';
import { z } from 'zod';
import { notFound } from '../../errors/domainError.js';
import { bestExperiments } from '../../experiments/bestExperiments.js';
import { parseExperiment, readExperiment, saveExperiment } from '../../experiments/experiments.js';
import { queries } from '../../queries.js';
import { teamsOf } from '../caller.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { defineRoute } from '../defineRoute.js';
import type { Route } from '../route.js';
import { modelParams, noParams, noQuery, visibleModel } from './parameters.js';

const PATH = '/api/models/{modelId}/experiments';
const idCursor = z.strictObject({ id: experimentIdSchema });

function viewOf({ schemaVersion: _version, ...experiment }: Experiment) {
  return experiment;
}

const save = defineRoute({
  method: 'POST',
  path: PATH,
  summary: 'Get an experiment of a model, or make it; what the body says of it is changed',
  operationId: 'saveExperiment',
  description:
    'A start that names an experiment makes it as well, so that nobody has to do this first. What the body leaves out stays as it is.',
  access: 'trainer',
  params: modelParams,
  query: noQuery,
  body: experimentRequestSchema,
  result: experimentViewSchema,
  success: 201,
  locates: true,
  otherSuccess: { status: 200, description: 'There was one of this id', result: experimentViewSchema },
  async handle(cp, { params, body, caller, idempotencyKey }) {
    const { modelId } = await visibleModel(cp, caller, params.modelId);
    const asked = { by: caller.id, idempotencyKey };
    const { outcome, isReplay } = await saveExperiment(cp, modelId, body, asked);
    const view = viewOf(outcome.experiment);
    if (!outcome.isNew) return { status: 200, body: view, isReplay };
    const location = `/api/models/${modelId}/experiments/${view.experimentId}`;
    return { status: 201, body: view, headers: { location }, isReplay };
  },
});

const list = defineRoute({
  method: 'GET',
  path: PATH,
  summary: 'List the experiments of a model, by id',
  operationId: 'listExperiments',
  access: 'viewer',
  params: modelParams,
  query: pageQuerySchema,
  result: experimentPageSchema,
  success: 200,
  async handle(cp, { params, query: { cursor, limit }, caller }) {
    const { modelId } = await visibleModel(cp, caller, params.modelId);
    const place = decodeCursor(idCursor, cursor);
    const startAfter = place && {
      path: paths.experiment(modelId, place.id),
      data: { experimentId: place.id },
    };
    const found = await cp.store.query(queries.experiments(modelId, { startAfter, limit: limit + 1 }));
    const experiments = found.slice(0, limit).map(parseExperiment);
    const last = experiments.at(-1);
    const nextCursor = found.length > limit && last ? encodeCursor({ id: last.experimentId }) : null;
    return { body: { experiments: experiments.map(viewOf), nextCursor } };
  },
});

const get = defineRoute({
  method: 'GET',
  path: `${PATH}/{experimentId}`,
  summary: 'Read an experiment: what it is for, whose it is, its tags',
  operationId: 'getExperiment',
  description: 'Its runs are those that the filter `experiment = "…"` takes.',
  access: 'viewer',
  params: z.strictObject({ modelId: modelIdSchema, experimentId: experimentIdSchema }),
  query: noQuery,
  result: experimentViewSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const { modelId } = await visibleModel(cp, caller, params.modelId);
    const found = await readExperiment(cp.store, modelId, params.experimentId);
    if (!found) throw notFound(`experiment ${params.experimentId} of model ${modelId}`);
    return { body: viewOf(found) };
  },
});

const best = defineRoute({
  method: 'GET',
  path: '/api/best-experiments',
  summary: 'The ten best runs of all models that the caller sees, by the type of their models',
  operationId: 'listBestExperiments',
  access: 'viewer',
  params: noParams,
  query: noQuery,
  result: bestExperimentsSchema,
  success: 200,
  handle: async (cp, { caller }) => ({ body: await bestExperiments(cp, teamsOf(caller)) }),
});

export const experimentRoutes: readonly Route[] = [save, list, get, best];
