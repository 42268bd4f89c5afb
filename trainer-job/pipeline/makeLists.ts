/** `--recommend` and `--similar`: lists of a finished model, which is a process of its own. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceSchema } from '@trainyard/shared';
import { openSource } from '../data/source/openSource.js';
import type { OpenedSource } from '../data/source/openedSource.js';
import { TrainerError } from '../errors/trainerError.js';
import { bringModel } from '../home/bringModel.js';
import { progressLine } from '../recommend/progressLine.js';
import { writeLists } from '../recommend/writeLists.js';
import { cores } from '../settings/limits.js';
import { defaultsFromEnvironment, productionOfFlag } from '../settings/settings.js';
import type { StopSignal } from '../stopSignal.js';
import type { AskedLists } from './listsFlags.js';
import { unlessStopping } from './modelStages.js';
import { Stopped } from './runStages.js';

/** Where a person looks on. */
export interface Onlooker {
  line(this: void, text: string): void;
  progress(this: void, text: string): void;
}

/** Writes the lists; returns the exit code. Throws `TrainerError`. */
export async function makeLists(
  asked: AskedLists,
  stop: StopSignal,
  { line, progress }: Onlooker,
): Promise<number> {
  const { lists, model, k, exclude, where, out, workers } = asked;
  const unfinished = `${out}.unfinished`;
  await mkdir(unfinished, { recursive: true });
  const { cloud } = defaultsFromEnvironment();
  const folder = await bringModel(
    productionOfFlag(model),
    { artifactDirectory: join(unfinished, 'model'), cloud },
    stop.signal,
  );
  try {
    const { queries, rows, kept, seconds, version } = await writeLists({
      folder,
      lists,
      k,
      exclude,
      queries:
        asked.queries === null ? null : await queriesOf(asked.queries, join(unfinished, 'cache'), stop),
      where,
      out,
      unfinished,
      workers: workers === 'auto' ? cores() : workers,
      onProgress: (now) => progress(progressLine(now)),
      onNote: (note) => line(`note: ${note}`),
      between: unlessStopping(stop),
    });
    const before = kept > 0 ? `, ${whole(kept)} of them by an earlier process` : '';
    line(
      `${out}: ${whole(rows)} rows, lists of ${k} for ${whole(queries)} ${lists === 'similarItems' ? 'items' : 'queries'} by ${version}, in ${seconds.toFixed(1)} s${before}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    line(`stopped; what is done is kept in ${unfinished}. The same command goes on from there.`);
    return 143;
  }
}

async function queriesOf(uri: string, cacheRoot: string, stop: StopSignal): Promise<OpenedSource> {
  const source = sourceSchema.safeParse({ uri });
  if (!source.success) {
    throw new TrainerError(
      'invalid-settings',
      `--for is "${uri}"; it is a file of CSV, JSON lines or Parquet, or gs://BUCKET/OBJECT`,
      null,
    );
  }
  const { cloud, dataBase: baseDirectory } = defaultsFromEnvironment();
  await mkdir(cacheRoot, { recursive: true });
  return openSource(source.data, {
    baseDirectory,
    cacheRoot,
    cloud,
    runId: 'lists',
    signal: stop.signal,
    beforeEnd: stop.beforeEnd,
    log: () => undefined,
  });
}

const whole = (value: number) => Math.round(value).toLocaleString('en-US');
