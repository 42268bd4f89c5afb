/** What MLflow is told of a run: its document and its epochs in, parameters, tags and points of metrics out. */
import { runName, type Epoch, type RunStatus, type RunView } from '@trainyard/shared';
import { flattened } from '@trainyard/shared/spec/flattened';
import { clipped, keyOf, KEY_BYTES, PARAMETER_BYTES, TAG_BYTES, type Pair, type Point } from './limits.js';

/** MLflow's own tags that say something: https://mlflow.org/docs/latest/tracking/tracking-api.html#system-tags. */
export const MLFLOW = {
  name: 'mlflow.runName',
  parent: 'mlflow.parentRunId',
  user: 'mlflow.user',
  source: 'mlflow.source.name',
  sourceType: 'mlflow.source.type',
  commit: 'mlflow.source.git.commit',
  note: 'mlflow.note.content',
} as const;
/** The tag by which a run is found again. */
export const RUN_ID_TAG = 'trainyard.runId';

export const mlflowStatuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type MlflowStatus = (typeof mlflowStatuses)[number];

export const STATUSES: Readonly<Record<RunStatus, MlflowStatus>> = {
  pending: 'SCHEDULED',
  provisioning: 'SCHEDULED',
  running: 'RUNNING',
  cancelling: 'RUNNING',
  completed: 'FINISHED',
  failed: 'FAILED',
  cancelled: 'KILLED',
};

/** What people call the run there. */
export function titleOf(run: RunView): string {
  return clipped(run.title === '' ? runName(run) : `${run.title} (${runName(run)})`, KEY_BYTES);
}

/** Whether a dotted key is one of those that the patterns name, in which `*` stands for anything. */
export function isWanted(key: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const source = pattern
      .split('*')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*');
    return new RegExp(`^${source}$`, 's').test(key);
  });
}

/** Of the specification, by dotted keys. The run's own seeds are there; what is longer than MLflow takes is cut. */
export function parametersOf(run: RunView, patterns: readonly string[]): { params: Pair[]; cut: string[] } {
  const wanted = Object.entries(flattened(run.spec)).filter(([key]) => isWanted(key, patterns));
  const cut: string[] = [];
  const params = wanted.map(([name, raw]) => {
    const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
    const value = clipped(text, PARAMETER_BYTES);
    if (value !== text) cut.push(name);
    return { key: keyOf(name), value };
  });
  return { params, cut };
}

/** What is known of the run beside numbers. Tags may change, so that the newest word holds. */
export function tagsOf(run: RunView, parentId: string | null, runUrl: string | undefined): Pair[] {
  const { systemTags, environment } = run;
  const commit = systemTags['git_commit'] ?? environment?.code.gitCommit;
  const tags: Record<string, string | null | undefined> = {
    ...metadataOf(run),
    ...Object.fromEntries(Object.entries(run.spec.tags).map(([key, value]) => [ownTag(key), value])),
    ...Object.fromEntries(Object.entries(systemTags).map(([key, value]) => [ownTag(key), value])),
    [RUN_ID_TAG]: run.runId,
    [MLFLOW.name]: titleOf(run),
    [MLFLOW.parent]: parentId,
    [MLFLOW.user]: run.requestedBy,
    [MLFLOW.source]: 'trainyard',
    [MLFLOW.sourceType]: 'JOB',
    [MLFLOW.commit]: commit,
    [MLFLOW.note]: noteOf(run, runUrl),
    'trainyard.name': runName(run),
    'trainyard.model': run.modelId,
    'trainyard.experiment': run.experiment,
    'trainyard.intent': run.intent,
    'trainyard.status': run.status,
    'trainyard.specDigest': run.specDigest,
    'trainyard.attempt': String(run.attempt),
    'trainyard.sweepId': run.sweep?.sweepId,
    'trainyard.trial': run.sweep && String(run.sweep.trial),
    'trainyard.repeatOf': run.repeat?.of,
    'trainyard.quickRunId': run.quickRunId,
    'trainyard.presets': run.presets.join(' '),
    ...endOf(run),
  };
  return Object.entries(tags).flatMap(([name, value]) =>
    value === null || value === undefined || value === ''
      ? []
      : [{ key: keyOf(name), value: clipped(value, TAG_BYTES) }],
  );
}

/** What begins with the names of MLflow or of our own means something else there. */
export function ownTag(key: string): string {
  return /^(mlflow|trainyard)\./.test(key) ? `tag.${key}` : key;
}

/** What a run was trained on and by, as trackers of experiments name it. */
function metadataOf({
  systemTags,
  data,
  spec,
  environment,
  job,
  retryOf,
}: RunView): Record<string, string | null | undefined> {
  const machine = environment?.machine;
  const gpus = machine?.gpus.map(({ model }) => model) ?? [];
  const versions = environment?.versions ?? {};
  return {
    dataset_version: systemTags['dataset_version'] ?? data?.snapshot ?? data?.digest,
    base_model: retryOf?.runId,
    model_type: spec.model.type,
    framework_version: Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    hardware:
      machine &&
      [
        `${machine.cpuCount} × ${machine.cpuModel ?? machine.architecture}`,
        `${machine.memoryMb} MB`,
        ...gpus,
      ].join(', '),
    'trainyard.tier': job?.tier,
    'trainyard.backend': environment?.backend?.name,
    'trainyard.image': environment?.code.image,
    'trainyard.data': data?.uri,
    'trainyard.dataRows': data && String(data.rows),
    'trainyard.dataDigest': data?.digest,
  };
}

function endOf({ result, error, gates }: RunView): Record<string, string | undefined> {
  const artifacts = Object.entries(result?.artifacts ?? {});
  return {
    ...Object.fromEntries(artifacts.map(([name, uri]) => [`trainyard.artifact.${name}`, uri])),
    'trainyard.bestEpoch': result ? String(result.bestEpoch) : undefined,
    'trainyard.verdict': result?.verdict?.decision,
    'trainyard.failedGates': gates
      .filter(({ passed }) => !passed)
      .map(({ metric }) => metric)
      .join(' '),
    'trainyard.error': error ? `${error.code}: ${error.message}` : undefined,
    'trainyard.remedy': error?.remedy ?? undefined,
  };
}

/** Markdown that MLflow shows above a run. */
function noteOf(run: RunView, runUrl: string | undefined): string {
  const link = runUrl?.replaceAll('{runId}', run.runId);
  const name = link === undefined ? runName(run) : `[${runName(run)}](${link})`;
  const error = run.error ? `\n\n${run.error.code}: ${run.error.message}` : '';
  return `Trainyard run ${name} \`${run.runId}\`${error}`;
}

/** The points of an epoch: its metrics, how long it took, and how fast it was. Its number is their step. */
export function epochPoints({ epoch: step, at, metrics, seconds, examplesPerSecond }: Epoch): Point[] {
  const timestamp = Date.parse(at);
  const named = { ...metrics, epoch_seconds: seconds, examples_per_second: examplesPerSecond };
  return points(named, { timestamp, step });
}

/**
 * The points of what a run has reached. Those that epochs tell of are of the best one, which need not be the last, and so have a name of
 * their own; baselines are told of beside them.
 */
export function outcomePoints(run: RunView, epochMetrics: ReadonlySet<string>): Point[] {
  const { result, endedAt } = run;
  const at = {
    timestamp: Date.parse(endedAt ?? run.updatedAt),
    step: result?.epochsTrained ?? run.currentEpoch,
  };
  const figures = Object.entries(result?.metrics ?? {}).map(
    ([name, value]) => [epochMetrics.has(name) ? `best/${name}` : name, value] as const,
  );
  const baselines = Object.entries(result?.baselines ?? {}).flatMap(([baseline, metrics]) =>
    Object.entries(metrics).map(([name, value]) => [`baselines/${baseline}/${name}`, value] as const),
  );
  return points({ ...Object.fromEntries([...figures, ...baselines]), ...resourcesOf(run) }, at);
}

function resourcesOf({
  result,
  startedAt,
  endedAt,
  cost,
  peakMemory,
  gpuUse,
}: RunView): Record<string, number | null | undefined> {
  const latency = result?.performance?.latency ?? [];
  return {
    'system/duration_seconds':
      startedAt && endedAt ? (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 : null,
    'system/cost_usd': cost?.usd,
    'system/peak_memory_mb': peakMemory?.rssMb,
    'system/peak_gpu_memory_mb': peakMemory?.gpuMemoryMb,
    'system/gpu_utilization_percent': gpuUse?.meanPercent,
    'system/training_seconds': result?.performance?.trainingSeconds,
    'system/examples_per_second': result?.examplesPerSecond,
    'serving/model_bytes': result?.performance?.modelBytes,
    'serving/memory_mb': result?.performance?.memoryMb,
    ...Object.fromEntries(
      latency.map(({ queries, p95Ms }) => [`serving/p95_ms_of_${queries}_queries`, p95Ms]),
    ),
  };
}

function points(
  values: Readonly<Record<string, number | string | null | undefined>>,
  at: Pick<Point, 'timestamp' | 'step'>,
): Point[] {
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'number' && Number.isFinite(value) ? [{ key: keyOf(name), value, ...at }] : [],
  );
}
