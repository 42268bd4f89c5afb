/** What the page reads by request, by name: the key under which it is kept, and how it is read. */
import type { RunComparison } from '@trainyard/shared/comparison/runComparison';
import type { EvaluationReport } from '@trainyard/shared/evaluation/report';
import type {
  ModelPage,
  ModelView,
  PresetPage,
  PresetVersionPage,
  PresetView,
  RunPage,
  RunView,
} from '@trainyard/shared/http/bodies';
import type { MonthSpending } from '@trainyard/shared/http/spending';
import type { CallerView } from '@trainyard/shared/http/signIn';
import type { ModelVersionPage } from '@trainyard/shared/http/versions';
import type { DryRun } from '@trainyard/shared/http/estimate';
import type { RunTable } from '@trainyard/shared/http/runTable';
import type { BestExperiments } from '@trainyard/shared/http/experiments';
import type { DatasetSchema } from '@trainyard/shared/profile/datasetSchema';
import type { Profile } from '@trainyard/shared/profile/profile';
import type { Validation } from '@trainyard/shared/profile/validation';
import type { ModelManifest } from '@trainyard/shared/runs/modelManifest';
import type { PresetKind } from '@trainyard/shared/presetSections';
import type { SweepFindings } from '@trainyard/shared/sweeps/findings';
import type { SweepPage, SweepView } from '@trainyard/shared/sweeps/view';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { post, read } from './request.js';

const PAGE = 50;
export const TABLE_PAGE = 100;

/** What a table of runs holds; an empty text asks for nothing. */
export interface TableAsked {
  columns: string;
  filter: string;
  orderBy: string;
  search: string;
}

export const reads = {
  bestExperiments: queryOptions({
    queryKey: ['best-experiments'],
    queryFn: ({ signal }) => read<BestExperiments>('/api/best-experiments', {}, signal),
  }),
  models: queryOptions({
    queryKey: ['models'],
    queryFn: ({ signal }) => read<ModelPage>('/api/models', { limit: 100 }, signal),
  }),
  model: (modelId: string) =>
    queryOptions({
      queryKey: ['model', modelId],
      queryFn: ({ signal }) => read<ModelView>(`/api/models/${encodeURIComponent(modelId)}`, {}, signal),
    }),
  versions: (modelId: string) =>
    infiniteQueryOptions({
      queryKey: ['versions', modelId],
      initialPageParam: '',
      queryFn: ({ pageParam, signal }) =>
        read<ModelVersionPage>(
          `/api/models/${encodeURIComponent(modelId)}/versions`,
          { cursor: pageParam, limit: PAGE },
          signal,
        ),
      getNextPageParam: ({ nextCursor }) => nextCursor,
    }),
  runs: (modelId: string, filter: string, orderBy: string, search = '') =>
    infiniteQueryOptions({
      queryKey: ['runs', modelId, filter, orderBy, search],
      initialPageParam: '',
      queryFn: ({ pageParam, signal }) =>
        read<RunPage>(
          `/api/models/${encodeURIComponent(modelId)}/training-runs`,
          { cursor: pageParam, filter, orderBy, search, limit: PAGE },
          signal,
        ),
      getNextPageParam: ({ nextCursor }) => nextCursor,
    }),
  /** A part of the table of a model's runs, from the page of that number on, counted from 0. */
  runTable: (modelId: string, asked: TableAsked, page: number) =>
    queryOptions({
      queryKey: ['runs', modelId, 'table', asked, page],
      queryFn: ({ signal }) =>
        read<RunTable>(
          `/api/models/${encodeURIComponent(modelId)}/run-table`,
          { ...asked, offset: page * TABLE_PAGE, limit: TABLE_PAGE, names: page === 0 ? 'true' : '' },
          signal,
        ),
    }),
  comparison: (runs: string, baseline: string) =>
    queryOptions({
      queryKey: ['comparison', runs, baseline],
      queryFn: ({ signal }) =>
        read<RunComparison>('/api/compare', { runs, baseline, include: 'curves,intervals' }, signal),
    }),
  sweeps: (modelId: string) =>
    infiniteQueryOptions({
      queryKey: ['sweeps', modelId],
      initialPageParam: '',
      queryFn: ({ pageParam, signal }) =>
        read<SweepPage>(
          `/api/models/${encodeURIComponent(modelId)}/sweeps`,
          { cursor: pageParam, limit: PAGE },
          signal,
        ),
      getNextPageParam: ({ nextCursor }) => nextCursor,
    }),
  sweep: (sweepId: string) =>
    queryOptions({
      queryKey: ['sweep', sweepId],
      queryFn: ({ signal }) => read<SweepView>(`/api/sweeps/${encodeURIComponent(sweepId)}`, {}, signal),
    }),
  /** Of so many results: more of them are another answer. */
  sweepFindings: (sweepId: string, results: number) =>
    queryOptions({
      queryKey: ['sweep-findings', sweepId, results],
      queryFn: ({ signal }) =>
        read<SweepFindings>(`/api/sweeps/${encodeURIComponent(sweepId)}/findings`, {}, signal),
    }),
  /** The newest runs of a model that failed; read again when another run has ended. */
  failures: (modelId: string, ended: number) =>
    queryOptions({
      queryKey: ['failures', modelId, ended],
      placeholderData: keepPreviousData,
      queryFn: ({ signal }) =>
        read<RunPage>(
          `/api/models/${encodeURIComponent(modelId)}/training-runs`,
          { filter: 'status = "failed"', limit: 5 },
          signal,
        ),
    }),
  me: queryOptions({
    queryKey: ['me'],
    staleTime: 60_000,
    queryFn: ({ signal }) => read<CallerView>('/api/me', {}, signal),
  }),
  spending: queryOptions({
    queryKey: ['spending'],
    queryFn: ({ signal }) => read<MonthSpending>('/api/spending', {}, signal),
  }),
  preset: (kind: PresetKind, id: string, version?: number) =>
    queryOptions({
      queryKey: ['preset', kind, id, version],
      queryFn: ({ signal }) =>
        read<PresetView>(
          version === undefined ? presetPath(kind, id) : `${presetPath(kind, id)}/versions/${version}`,
          {},
          signal,
        ),
    }),
  presetVersions: (kind: PresetKind, id: string) =>
    infiniteQueryOptions({
      queryKey: ['preset-versions', kind, id],
      initialPageParam: '',
      queryFn: ({ pageParam, signal }) =>
        read<PresetVersionPage>(
          `${presetPath(kind, id)}/versions`,
          { cursor: pageParam, limit: PAGE },
          signal,
        ),
      getNextPageParam: ({ nextCursor }) => nextCursor,
    }),
  presets: (kind: PresetKind) =>
    queryOptions({
      queryKey: ['presets', kind],
      queryFn: ({ signal }) => read<PresetPage>(`/api/${kind}`, { limit: 200 }, signal),
    }),
  run: (runId: string) =>
    queryOptions({
      queryKey: ['run', runId],
      queryFn: ({ signal }) => read<RunView>(`/api/training-runs/${encodeURIComponent(runId)}`, {}, signal),
    }),
  /** What a run was expected to take before it began, on each of its tiers. */
  estimate: ({ runId, modelId, spec }: Pick<RunView, 'runId' | 'modelId' | 'spec'>) =>
    queryOptions({
      queryKey: ['estimate', runId],
      staleTime: Infinity,
      queryFn: () =>
        post<DryRun>(`/api/models/${encodeURIComponent(modelId)}/training-runs?dryRun=true`, { spec }),
    }),
  evaluation: (runId: string) =>
    queryOptions({
      queryKey: ['evaluation', runId],
      // It is written once.
      staleTime: Infinity,
      queryFn: ({ signal }) =>
        read<EvaluationReport>(`/api/training-runs/${encodeURIComponent(runId)}/evaluation`, {}, signal),
    }),
  /** The newest runs of a model on such data that have ended so. */
  newestOn: (modelId: string, uri: string, status: 'completed' | 'failed') =>
    queryOptions({
      queryKey: ['newest-on', modelId, uri, status],
      queryFn: ({ signal }) =>
        read<RunPage>(
          `/api/models/${encodeURIComponent(modelId)}/training-runs`,
          {
            filter: `status = "${status}" and params.dataset.source.uri = ${JSON.stringify(uri)}`,
            orderBy: 'createdAt desc',
            // Those that failed may not have come as far as their data.
            limit: status === 'completed' ? 1 : 10,
          },
          signal,
        ),
    }),
  profile: (runId: string) =>
    queryOptions({
      queryKey: ['profile', runId],
      // It is written once.
      staleTime: Infinity,
      queryFn: ({ signal }) => read<Profile>(artifactAddress(runId, 'data/profile.json'), {}, signal),
    }),
  dataSchema: (runId: string) =>
    queryOptions({
      queryKey: ['data-schema', runId],
      // It is written once.
      staleTime: Infinity,
      queryFn: ({ signal }) => read<DatasetSchema>(artifactAddress(runId, 'data/schema.json'), {}, signal),
    }),
  validation: (runId: string) =>
    queryOptions({
      queryKey: ['validation', runId],
      // It is written once.
      staleTime: Infinity,
      queryFn: ({ signal }) => read<Validation>(artifactAddress(runId, 'data/validation.json'), {}, signal),
    }),
  manifest: (runId: string) =>
    queryOptions({
      queryKey: ['manifest', runId],
      // It is written once.
      staleTime: Infinity,
      queryFn: ({ signal }) => read<ModelManifest>(artifactAddress(runId, 'manifest.json'), {}, signal),
    }),
} as const;

const presetPath = (kind: PresetKind, id: string) => `/api/${kind}/${encodeURIComponent(id)}`;

/** Where a file of a run's model is read. */
export function artifactAddress(runId: string, path: string): string {
  const parts = path.split('/').map(encodeURIComponent).join('/');
  return `/api/training-runs/${encodeURIComponent(runId)}/artifacts/${parts}`;
}
