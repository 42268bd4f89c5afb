import {
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
import { modelEvent } from '../events/runEvent.js';
import type { Write } from '../ports/documentStore/writes.js';

/** Registers the result of a completed run as its model's next version: the version, the model, and the event that tells of it. */
export function planRegistration(
  model: ModelDocument,
  completed: Run,
  now: Date,
): { writes: Write[]; events: ModelEvent[] } {
  const { modelId } = model;
  const version = versionOf(model, completed, now);
  const detail = { version: version.version, gatesPassed: version.gates.every(({ passed }) => passed) };
  const event = modelEvent(completed, 'registered', { type: 'model.version.registered', detail }, now);
  const changed: ModelDocument = {
    ...model,
    lastVersion: version.version,
    bestMetrics: bestOf(model.bestMetrics, version.metrics),
    updatedAt: version.createdAt,
  };
  return {
    writes: [
      { kind: 'set', path: paths.model(modelId), data: { ...changed } },
      { kind: 'create', path: paths.modelVersion(modelId, version.version), data: { ...version } },
      outboxWrite(event),
    ],
    events: [event],
  };
}

function versionOf(model: ModelDocument, run: Run, now: Date): ModelVersion {
  if (!run.result) throw new Error(`run ${run.runId} is completed without a result`);
  const { metrics, baselines, artifacts } = run.result;
  return {
    schemaVersion: 1,
    modelId: run.modelId,
    version: model.lastVersion + 1,
    runId: run.runId,
    runNumber: run.runNumber,
    metrics,
    baselines,
    gates: run.gates,
    artifacts,
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
