import { digestOf } from '../digest.js';
import type { TrainingSpec } from '../spec/trainingSpec.js';
import type { Run } from './run.js';

export interface NewRun {
  runId: string;
  modelId: string;
  runNumber: number;
  /** Resolved: with all defaults and the tiers it may run on. */
  spec: TrainingSpec;
  requestedBy: string;
  now: Date;
}

/** A run as it is first recorded: pending, its first attempt not launched. */
export function newRun({ runId, modelId, runNumber, spec, requestedBy, now }: NewRun): Run {
  return {
    schemaVersion: 1,
    runId,
    modelId,
    runNumber,
    status: 'pending',
    attempt: 1,
    retriesUsed: 0,
    seq: 0,
    spec,
    specDigest: digestOf(spec),
    requestedBy,
    currentStage: null,
    currentEpoch: 0,
    totalEpochs: spec.training.epochs,
    progress: null,
    resources: null,
    latestMetrics: {},
    checkpoint: null,
    tierIndex: 0,
    job: null,
    retryAt: null,
    lease: null,
    result: null,
    error: null,
    cancelRequestedAt: null,
    createdAt: now.toISOString(),
    startedAt: null,
    endedAt: null,
    lastCallbackAt: null,
    deadlineAt: new Date(now.getTime() + spec.compute.deadlineSeconds * 1000).toISOString(),
    updatedAt: now.toISOString(),
  };
}
