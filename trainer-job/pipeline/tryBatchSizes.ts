import { whole } from '@trainyard/shared';
import type { TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { trainerMemoryBytes } from '../settings/limits.js';
import { findBatchSize } from '../train/loop/findBatchSize.js';
import { gigabytes } from '../train/loop/memoryEstimate.js';
import type { Attempt } from './attempt.js';
import { unlessStopping } from './modelStages.js';

/** Tells how fast batches of several sizes are, and which is fast enough, instead of training. Throws `Stopped`. */
export async function tryBatchSizes(
  { reporter, stop }: Attempt,
  spec: TrainingSpec,
  data: EncodedDataset,
): Promise<void> {
  const { trials, best, reason } = await findBatchSize(data, spec, {
    memoryLimitBytes: trainerMemoryBytes(),
    used: process.memoryUsage.rss(),
    secondsPerTrial: 1,
    between: unlessStopping(stop),
  });
  for (const { batchSize, examplesPerSecond, memoryBytes } of trials) {
    const speed = whole(examplesPerSecond);
    reporter.log(
      'info',
      `batch ${String(batchSize).padStart(7)}  ${speed.padStart(11)} examples/s  about ${gigabytes(memoryBytes)}`,
    );
  }
  const why = { memory: 'memory', rows: 'the rows', throughput: 'the speed' }[reason];
  reporter.log('info', `training.batchSize ${best.batchSize} is fast enough; ${why} ended the search`, {
    batchSize: best.batchSize,
    reason,
  });
}
