/** What is told of a run and its epochs: documents in, rows out. */
import { blockingGates, runName, type Epoch, type Metrics, type Run } from '@trainyard/shared';
import type { EpochRow, RunRow } from './tables.js';

/** Of a run that has ended. */
export function runRow(run: Run): RunRow {
  // No transition ends a run without the time; a document written by hand may lack it.
  const endedAt = run.endedAt ?? run.updatedAt;
  return {
    run_id: run.runId,
    run_name: runName(run),
    model_id: run.modelId,
    run_number: run.runNumber,
    model_type: run.spec.model.type,
    status: run.status,
    attempt: run.attempt,
    retries_used: run.retriesUsed,
    retry_of: run.retryOf?.runId ?? null,
    requested_by: run.requestedBy,
    teams: run.teams,
    tags: Object.entries(run.spec.tags).map(([key, value]) => ({ key, value })),
    presets: run.presets,
    spec_digest: run.specDigest,
    spec: JSON.stringify(run.spec),
    created_at: run.createdAt,
    started_at: run.startedAt,
    ended_at: endedAt,
    duration_seconds: run.startedAt === null ? null : secondsBetween(run.startedAt, endedAt),
    tier: run.job?.tier ?? null,
    cost_usd: run.cost?.usd ?? null,
    peak_memory_mb: run.peakMemory?.rssMb ?? null,
    peak_gpu_memory_mb: run.peakMemory?.gpuMemoryMb ?? null,
    error_code: run.error?.code ?? null,
    error_stage: run.error?.stage ?? null,
    error_message: run.error?.message ?? null,
    ...resultColumns(run),
  };
}

type ResultColumn =
  | 'epochs_trained'
  | 'total_epochs'
  | 'best_epoch'
  | 'early_stopped_at_epoch'
  | 'backend'
  | 'examples_per_second'
  | 'gates_passed'
  | 'gates'
  | 'metrics'
  | 'baselines'
  | 'artifacts';

function resultColumns({ result, gates, ...run }: Run): Pick<RunRow, ResultColumn> {
  return {
    epochs_trained: result?.epochsTrained ?? run.currentEpoch,
    total_epochs: run.totalEpochs,
    best_epoch: result?.bestEpoch ?? null,
    early_stopped_at_epoch: result?.earlyStoppedAtEpoch ?? null,
    backend: result?.backend ?? null,
    examples_per_second: result?.examplesPerSecond ?? null,
    gates_passed: gates.length === 0 ? null : blockingGates(gates).length === 0,
    gates: gates.map(({ metric, value, passed, critical }) => ({ metric, value, passed, critical })),
    metrics: namedValues(result?.metrics ?? run.latestMetrics),
    baselines: Object.entries(result?.baselines ?? {}).flatMap(([baseline, metrics]) =>
      namedValues(metrics).map((metric) => ({ baseline, ...metric })),
    ),
    artifacts: Object.entries(result?.artifacts ?? {}).map(([name, uri]) => ({ name, uri })),
  };
}

export function epochRow(run: Run, epoch: Epoch): EpochRow {
  return {
    run_id: run.runId,
    model_id: run.modelId,
    run_number: run.runNumber,
    epoch: epoch.epoch,
    attempt: epoch.attempt,
    at: epoch.at,
    seconds: epoch.seconds,
    examples: epoch.examples,
    examples_per_second: epoch.examplesPerSecond,
    metrics: namedValues(epoch.metrics),
  };
}

/** The key of a row: BigQuery stores rows of the same key once, where they come within a minute or so. */
export const runRowId = ({ runId }: Run) => runId;
export const epochRowId = ({ runId }: Run, { epoch, attempt }: Epoch) => `${runId}.${epoch}.${attempt}`;

function namedValues(metrics: Metrics): { name: string; value: number }[] {
  return Object.entries(metrics).map(([name, value]) => ({ name, value }));
}

function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
