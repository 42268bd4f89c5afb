import { digestOf, trainingSpecSchema, type Run, type TrainingSpecInput } from '@trainyard/shared';

export const EXAMPLE_SPEC: TrainingSpecInput = {
  dataset: { source: { uri: 'purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

/** A run just requested, at `now`. */
export function newRun(now: Date, parts: Partial<Run> = {}): Run {
  const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);
  return {
    schemaVersion: 1,
    runId: 'abcdefghijklmnopqrst',
    modelId: 'demo',
    runNumber: 1,
    status: 'pending',
    attempt: 1,
    retriesUsed: 0,
    seq: 0,
    spec,
    specDigest: digestOf(spec),
    requestedBy: 'test',
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
    ...parts,
  };
}
