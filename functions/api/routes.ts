import type { Route } from './route.js';
import { controlRunRoutes } from './routes/controlRun.js';
import { healthRoute } from './routes/health.js';
import { bestRunsRoute, listRunsRoute } from './routes/listRuns.js';
import { modelRoutes } from './routes/models.js';
import { allPresetRoutes } from './routes/presets.js';
import { readRunRoutes } from './routes/readRun.js';
import { startRoute } from './routes/startRun.js';
import { streamRoute } from './routes/streamRun.js';

/** Every route of the API. */
export const routes: readonly Route[] = [
  startRoute,
  listRunsRoute,
  ...readRunRoutes,
  streamRoute,
  ...controlRunRoutes,
  ...modelRoutes,
  bestRunsRoute,
  ...allPresetRoutes,
  healthRoute,
];
