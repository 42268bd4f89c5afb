import { join } from 'node:path';
import type { TrainingSpec } from '@trainyard/shared';
import { defaultsFromEnvironment } from '@trainyard/trainer-job/settings/settings';
import { prepare, type Prepared, type StageReport } from '@trainyard/trainer-job/pipeline/prepareStages';
import { printProgress } from '../progress.js';

/** `ingest`, `validate` and `transform` in this process, with cache and reports below `folder`; warnings are told. */
export function prepareHere(
  spec: TrainingSpec,
  folder: string,
  onStage: (report: StageReport) => void,
): Promise<Prepared> {
  return prepare({
    spec,
    baseDirectory: folder,
    cacheRoot: join(folder, 'cache'),
    reportFolder: join(folder, 'data'),
    now: () => new Date(),
    runId: 'bench',
    cloud: defaultsFromEnvironment().cloud,
    signal: new AbortController().signal,
    beforeEnd: () => () => {},
    onStageStart: () => {},
    onStage,
    log: (level, message) => {
      if (level === 'warn') printProgress(message);
    },
  });
}
