import type { ControlPlane } from '@trainyard/functions/controlPlane';
import { inParallel, metricName, METRICS, paths, type Epoch } from '@trainyard/shared';

/** Gives each run so many epochs, as it would have reported them. */
export async function writeEpochs(
  { store }: Pick<ControlPlane, 'store'>,
  runIds: readonly string[],
  count: number,
): Promise<void> {
  await inParallel([...runIds.entries()], 4, ([i, runId]) =>
    store.transaction(async (tx) => {
      for (let epoch = 1; epoch <= count; epoch++) {
        const row: Epoch = {
          epoch,
          attempt: 1,
          metrics: {
            [metricName(METRICS.loss, 'training')]: (i + 2) / epoch,
            [metricName(METRICS.loss, 'validation')]: (i + 3) / epoch,
            [metricName(METRICS.recall, 'validation', 10)]: 0.2 - 0.1 / epoch,
            [metricName(METRICS.recall, 'validation', 100)]: 0.5 - 0.3 / epoch,
          },
          seconds: 12,
          examples: 100_000,
          examplesPerSecond: 8300,
          at: new Date(Date.UTC(2026, 0, 1) + epoch * 12_000).toISOString(),
        };
        tx.set(paths.epoch(runId, epoch), { ...row });
      }
    }),
  );
}
