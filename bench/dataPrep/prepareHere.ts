import { join } from 'node:path';
import type { TrainingSpec } from '@trainyard/shared';
import { StageCache } from '@trainyard/trainer-job/cache/stageCache';
import { dataStages } from '@trainyard/trainer-job/pipeline/dataStages';
import { runStages } from '@trainyard/trainer-job/pipeline/runStages';
import { Outputs, type StageReport } from '@trainyard/trainer-job/pipeline/stage';
import { defaultsFromEnvironment } from '@trainyard/trainer-job/settings/settings';
import { StopSignal } from '@trainyard/trainer-job/stopSignal';
import { printProgress } from '../progress.js';

/**
 * `ingest`, `validate` and `transform` in this process, with cache and reports below `folder`; warnings are told. Returns the
 * folder of the encoded data.
 */
export async function prepareHere(
  spec: TrainingSpec,
  folder: string,
  onCompleted: (report: StageReport) => void,
): Promise<{ encodedFolder: string }> {
  const cacheRoot = join(folder, 'cache');
  const now = () => new Date();
  const stop = new StopSignal();
  const cache = new StageCache(cacheRoot, new Set(spec.compute.forceRecompute), now);
  const stages = dataStages({
    spec,
    baseDirectory: folder,
    cacheRoot,
    reportFolder: join(folder, 'data'),
    now,
    runId: 'bench',
    cloud: defaultsFromEnvironment().cloud,
    signal: stop.signal,
    beforeEnd: stop.beforeEnd,
    log: (level, message) => {
      if (level === 'warn') printProgress(message);
    },
  });
  const outputs = new Outputs();
  try {
    await runStages(stages, outputs, { cache, stop, onStart: () => {}, onCompleted });
  } finally {
    cache.close();
  }
  return { encodedFolder: outputs.of('transform').folder };
}
