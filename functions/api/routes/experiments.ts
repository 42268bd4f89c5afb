import {
  bestExperimentsSchema,
  experimentIdSchema,
  experimentLinksSchema,
  experimentPageSchema,
  experimentRequestSchema,
  experimentViewSchema,
  modelIdSchema,
  pageQuerySchema,
  paths,
  type Experiment,
} from '@trainyard/shared';
import { teamsOf } from '@trainyard/shared/feed/queries';
import { z } from 'zod';
import type { ControlPlane } from '../../controlPlane.js';
import { notFound } from '../../errors/domainError.js';
import { bestExperiments } from '../../experiments/bestExperiments.js';
import { parseExperiment, readExperiment, saveExperiment } from '../../experiments/experiments.js';
import { experimentPage } from '../../notify/pages.js';
import { queries } from '../../queries.js';
import type { Caller } from '../caller.js';
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

const experimentParams = z.strictObject({ modelId: modelIdSchema, experimentId: experimentIdSchema });

async function visibleExperiment(
  cp: Pick<ControlPlane, 'store'>,
  caller: Caller,
  { modelId, experimentId }: z.infer<typeof experimentParams>,
): Promise<Experiment> {
  await visibleModel(cp, caller, modelId);
  const found = await readExperiment(cp.store, modelId, experimentId);
  if (!found) throw notFound(`experiment ${experimentId} of model ${modelId}`);
  return found;
}

const get = defineRoute({
  method: 'GET',
  path: `${PATH}/{experimentId}`,
  summary: 'Read an experiment: what it is for, whose it is, its tags',
  operationId: 'getExperiment',
  description: 'Its runs are those that the filter `experiment = "…"` takes.',
  access: 'viewer',
  params: experimentParams,
  query: noQuery,
  result: experimentViewSchema,
  success: 200,
  handle: async (cp, { params, caller }) => ({ body: viewOf(await visibleExperiment(cp, caller, params)) }),
});

const links = defineRoute({
  method: 'GET',
  path: `${PATH}/{experimentId}/links`,
  summary: 'Read where people look at an experiment',
  operationId: 'getExperimentLinks',
  access: 'viewer',
  params: experimentParams,
  query: noQuery,
  result: experimentLinksSchema,
  success: 200,
  async handle(cp, { params, caller }) {
    const experiment = await visibleExperiment(cp, caller, params);
    return { body: { page: experimentPage(cp.config.notifications, experiment) } };
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

export const experimentRoutes: readonly Route[] = [save, list, get, links, best];
