import {
  type Epoch,
  epochSchema,
  type RunView,
  runViewSchema,
  type Stage,
  stageSchema,
  trainingSpecSchema,
} from '@trainyard/shared';

const AT = '2026-11-20T19:18:25.000Z';

/** A run as the API shows it: running its third of six epochs, unless changed. */
export function runView(changes: Partial<RunView> = {}): RunView {
  return runViewSchema.parse({
    schemaVersion: 1,
    runId: 'abcdefghijklmnopqrst',
    modelId: 'shop',
    runNumber: 3,
    name: 'shop#3',
    status: 'running',
    attempt: 1,
    retriesUsed: 0,
    seq: 12,
    spec: trainingSpecSchema.parse({
      dataset: { source: { uri: 'purchases.csv' } },
      features: {
        query: [{ column: 'user', transform: 'lookup', id: true }],
        candidate: [{ column: 'item', transform: 'lookup', id: true }],
      },
      training: { epochs: 6 },
    }),
    specDigest: 'sha256:0',
    requestedBy: 'tester',
    currentStage: 'train',
    currentEpoch: 2,
    totalEpochs: 6,
    progress: { fraction: 0.5, step: 20, totalSteps: 40, examplesPerSecond: 51_234.4 },
    resources: null,
    latestMetrics: {},
    checkpoint: null,
    tierIndex: 0,
    job: { tier: 'local', name: 'process-1', launchedAt: AT, usdPerHour: null },
    retryAt: null,
    result: null,
    error: null,
    cancelRequestedAt: null,
    createdAt: AT,
    startedAt: AT,
    endedAt: null,
    lastCallbackAt: AT,
    deadlineAt: AT,
    updatedAt: AT,
    ...changes,
  });
}

export function epochRow(epoch: number, changes: Partial<Epoch> = {}): Epoch {
  return epochSchema.parse({
    epoch,
    attempt: 1,
    metrics: {
      loss: 7 - epoch,
      val_loss: 7.5 - epoch,
      recall_at_5: 0.05 * epoch,
      recall_at_10: 0.1 * epoch,
      recall_at_50: 0.12 * epoch,
      recall_at_100: 0.15 * epoch,
    },
    seconds: 4.25,
    examples: 160_000,
    examplesPerSecond: 37_647.1,
    at: AT,
    ...changes,
  });
}

export function stageRow(stage: Stage['stage'], changes: Partial<Stage> = {}): Stage {
  return stageSchema.parse({
    stage,
    attempt: 1,
    seconds: 0.84,
    cacheHit: false,
    counts: { rows: 200_000 },
    detail: '',
    at: AT,
    ...changes,
  });
}
