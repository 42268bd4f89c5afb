import { z } from 'zod';
import { defineRoute } from '../defineRoute.js';
import { noParams, noQuery } from './parameters.js';

export const healthRoute = defineRoute({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the API answers',
  access: 'anyone',
  params: noParams,
  query: noQuery,
  result: z.strictObject({ status: z.literal('ok') }),
  success: 200,
  handle: async () => ({ body: { status: 'ok' as const } }),
});
