/** The loop that all stages run in: it reports them, times them, gives them the cache, and ends them where a stop is requested. */
import type { StageName } from '@trainyard/shared';
import type { StageCache, StageRequest } from '../cache/stageCache.js';
import type { StopSignal } from '../stopSignal.js';
import type { Outputs, Stage, StageReport, StageResult, StageOutputs } from './stage.js';

export interface StageRun {
  cache: StageCache;
  stop: StopSignal;
  onStart(this: void, stage: StageName): void;
  onCompleted(this: void, report: StageReport): void;
}

/** A stop request has ended the stages. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Runs stages in their order and adds what they make to `outputs`. Throws `Stopped`, or what a stage throws. */
export async function runStages(stages: readonly Stage[], outputs: Outputs, run: StageRun): Promise<void> {
  for (const stage of stages) {
    if (run.stop.reason !== null) throw new Stopped();
    run.onStart(stage.name);
    const work = runStage(stage, outputs, run);
    await (stage.key === null ? work : unlessStopped(run.stop, work));
  }
}

async function runStage<N extends StageName>(
  stage: Stage<N>,
  outputs: Outputs,
  { cache, onCompleted }: StageRun,
): Promise<void> {
  const began = performance.now();
  const hits: boolean[] = [];
  const keep = async <T>(request: Omit<StageRequest<T>, 'stage'>) => {
    const kept = await cache.run({ ...request, stage: stage.name });
    hits.push(kept.cacheHit);
    return kept;
  };
  const key = await stage.key?.(outputs);
  const result: StageResult<StageOutputs[N]> = await stage.run({ outputs, key, keep });
  const { output, counts, detail = '', warnings = [], lineage, data, afterwards } = result;
  const seconds = (performance.now() - began) / 1000;
  outputs.add(stage.name, output, seconds);
  outputs.warnings.push(...warnings.map((warning) => ({ ...warning, stage: stage.name })));
  if (lineage) outputs.lineage.push({ stage: stage.name, seconds, ...lineage });
  const cacheHit = hits.length > 0 && hits.every((hit) => hit);
  onCompleted({
    stage: stage.name,
    seconds,
    cacheHit,
    counts,
    detail,
    warnings: [...warnings],
    ...lineage,
    ...(data && { data }),
  });
  await afterwards?.();
}

/**
 * What cannot be interrupted is left where a stop is requested: it goes on, unheard, until the process ends. Throws `Stopped`
 * then, once what must be done before the end is done.
 */
export function unlessStopped<T>(stop: StopSignal, work: Promise<T>): Promise<T> {
  const stopped = stop.requested.then(async () => {
    await stop.finish();
    throw new Stopped();
  });
  // What a stop request makes fail, such as a query that it interrupts, is part of the stop.
  const unstopped = work.catch((error: unknown) => {
    if (stop.reason !== null) return stopped;
    throw error;
  });
  return Promise.race([unstopped, stopped]);
}
