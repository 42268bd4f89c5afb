import { checkGates, type GateInput, type Run, type RunError, type RunResult } from '@trainyard/shared';
import { START } from './controlPlane.js';
import { newRun } from './newRun.js';

export const FAILURE: RunError = {
  code: 'data-missing',
  message: 'the column "buyer" & <others> are not in the file',
  stage: 'ingest',
  remedy: 'correct features.query[0].column',
};

const RESULT: RunResult = {
  metrics: { val_loss: 5.5, test_recall_at_100: 0.349999, test_recall_at_5: 0.34321, test_loss: 5.25 },
  baselines: {
    history: { test_recall_at_5: 0.3414, test_recall_at_100: 0.2811 },
    popularity: { test_recall_at_5: 0.0322 },
    '<script>': { test_recall_at_5: 1 },
  },
  artifacts: { query_model: 'gs://private-bucket/model' },
  epochsTrained: 3,
  bestEpoch: 2,
  earlyStoppedAtEpoch: null,
  backend: 'cpu',
  examplesPerSecond: 1000,
};

/** `demo#7`, over after an hour, two minutes and three seconds, with parts replaced. */
export function endedRun(
  status: 'completed' | 'failed' | 'cancelled',
  parts: Partial<Run> = {},
  gates: GateInput[] = [],
): Run {
  const result = status === 'completed' ? RESULT : null;
  const endedAt = '2026-01-01T01:02:03.000Z';
  return newRun(START, {
    runNumber: 7,
    status,
    requestedBy: 'somebody',
    startedAt: START.toISOString(),
    endedAt,
    cost: { usd: 1.234, countedUntil: endedAt, byMonth: {} },
    result,
    gates: result ? checkGates(gates, result) : [],
    error: status === 'failed' ? FAILURE : null,
    ...parts,
  });
}
