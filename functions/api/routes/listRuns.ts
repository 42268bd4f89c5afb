import {
  bestRunsQuerySchema,
  bestRunsSchema,
  canonicalMetricName,
  instantSchema,
  listRunsQuerySchema,
  paths,
  runName,
  runPageSchema,
  type ModelDocument,
  type OrderMetric,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../../controlPlane.js';
import type { StoredDocument } from '../../ports/documentStore/documentStore.js';
import { queries } from '../../queries.js';
import { parseRun, viewOf } from '../../runs/repository.js';
import { maySee } from '../caller.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { defineRoute } from '../defineRoute.js';
import { readModel } from '../../models/repository.js';
import { askedDigest, findRuns, foundCursorSchema, type RunsAsked } from '../../runs/summaries/findRuns.js';
import { bestRuns, primaryMetricOf } from '../../runs/results/bestRuns.js';
import { modelParams, visibleModel } from './parameters.js';

type ListQuery = z.infer<typeof listRunsQuerySchema>;

const path = z.string().regex(/^runs\/[a-z2-7]{20}$/);
/** Where a list in the order of time goes on, or one in the order of a metric. */
const cursorSchema = z.union([
  z.strictObject({ path, createdAt: instantSchema }),
  z.strictObject({ path, value: z.number() }),
]);

export const listRunsRoute = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/training-runs',
  summary: 'List the runs of a model, newest first, or by a filter and an order',
  operationId: 'listRuns',
  description:
    '`filter` and `orderBy` reach every metric, dotted parameter and tag. `cursor` goes on where a page ended; it belongs to the filter and the order that it was given out for.',
  access: 'viewer',
  params: modelParams,
  query: listRunsQuerySchema,
  result: runPageSchema,
  success: 200,
  async handle(cp, { params, query, caller }) {
    const isFiltered = [query.filter, query.orderBy, query.search].some((asked) => asked !== undefined);
    const startAfter = isFiltered ? undefined : placeOf(query);
    const model = await readModel(cp.store, params.modelId);
    const isSeen = model && maySee(caller, model.teams);
    if (isFiltered)
      return { body: await foundRuns(cp, isSeen ? model : { ...params, lastRunNumber: 0 }, query) };
    // As of a model that nobody has started yet: its id has no runs.
    if (model && !isSeen) return { body: { runs: [], nextCursor: null } };
    const page = { startAfter, limit: query.limit + 1 };
    const documents = await cp.store.query(
      query.bestBy
        ? queries.bestRunsOfModel(params.modelId, query.bestBy, query, page)
        : queries.runsOfModel(params.modelId, query, page),
    );
    const runs = documents.slice(0, query.limit).map(parseRun);
    const last = runs.at(-1);
    const nextCursor =
      documents.length > query.limit && last ? encodeCursor(placeAfter(last, query.bestBy)) : null;
    return { body: { runs: runs.map(viewOf), nextCursor } };
  },
});

/** By a filter or an order of the caller's own. */
async function foundRuns(
  cp: ControlPlane,
  model: Pick<ModelDocument, 'modelId' | 'lastRunNumber'>,
  { filter, orderBy, search, bestBy, status, tag, cursor, limit }: ListQuery,
): Promise<z.infer<typeof runPageSchema>> {
  const best = bestBy && { orderBy: bestBy, status: 'completed' as const };
  const asked: RunsAsked = { filter, orderBy, search, status, tag, ...best };
  const after = decodeCursor(foundCursorSchema, cursor);
  // A cursor of another filter or order points nowhere.
  if (after && after.of !== askedDigest(asked)) decodeCursor(z.never(), cursor);
  const { runs, next, unsearched } = await findRuns(cp, model, asked, { after, limit });
  const nextCursor = next && encodeCursor(next);
  return { runs: runs.map(viewOf), nextCursor, ...(unsearched > 0 && { unsearched }) };
}

export const bestRunsRoute = defineRoute({
  method: 'GET',
  path: '/api/models/{modelId}/best-runs',
  summary: 'The completed runs with the best value of a metric',
  operationId: 'listBestRuns',
  access: 'viewer',
  params: modelParams,
  query: bestRunsQuerySchema,
  result: bestRunsSchema,
  success: 200,
  async handle(cp, { params, query, caller }) {
    const model = await visibleModel(cp, caller, params.modelId);
    const asked = query.metric && canonicalMetricName(query.metric);
    const metric = asked ?? (await primaryMetricOf(cp, params.modelId));
    if (metric === null) return { body: { metric, runs: [] } };
    const { runs: found, unsearched } = await bestRuns(cp, model, metric, query.limit);
    const runs = found.flatMap((run) => {
      const metrics = run.result?.metrics ?? {};
      const value = metrics[metric];
      return value === undefined ? [] : [{ runId: run.runId, name: runName(run), value, metrics }];
    });
    return { body: { metric, runs, ...(unsearched > 0 && { unsearched }) } };
  },
});

function placeOf({ cursor, bestBy }: ListQuery): StoredDocument | undefined {
  const place = decodeCursor(cursorSchema, cursor);
  if (!place) return undefined;
  const isOfMetric = 'value' in place;
  // A cursor of the other order points nowhere: begin anew, as with any cursor that was not given out for this list.
  if (isOfMetric !== (bestBy !== undefined)) decodeCursor(z.never(), cursor);
  return isOfMetric
    ? { path: place.path, data: { result: { metrics: { [bestBy ?? '']: place.value } } } }
    : { path: place.path, data: { createdAt: place.createdAt } };
}

function placeAfter(
  run: ReturnType<typeof parseRun>,
  bestBy: OrderMetric | undefined,
): z.infer<typeof cursorSchema> {
  const at = paths.run(run.runId);
  return bestBy
    ? { path: at, value: run.result?.metrics[bestBy] ?? 0 }
    : { path: at, createdAt: run.createdAt };
}
