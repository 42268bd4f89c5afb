import { runTableQuerySchema, runTableSchema } from '@trainyard/shared';
import { readRunTable } from '../../runs/summaries/runTable.js';
import { defineRoute } from '../defineRoute.js';
import { modelParams, visibleModel } from './parameters.js';

export const runTableRoute = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/run-table',
  summary: 'Read the runs of a model as a table of chosen columns, any part of it',
  operationId: 'getRunTable',
  description:
    'For tables of thousands of runs, of which only what is in sight is read: `offset` begins anywhere, `total` says how many there are. `listRuns` gives the runs themselves.',
  access: 'viewer',
  params: modelParams,
  query: runTableQuerySchema,
  result: runTableSchema,
  success: 200,
  handle: async (cp, { params, query, caller }) => ({
    body: await readRunTable(cp, await visibleModel(cp, caller, params.modelId), query),
  }),
});
