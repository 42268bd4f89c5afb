import { compareQuerySchema, runComparisonSchema } from '@trainyard/shared';
import { compare } from '../../comparison/compare.js';
import { maySee } from '../caller.js';
import { defineRoute } from '../defineRoute.js';
import { noParams } from './parameters.js';

export const compareRoute = defineRoute({
  method: 'GET',
  path: '/api/compare',
  summary: 'Put runs beside each other: their metrics, and what differs between them',
  operationId: 'compareRuns',
  description:
    'The runs may be of several models. Figures of other rows, or that are measured otherwise, do not say which model is better: `comparability` says so. ' +
    '404 names the runs that are not there for the caller.',
  access: 'viewer',
  params: noParams,
  query: compareQuerySchema,
  result: runComparisonSchema,
  success: 200,
  mayLack: true,
  handle: async (cp, { query, caller }) => ({
    body: await compare(cp, query, ({ teams }) => maySee(caller, teams)),
  }),
});
