import { z } from 'zod';
import { defineRoute } from '../defineRoute.js';
import { noParams, noQuery } from './parameters.js';

/** By two names: Cloud Run keeps some paths that end in `z` for itself (https://cloud.google.com/run/docs/issues). */
export const healthRoutes = (
  [
    ['/health', 'getHealth'],
    ['/healthz', 'getHealthz'],
  ] as const
).map(([path, operationId]) =>
  defineRoute({
    method: 'GET',
    path,
    operationId,
    summary: 'Whether the API answers',
    access: 'anyone',
    params: noParams,
    query: noQuery,
    result: z.strictObject({ status: z.literal('ok') }).meta({ examples: [{ status: 'ok' }] }),
    success: 200,
    handle: async () => ({ body: { status: 'ok' as const } }),
  }),
);
