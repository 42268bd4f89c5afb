import {
  blockingGates,
  isBetter,
  metricSplit,
  parseMetricName,
  paths,
  type Metrics,
  type ModelDocument,
  type ModelVersion,
  type Run,
  type ModelEvent,
} from '@trainyard/shared';
import { outboxWrite } from '../events/outbox.js';
import { modelEvent, type EventContext } from '../events/runEvent.js';
import type { Write } from '../ports/documentStore/writes.js';

/** What becomes of a model whose completed runs are registered as its next versions, in their order. */
export interface RegistrationPlan {
  /** The model, the versions, the events in the outbox; what asked for the registrations goes. */
  writes: readonly Write[];
  /** To be published once the writes are committed, in order. */
  events: readonly ModelEvent[];
}

export function planRegistrations(
  before: ModelDocument,
  completed: readonly Run[],
  context: EventContext,
): RegistrationPlan {
  const { now } = context;
  const versions = completed.map((run, i) => versionOf(run, before.lastVersion + i + 1, now));
  const events = versions.map((version, i) => registered(version, completed[i] as Run, context));
  const model: ModelDocument = {
    ...before,
    lastVersion: before.lastVersion + versions.length,
    bestMetrics: versions.reduce((best, { metrics }) => bestOf(best, metrics), before.bestMetrics),
    updatedAt: now.toISOString(),
  };
  return {
    writes: [
      { kind: 'set', path: paths.model(model.modelId), data: { ...model } },
      ...versions.map((version): Write => {
        const path = paths.modelVersion(model.modelId, version.version);
        return { kind: 'create', path, data: { ...version } };
      }),
      ...completed.map(({ runId }): Write => ({ kind: 'delete', path: paths.registration(runId) })),
      ...events.map(outboxWrite),
    ],
    events,
  };
}

function registered({ version, gates }: ModelVersion, run: Run, context: EventContext): ModelEvent {
  const detail = { version, gatesPassed: blockingGates(gates).length === 0 };
  return modelEvent(run, 'registered', { type: 'model.version.registered', detail }, context);
}

function versionOf(run: Run, version: number, now: Date): ModelVersion {
  if (!run.result) throw new Error(`run ${run.runId} is completed without a result`);
  const { metrics, baselines, artifacts } = run.result;
  return {
    schemaVersion: 1,
    modelId: run.modelId,
    version,
    runId: run.runId,
    runNumber: run.runNumber,
    metrics,
    baselines,
    gates: run.gates,
    artifacts,
    data: run.data,
    stage: 'none',
    stageHistory: [],
    createdAt: now.toISOString(),
  };
}

/** The best of each metric that tells about the test split. */
function bestOf(best: Metrics, metrics: Metrics): Metrics {
  const improved = Object.entries(metrics).filter(([name, value]) => {
    if (metricSplit(name) !== 'test' || parseMetricName(name)?.family.better === null) return false;
    const known = best[name];
    return known === undefined || isBetter(name, value, known);
  });
  return { ...best, ...Object.fromEntries(improved) };
}
