import {
  isBetter,
  metricSplit,
  newModel,
  parseMetricName,
  paths,
  type Metrics,
  type ModelDocument,
  type ModelVersion,
  type Run,
  type RunEvent,
} from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { runEvent } from '../events/runEvent.js';
import type { Transaction } from '../ports/documentStore/documentStore.js';
import { putInOutbox } from '../events/outbox.js';
import { readModel } from './repository.js';

/**
 * Reads what registering a run's result needs; the function that it returns registers a completed run as its model's next
 * version, in the transaction that completes it, and gives back the event that tells of it.
 */
export async function prepareRegistration(
  cp: ControlPlane,
  tx: Transaction,
  { modelId }: Run,
): Promise<(completed: Run) => RunEvent> {
  const model = (await readModel(tx, modelId)) ?? newModel(modelId, cp.now());
  return (completed) => {
    const version = versionOf(model, completed, cp.now());
    tx.set(paths.model(modelId), {
      ...model,
      lastVersion: version.version,
      bestMetrics: bestOf(model.bestMetrics, version.metrics),
      updatedAt: version.createdAt,
    });
    tx.create(paths.modelVersion(modelId, version.version), { ...version });
    const detail = { version: version.version, gatesPassed: version.gates.every(({ passed }) => passed) };
    const event = runEvent(completed, 'registered', { type: 'model.version.registered', detail }, cp.now());
    putInOutbox(tx, event);
    return event;
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
