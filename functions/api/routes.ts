import { z } from 'zod';
import { defineRoute } from './defineRoute.js';
import { openApiDocument } from './openapi/document.js';
import type { Route } from './route.js';
import { attachmentRoutes } from './routes/attachments.js';
import { compareRoute } from './routes/compare.js';
import { controlRunRoutes } from './routes/controlRun.js';
import { experimentRoutes } from './routes/experiments.js';
import { feedRoute } from './routes/feed.js';
import { healthRoutes } from './routes/health.js';
import { lineageRoute } from './routes/lineage.js';
import { bestRunsRoute, listRunsRoute } from './routes/listRuns.js';
import { modelRoutes } from './routes/models.js';
import { meRoute, signInRoute } from './routes/me.js';
import { noParams, noQuery } from './routes/parameters.js';
import { allPresetRoutes } from './routes/presets.js';
import { readArtifactRoute } from './routes/readArtifact.js';
import { readRunRoutes } from './routes/readRun.js';
import { runTableRoute } from './routes/runTable.js';
import { spendingRoute } from './routes/spending.js';
import { startRoute } from './routes/startRun.js';
import { streamRoute } from './routes/streamRun.js';
import { sweepRoutes } from './routes/sweeps.js';

const described: readonly Route[] = [
  startRoute,
  listRunsRoute,
  ...readRunRoutes,
  readArtifactRoute,
  ...attachmentRoutes,
  streamRoute,
  feedRoute,
  lineageRoute,
  compareRoute,
  ...controlRunRoutes,
  ...modelRoutes,
  bestRunsRoute,
  runTableRoute,
  spendingRoute,
  ...sweepRoutes,
  ...experimentRoutes,
  ...allPresetRoutes,
  meRoute,
  signInRoute,
  ...healthRoutes,
];

/** Made at the first request: it is the same for all, and anybody may ask. */
let document: ReturnType<typeof openApiDocument> | undefined;

const openApiRoute: Route = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  summary: 'Read this API as an OpenAPI 3.1 document',
  operationId: 'getOpenApiDocument',
  access: 'anyone',
  params: noParams,
  query: noQuery,
  result: z
    .record(z.string(), z.unknown())
    .meta({ examples: [{ openapi: '3.1.0', info: { title: 'Trainyard', version: '1' } }] }),
  success: 200,
  handle: async () => ({ body: (document ??= openApiDocument(routes)) }),
});

/** Every route of the API. */
export const routes: readonly Route[] = [...described, openApiRoute];
