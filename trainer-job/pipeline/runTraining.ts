/** One attempt, from its specification to how it ends: the six stages in their order, and what is kept of them. */
import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  orderMetrics,
  type RunEnvironment,
  type RunResult,
  type StageName,
  type TrainingSpec,
} from '@trainyard/shared';
import { checkAccelerator } from '../accelerator/checkAccelerator.js';
import { selectBackend, type SelectedBackend } from '../backend/selectBackend.js';
import { fitThreads, workerCount } from '../backend/threads.js';
import { StageCache } from '../cache/stageCache.js';
import { uriOf, within } from '../cloud/bucketPath.js';
import { endQueries } from '../data/database.js';
import { readEncodedDataset } from '../data/readEncodedDataset.js';
import { withRelevant } from '../data/transform/relevantRows.js';
import { checkIndexPackage } from '../export/itemIndex/writeItemIndex.js';
import type { CheckpointHome } from '../home/artifactHome.js';
import { environmentOf } from '../provenance/environmentOf.js';
import { boundedResult } from '../report/boundedResult.js';
import { acceleratorSettings } from '../settings/limits.js';
import { reportFolderOf, type Attempt } from './attempt.js';
import { dataStages } from './dataStages.js';
import type { Ending } from './ending.js';
import { failureOf } from './failure.js';
import { FAILED_FLUSH_MS, storeCheckpoints, storeEntries, timeToStore } from './keepInTime.js';
import { Kept, modelStages } from './modelStages.js';
import { readSpec } from './readSpec.js';
import { checkQueries } from './runLists.js';
import { runStages, Stopped, unlessStopped, type StageRun } from './runStages.js';
import { Outputs } from './stage.js';
import { tryBatchSizes } from './tryBatchSizes.js';

/** How long a training that is done puts its checkpoints in order. */
const TIDY_MS = 5000;
/** How long a training that is done waits for the outputs of its data stages, which were on their way all the time. */
const ENTRIES_MS = 600_000;

type Observer = Pick<StageRun, 'onStart' | 'onCompleted'>;

/** Runs the attempt to its end. Never throws: whatever goes wrong is an ending too. */
export async function runTraining(attempt: Attempt): Promise<Ending> {
  const { reporter, stop, home } = attempt;
  const checkpoints = home.checkpoints((checkpoint) => {
    // The last word of an attempt that stops names it.
    if (stop.reason === null) reporter.checkpointed({ ...checkpoint, final: false, reason: 'periodic' });
  });
  let stage: StageName | null = null;
  const observer: Observer = {
    onStart(begun) {
      stage = begun;
      reporter.stageStarted(begun);
    },
    onCompleted: (report) => reporter.stageCompleted(report),
  };
  try {
    return await runFromSpec(attempt, checkpoints, observer);
  } catch (error) {
    if (error instanceof Stopped) return await stopped(attempt, checkpoints);
    await storeCheckpoints(attempt, checkpoints, FAILED_FLUSH_MS);
    return { kind: 'failed', ...failureOf(error, stage) };
  }
}

async function runFromSpec(
  attempt: Attempt,
  checkpoints: CheckpointHome,
  observer: Observer,
): Promise<Ending> {
  const { settings, stop, now, home } = attempt;
  await home.bringSpec();
  const spec = await readSpec(settings.specFile, settings);
  await checkQueries(attempt, spec);
  // Another job has prepared the data then, and done again what was to be.
  const recompute = new Set(settings.stages === 'train' ? [] : spec.compute.forceRecompute);
  const cache = new StageCache(settings.cacheDirectory, recompute, now, home.entries);
  try {
    const run = { cache, stop, ...observer };
    return settings.stages === 'prepare'
      ? await prepareOnly(attempt, spec, run)
      : await trainOn(attempt, spec, run, checkpoints);
  } finally {
    cache.close();
  }
}

/** Ends when what the data stages made is where the next attempt finds it, and not before. */
async function prepareOnly(attempt: Attempt, spec: TrainingSpec, run: StageRun): Promise<Ending> {
  const environment = await environmentOf(attempt.settings, spec, null);
  await prepare(attempt, spec, new Outputs(), withEnvironment(run, environment));
  await unlessStopped(attempt.stop, attempt.home.entries.settled());
  return { kind: 'prepared' };
}

async function trainOn(
  attempt: Attempt,
  spec: TrainingSpec,
  run: StageRun,
  checkpoints: CheckpointHome,
): Promise<Ending> {
  const { settings, stop, home } = attempt;
  await checkIndexPackage(spec);
  const backend = await openBackend(attempt, spec);
  const environment = await environmentOf(settings, spec, backend);
  const outputs = new Outputs();
  await prepare(attempt, spec, outputs, withEnvironment(run, environment));
  const { files, relevant } = outputs.of('transform');
  const encoded = await readEncodedDataset(await unlessStopped(stop, files()));
  const data = relevant ? await withRelevant(encoded, await unlessStopped(stop, relevant.files())) : encoded;
  if (settings.findBatchSize) {
    await tryBatchSizes(attempt, spec, data);
    return { kind: 'found' };
  }
  const workers = workerCount(settings.workers, backend, spec);
  const entryUri = entryUriOf(settings);
  const kept = new Kept();
  const context = { attempt, spec, backend, workers, kept, data, checkpoints, environment, entryUri };
  try {
    await runStages(modelStages(context), outputs, run);
  } finally {
    await kept.close();
  }
  // What is not needed any more goes; a checkpoint that is still on its way is not needed either.
  await Promise.all([checkpoints.flush(TIDY_MS), storeEntries(home.entries, ENTRIES_MS)]);
  await checkpoints.close();
  const { primaryMetric } = outputs.of('evaluate').findings;
  return { kind: 'completed', result: toldResult(attempt, spec, outputs, backend), primaryMetric };
}

/** The first stage that is told of says what the attempt runs on. */
function withEnvironment(run: StageRun, environment: RunEnvironment): StageRun {
  let told = false;
  return {
    ...run,
    onCompleted(report) {
      run.onCompleted(told ? report : { ...report, environment });
      told = true;
    },
  };
}

/** Where an output of the cache lasts. */
function entryUriOf({ cacheDirectory, remote }: Attempt['settings']): (folder: string) => string {
  const cache = remote?.cache;
  return (folder) =>
    cache
      ? uriOf(within(cache, relative(cacheDirectory, folder).split(sep).join('/')))
      : pathToFileURL(folder).href;
}

/** Whatever becomes of the data, the report about them is kept, as far as there is one: where they are refused, it says why. */
async function prepare(attempt: Attempt, spec: TrainingSpec, outputs: Outputs, run: StageRun): Promise<void> {
  const { settings, reporter, stop, now, home } = attempt;
  const stages = dataStages({
    spec,
    mirror: home.entries,
    entryUri: entryUriOf(settings),
    runId: settings.runId,
    baseDirectory: settings.dataBase,
    cacheRoot: settings.cacheDirectory,
    cloud: settings.cloud,
    signal: stop.signal,
    reportFolder: reportFolderOf(attempt),
    reportPlace: home.reportPlace,
    now,
    beforeEnd: stop.beforeEnd,
    log: (level, message, fields) => reporter.log(level, message, fields),
  });
  const endData = () => endQueries(new Stopped());
  stop.signal.addEventListener('abort', endData, { once: true });
  try {
    await runStages(stages, outputs, run);
    await unlessStopped(stop, home.storeReport());
  } catch (error) {
    if (error instanceof Stopped) throw error;
    await home.storeReport().catch((reason: unknown) => {
      reporter.log('warn', `the report about the data is not stored: ${String(reason)}`);
    });
    throw error;
  } finally {
    stop.signal.removeEventListener('abort', endData);
  }
}

/** Selects what computes, before any data are read, and says which it is. */
async function openBackend(attempt: Attempt, spec: TrainingSpec): Promise<SelectedBackend> {
  const { settings, reporter } = attempt;
  // A search for a batch size tries large batches too.
  const threads = settings.findBatchSize ? 'divided' : fitThreads(spec, settings.workers);
  const backend = await selectBackend(settings.backend);
  const { name, device, version, reason } = backend;
  reporter.log('info', `backend ${name}: ${version} (${reason})`, {
    backend: name,
    device,
    version,
    reason,
  });
  if (threads !== 'divided' && name === 'tensorflow') {
    const why = threads === 'workers' ? 'each worker has its own' : 'they are small';
    reporter.log('debug', `each operation is computed on one thread: ${why}`, { threads: 1 });
  }
  const accelerator = acceleratorSettings();
  // Where nobody says how many GPUs the job has, there is nothing to hold against the machine.
  if (accelerator.expectedGpus === null) return backend;
  const { text, fields } = await checkAccelerator(backend, accelerator);
  reporter.log('info', text, fields);
  return backend;
}

async function stopped(attempt: Attempt, checkpoints: CheckpointHome): Promise<Ending> {
  const reason = attempt.stop.reason ?? 'preempted';
  const timeoutMs = timeToStore(attempt, reason);
  await Promise.all([
    storeCheckpoints(attempt, checkpoints, timeoutMs),
    storeEntries(attempt.home.entries, timeoutMs),
  ]);
  return { kind: 'stopped', reason, checkpoint: checkpoints.newest };
}

/** The result as far as its callback has room for it: all of it stands in `evaluation.json`. */
function toldResult(
  { reporter }: Attempt,
  spec: TrainingSpec,
  outputs: Outputs,
  backend: SelectedBackend,
): RunResult {
  const { primaryMetric } = outputs.of('evaluate').findings;
  const gated = spec.evaluation.gates.map(({ metric }) => metric);
  const first = [...(primaryMetric === null ? [] : [primaryMetric]), ...gated, ...orderMetrics()];
  const { result, leftOut } = boundedResult(resultOf(outputs, backend), first);
  if (leftOut.length > 0)
    reporter.log(
      'info',
      `${leftOut.length} metrics stand in evaluation.json alone: the result would be too large`,
      {
        leftOut: leftOut.slice(0, 100),
      },
    );
  return result;
}

function resultOf(outputs: Outputs, backend: SelectedBackend): RunResult {
  const { metrics, epochsTrained, bestEpoch, earlyStoppedAtEpoch, examplesPerSecond } = outputs.of('train');
  const evaluation = outputs.of('evaluate');
  const { artifacts, verdict, figures, performance } = outputs.of('register');
  return {
    metrics: { ...metrics, ...evaluation.metrics },
    baselines: evaluation.baselines,
    artifacts,
    epochsTrained,
    bestEpoch,
    earlyStoppedAtEpoch,
    backend: backend.name,
    examplesPerSecond,
    verdict,
    figures,
    ...(performance && { performance }),
  };
}
