/** Every query of the control plane, by name: the only place that makes one, so that each is known to have its index. */
import {
  isLowerBetter,
  isTerminal,
  paths,
  resultField,
  runStatusSchema,
  type OrderMetric,
  type PresetKind,
  type RunStatus,
} from '@trainyard/shared';
import { listened } from '@trainyard/shared/feed/queries';
import type { Filter, Query, StoredDocument } from './ports/documentStore/documentStore.js';

/** Where a page begins and how long it is. */
export interface Page {
  startAfter?: StoredDocument | undefined;
  limit: number;
}

const OPEN: readonly RunStatus[] = runStatusSchema.options.filter((status) => !isTerminal(status));

/** Collections whose documents are kept until their `expiresAt`. */
export const EXPIRING = [paths.idempotencyKeys, paths.notifications] as const;
type Expiring = (typeof EXPIRING)[number];

const equal = (field: string, value: string): Filter => ({ field, op: '==', value });

function paged(query: Query, { startAfter, limit }: Page): Query {
  return { ...query, ...(startAfter && { startAfter }), limit };
}

/** Those of a log in the other direction are read from its end. */
const logChunks = (runId: string, direction: 'asc' | 'desc'): Query => ({
  collection: paths.logs(runId),
  orderBy: [
    { field: 'attempt', direction },
    { field: 'seq', direction },
  ],
});

export const queries = {
  /** Runs that are not over, oldest first. */
  openRuns: (page: Page) => paged(listened.openRuns(undefined), page),
  /** Runs that have jobs which nobody wants any more, those first that have had one for longest. */
  stoppingRuns: (page: Page) =>
    paged({ collection: paths.runs, orderBy: [{ field: 'stopping.since', direction: 'asc' }] }, page),
  openRunsOfModel: (modelId: string, limit: number): Query => ({
    collection: paths.runs,
    where: [equal('modelId', modelId), { field: 'status', op: 'in', value: OPEN }],
    limit,
  }),
  /** Runs of a model by their numbers, at most 30 of them, in no order. */
  runsOfNumbers: (modelId: string, numbers: readonly number[]): Query => ({
    collection: paths.runs,
    where: [equal('modelId', modelId), { field: 'runNumber', op: 'in', value: numbers }],
  }),
  /** Newest first. */
  runsOfModel: (modelId: string, filter: RunFilter, page: Page) =>
    paged(
      {
        collection: paths.runs,
        where: runFilters(modelId, filter),
        orderBy: [{ field: 'createdAt', direction: 'desc' }],
      },
      page,
    ),
  /** Runs of a model by their numbers, from the first to the last. */
  runsByNumber: (modelId: string, from: number, to: number): Query => ({
    collection: paths.runs,
    where: [
      equal('modelId', modelId),
      { field: 'runNumber', op: '>=', value: from },
      { field: 'runNumber', op: '<=', value: to },
    ],
    orderBy: [{ field: 'runNumber', direction: 'asc' }],
  }),
  /** Completed runs, the best first. */
  bestRunsOfModel: (modelId: string, metric: OrderMetric, filter: Omit<RunFilter, 'status'>, page: Page) =>
    paged(
      {
        collection: paths.runs,
        where: runFilters(modelId, { ...filter, status: 'completed' }),
        orderBy: [{ field: resultField(metric), direction: isLowerBetter(metric) ? 'asc' : 'desc' }],
      },
      page,
    ),
  /** Runs that came from a run: the whole ones of a quick test, or its children. */
  runsFrom: (field: 'quickRunId' | 'parentRunId', runId: string): Query => ({
    collection: paths.runs,
    where: [equal(field, runId)],
  }),
  /** The summaries of all runs of a model, in any order: to order them, one machine's store would look into each. */
  summaryPages: (modelId: string): Query => ({ collection: paths.summaryPages(modelId) }),
  /** Of the summaries these fields alone, such as tell whether a page has changed. */
  summaryHeads: (modelId: string, fields: readonly string[]): Query => ({
    collection: paths.summaryPages(modelId),
    fields,
  }),
  /** Whether any run was made of a preset's version. */
  runsOfPreset: (presetRef: string): Query => ({
    collection: paths.runs,
    where: [{ field: 'presets', op: 'array-contains', value: presetRef }],
    limit: 1,
  }),
  /** Runs whose stages made, or read, what has the digest; newest first. */
  runsByDigest: (side: 'madeDigests' | 'usedDigests', digest: string, page: Page) =>
    paged(
      {
        collection: paths.runs,
        where: [{ field: side, op: 'array-contains', value: digest }],
        orderBy: [{ field: 'createdAt', direction: 'desc' }],
      },
      page,
    ),
  epochs: (runId: string): Query => listened.epochs(runId),
  stages: (runId: string): Query => listened.stages(runId),
  events: (runId: string): Query => listened.events(runId),
  logChunks: (runId: string, direction: 'asc' | 'desc', page: Page) =>
    paged(logChunks(runId, direction), page),
  /** Events that wait since `settled` or longer, oldest first. */
  outbox: (settled: string, page: Page) =>
    paged(
      {
        collection: paths.outbox,
        where: [{ field: 'time', op: '<=', value: settled }],
        orderBy: [{ field: 'time', direction: 'asc' }],
      },
      page,
    ),
  /** Completed runs that are no version of their model since `settled` or longer, the earliest first. */
  registrations: (settled: string, page: Page) =>
    paged(
      {
        collection: paths.registrations,
        where: [{ field: 'completedAt', op: '<=', value: settled }],
        orderBy: [{ field: 'completedAt', direction: 'asc' }],
      },
      page,
    ),
  registrationsOfModel: (modelId: string, page: Page) =>
    paged(
      {
        collection: paths.registrations,
        where: [equal('modelId', modelId)],
        orderBy: [{ field: 'completedAt', direction: 'asc' }],
      },
      page,
    ),
  /** Runs that are to be written to MLflow once more, those first that have waited for longest. */
  mlflowRunsDue: (now: string, limit: number): Query => ({
    collection: paths.mlflowRuns,
    where: [{ field: 'retryAt', op: '<=', value: now }],
    orderBy: [{ field: 'retryAt', direction: 'asc' }],
    limit,
  }),
  /** What runs that have ended cost in a month. */
  spent: (month: string): Query => ({ collection: paths.spentRuns(month) }),
  /** Documents whose time is over. */
  expired: (collection: Expiring, now: string, limit: number): Query => ({
    collection,
    where: [{ field: 'expiresAt', op: '<=', value: now }],
    orderBy: [{ field: 'expiresAt', direction: 'asc' }],
    limit,
  }),
  /** In the order of their ids; those of the given teams, or all. */
  models: (teams: readonly string[] | undefined, page: Page) => paged(listened.models(teams), page),
  /** All of them. */
  allModels: (teams: readonly string[] | undefined): Query => listened.models(teams),
  /** By their ids. */
  experiments: (modelId: string, page: Page) =>
    paged(
      {
        collection: paths.experiments(modelId),
        orderBy: [{ field: 'experimentId', direction: 'asc' }],
      },
      page,
    ),
  /** Newest first. */
  modelVersions: (modelId: string, page: Page) =>
    paged(
      { collection: paths.modelVersions(modelId), orderBy: [{ field: 'version', direction: 'desc' }] },
      page,
    ),
  presets: (kind: PresetKind, page: Page) =>
    paged({ collection: paths.presets(kind), orderBy: [{ field: 'id', direction: 'asc' }] }, page),
  /** Newest first. */
  presetVersions: (kind: PresetKind, id: string, page: Page) =>
    paged(
      { collection: paths.presetVersions(kind, id), orderBy: [{ field: 'version', direction: 'desc' }] },
      page,
    ),
  /** Newest first. */
  sweepsOfModel: (modelId: string, page: Page) =>
    paged(
      {
        collection: paths.sweeps,
        where: [equal('modelId', modelId)],
        orderBy: [{ field: 'createdAt', direction: 'desc' }],
      },
      page,
    ),
  /** Sweeps that have not ended, those first that are open for longest. */
  openSweeps: (page: Page) =>
    paged({ collection: paths.openSweeps, orderBy: [{ field: 'since', direction: 'asc' }] }, page),
  /** The trials of greater numbers than `after`, by their numbers. */
  trials: (sweepId: string, { after, limit }: { after: number; limit: number }): Query => ({
    collection: paths.trials(sweepId),
    where: [{ field: 'number', op: '>', value: after }],
    orderBy: [{ field: 'number', direction: 'asc' }],
    limit,
  }),
  trialBlocks: (sweepId: string): Query => ({
    collection: paths.trialBlocks(sweepId),
    orderBy: [{ field: 'number', direction: 'asc' }],
  }),
  /** The first to ask first. */
  queuedTrials: (sweepId: string, limit: number): Query => ({
    ...listened.queue(sweepId),
    limit,
  }),
  finalRuns: (sweepId: string): Query => listened.finals(sweepId),
} as const;

export interface RunFilter {
  status?: RunStatus | undefined;
  /** `key=value`. */
  tag?: string | undefined;
}

function runFilters(modelId: string, { status, tag }: RunFilter): Filter[] {
  return [
    equal('modelId', modelId),
    ...(status ? [equal('status', status)] : []),
    ...(tag === undefined ? [] : [{ field: 'tagPairs', op: 'array-contains' as const, value: tag }]),
  ];
}
