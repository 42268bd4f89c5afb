import { compareRuns, type Run, type RunComparison, type RunResult } from '@trainyard/shared';

/** A run that is completed beside the one before it, which learned more slowly. */
export function exampleComparison(running: Run, result: RunResult): RunComparison {
  const run: Run = { ...running, status: 'completed', endedAt: '2026-11-20T19:40:02.000Z', result };
  const { training } = run.spec;
  const before: Run = {
    ...run,
    runId: 'k2v7q2mzx5ahc4tnwy6d',
    runNumber: run.runNumber - 1,
    spec: { ...run.spec, training: { ...training, batchSize: training.batchSize / 2 } },
    specDigest: `${run.specDigest.slice(0, -1)}0`,
    result: {
      ...result,
      metrics: Object.fromEntries(
        Object.entries(result.metrics).map(([name, value]) => [name, value * 0.98]),
      ),
    },
  };
  return compareRuns([{ run: before }, { run }], { baselineRunId: before.runId });
}
