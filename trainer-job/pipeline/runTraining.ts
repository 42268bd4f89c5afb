/** One attempt: the six stages in their order, each reported, each free to be the one that a stop request ends. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  digestOf,
  METRICS,
  metricName,
  type RunResult,
  type StageName,
  type TrainingSpec,
} from '@trainyard/shared';
import { checkAccelerator } from '../accelerator/checkAccelerator.js';
import { selectBackend, type SelectedBackend } from '../backend/selectBackend.js';
import { fitThreads, workerCount } from '../backend/threads.js';
import { acceleratorSettings, machine, trainerMemoryBytes } from '../settings/limits.js';
import type { Settings } from '../settings/settings.js';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { readEncodedDataset } from '../data/readEncodedDataset.js';
import { evaluateModel, type EvaluationOutcome } from '../evaluate/evaluateModel.js';
import { exportRun } from '../export/exportRun.js';
import type { CallbackContent } from '../report/callbackQueue.js';
import type { Reporter } from '../report/reporter.js';
import type { ArtifactHome, CheckpointHome, StoredCheckpoint } from '../home/artifactHome.js';
import type { EpochReport, TrainOutcome, TrainRequest } from '../train/loop/trainRequest.js';
import { findBatchSize } from '../train/loop/findBatchSize.js';
import { gigabytes } from '../train/loop/memoryEstimate.js';
import type { Profile } from '../train/loop/profiler.js';
import { trainModel } from '../train/loop/trainModel.js';
import { eventLoopYielder } from '../train/loop/eventLoop.js';
import type { Ending } from './ending.js';
import { failureOf } from './failure.js';
import { prepare } from './prepareStages.js';
import { readSpec } from './readSpec.js';
import type { StopReason, StopSignal } from '../stopSignal.js';

export interface Attempt {
  settings: Settings;
  reporter: Reporter;
  stop: StopSignal;
  now: () => Date;
  /** Keeps what must outlive the attempt. */
  home: ArtifactHome;
}

type Trained = Extract<TrainOutcome, { kind: 'trained' }>;
type Prepared = Awaited<ReturnType<typeof prepare>>;

/** Runs the attempt to its end. Never throws: whatever goes wrong is an ending too. */
export async function runTraining(attempt: Attempt): Promise<Ending> {
  const run = new RunningAttempt(attempt);
  try {
    return await run.allStages();
  } catch (error) {
    if (error instanceof Stopped) return await run.stopped();
    await run.storeCheckpoints(FAILED_FLUSH_MS);
    return { kind: 'failed', ...failureOf(error, run.stage) };
  }
}

/** How long a failed attempt stores what the next one goes on from. */
const FAILED_FLUSH_MS = 60_000;
/** Of the time that a platform leaves, for the last callback. */
const LAST_WORD_MS = 3000;
/** How long a training that is done puts its checkpoints in order. */
const TIDY_MS = 5000;
/** How long a training that is done waits for the outputs of its data stages, which were on their way all the time. */
const ENTRIES_MS = 600_000;
/** How long a cancelled attempt may store its last checkpoint: the control plane kills it after `cancelGraceSeconds`. */
const STOPPED_FLUSH_MS = 20_000;

/** Leaves the stages where a stop request is noticed between two of them. */
class Stopped extends Error {}

class RunningAttempt {
  stage: StageName | null = null;
  private readonly checkpoints: CheckpointHome;
  private readonly history: EpochReport[] = [];
  private readonly seconds: Partial<Record<StageName, number>> = {};

  constructor(private readonly attempt: Attempt) {
    this.checkpoints = attempt.home.checkpoints((checkpoint) => this.stored(checkpoint));
  }

  /** Stays where it is when the run fails, so that a person can see why. */
  private get reportFolder(): string {
    return join(this.attempt.settings.artifactDirectory, 'data');
  }

  async allStages(): Promise<Ending> {
    const { settings, reporter, home } = this.attempt;
    await home.bringSpec();
    const spec = await readSpec(settings.specFile, settings);
    if (settings.stages === 'prepare') return this.prepareOnly(spec);
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
    await this.checkAccelerator(backend);

    const prepared = await this.unlessStopped(this.prepare(spec));
    const data = await readEncodedDataset(await this.unlessStopped(prepared.encodedFiles()));
    if (settings.findBatchSize) return this.tryBatchSizes(spec, data);
    const workers = workerCount(settings.workers, backend, spec);
    const trained = await this.train({ spec, data, dataDigest: prepared.encodedDigest, workers });
    const evaluation = await this.evaluate(spec, data, trained);
    const artifacts = await this.register({ spec, backend, prepared, data, trained, evaluation });
    prepared.release();
    // What is not needed any more goes; a checkpoint that is still on its way is not needed either.
    await Promise.all([this.checkpoints.flush(TIDY_MS), this.storeEntries(ENTRIES_MS)]);
    await this.checkpoints.close();
    return { kind: 'completed', result: resultOf(trained, evaluation, artifacts, backend) };
  }

  /** Ends when what the data stages made is where the next attempt finds it, and not before. */
  private async prepareOnly(spec: TrainingSpec): Promise<Ending> {
    const prepared = await this.unlessStopped(this.prepare(spec));
    await this.unlessStopped(this.attempt.home.entries.settled());
    prepared.release();
    return { kind: 'prepared' };
  }

  /** Where nobody says how many GPUs the job has, there is nothing to hold against the machine. */
  private async checkAccelerator(backend: SelectedBackend): Promise<void> {
    const settings = acceleratorSettings();
    if (settings.expectedGpus === null) return;
    const { text, fields } = await checkAccelerator(backend, settings);
    this.attempt.reporter.log('info', text, fields);
  }

  async stopped(): Promise<Ending> {
    const reason = this.attempt.stop.reason ?? 'preempted';
    const timeoutMs = this.timeToStore(reason);
    await Promise.all([this.storeCheckpoints(timeoutMs), this.storeEntries(timeoutMs)]);
    return { kind: 'stopped', reason, checkpoint: this.checkpoints.newest };
  }

  /** Waits, at most so long, until what the data stages made is kept for other machines. What is not is made again there. */
  private async storeEntries(timeoutMs: number): Promise<void> {
    // Whoever stores them has told of failures.
    await within(
      timeoutMs,
      this.attempt.home.entries.settled().catch(() => undefined),
    );
  }

  /** Waits until the checkpoints are in the bucket, at most so long: the last one that is will be named and gone on from. */
  async storeCheckpoints(timeoutMs: number): Promise<void> {
    if (await this.checkpoints.flush(timeoutMs)) return;
    this.attempt.reporter.log(
      'warn',
      'the last checkpoint is not in the bucket: going on will be from the one before',
      {
        waitedMs: timeoutMs,
      },
    );
  }

  private timeToStore(reason: StopReason): number {
    const { deadline, stopGraceSeconds } = this.attempt.settings;
    const grace = stopGraceSeconds * 1000 - LAST_WORD_MS;
    if (reason === 'stopped') return Math.max(grace, STOPPED_FLUSH_MS);
    if (reason === 'preempted' || !deadline) return Math.max(1000, grace);
    return Math.max(1000, deadline.getTime() - this.attempt.now().getTime() - LAST_WORD_MS);
  }

  private async prepare(spec: TrainingSpec): Promise<Prepared> {
    const { home, reporter } = this.attempt;
    try {
      const prepared = await this.prepareHere(spec);
      await home.storeReport();
      return prepared;
    } catch (error) {
      // Where the data are refused, the report says why.
      await home.storeReport().catch((reason: unknown) => {
        reporter.log('warn', `the report about the data is not stored: ${String(reason)}`);
      });
      throw error;
    }
  }

  private async prepareHere(spec: TrainingSpec): Promise<Prepared> {
    const { settings, reporter, stop, home } = this.attempt;
    const isPrepared = settings.stages === 'train';
    return prepare({
      spec: isPrepared ? { ...spec, compute: { ...spec.compute, forceRecompute: [] } } : spec,
      mirror: home.entries,
      runId: settings.runId,
      baseDirectory: settings.dataBase,
      cacheRoot: settings.cacheDirectory,
      cloud: settings.cloud,
      signal: stop.signal,
      reportFolder: this.reportFolder,
      reportPlace: home.reportPlace,
      now: this.attempt.now,
      beforeEnd: stop.beforeEnd,
      onStageStart: (stage) => this.begin(stage),
      onStage: (report) => {
        this.seconds[report.stage] = report.seconds;
        reporter.stageCompleted(report);
      },
      log: (level, message, fields) => reporter.log(level, message, fields),
    });
  }

  private async train(
    given: Pick<TrainRequest, 'spec' | 'data' | 'dataDigest' | 'workers'>,
  ): Promise<Trained> {
    const { settings, reporter, stop } = this.attempt;
    return this.timed('train', async () => {
      const checkpointDirectory = join(settings.artifactDirectory, 'checkpoints');
      await this.checkpoints.adopt(checkpointDirectory);
      const outcome = await trainModel({
        ...given,
        checkpointDirectory,
        checkpointMirror: this.checkpoints,
        trainer: { runId: settings.runId, attempt: settings.attempt },
        onEpoch: (report) => {
          this.history.push(report);
          reporter.epochCompleted(report);
        },
        onProgress: (progress) => reporter.progress(progress),
        onCheckpoint: (checkpoint) => this.checkpoints.saved(checkpoint),
        onLog: (level, message, fields) => reporter.log(level, message, fields),
        stopRequested: () => stop.reason !== null,
        memoryLimitBytes: trainerMemoryBytes(),
        ...(settings.profile && { onProfile: (profile: Profile) => this.writeProfile(profile) }),
      });
      if (outcome.kind === 'stopped') {
        if (outcome.checkpoint) this.checkpoints.saved(outcome.checkpoint);
        throw new Stopped();
      }
      const { epochsTrained, bestEpoch, examplesPerSecond } = outcome;
      const counts = { epochs: epochsTrained, bestEpoch, examplesPerSecond: Math.round(examplesPerSecond) };
      return { value: outcome, counts };
    });
  }

  private async tryBatchSizes(spec: TrainingSpec, data: EncodedDataset): Promise<Ending> {
    const { reporter } = this.attempt;
    const { trials, best, reason } = await findBatchSize(data, spec, {
      memoryLimitBytes: trainerMemoryBytes(),
      used: process.memoryUsage.rss(),
      secondsPerTrial: 1,
      between: this.unlessStopping(),
    });
    for (const { batchSize, examplesPerSecond, memoryBytes } of trials) {
      const speed = Math.round(examplesPerSecond).toLocaleString('en-US');
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
    return { kind: 'found' };
  }

  private async writeProfile(profile: Profile): Promise<void> {
    const { settings, reporter } = this.attempt;
    const path = join(settings.artifactDirectory, 'profile.json');
    await writeFile(path, `${JSON.stringify(profile, null, 2)}\n`);
    const place = await this.attempt.home.storeFile(path);
    reporter.log('info', `where the time of epoch ${profile.epoch} went: ${place}`, { ...profile.seconds });
  }

  private evaluate(spec: TrainingSpec, data: EncodedDataset, { model }: Trained): Promise<EvaluationOutcome> {
    return this.timed('evaluate', async () => {
      const value = await evaluateModel({ model, data, spec, between: this.unlessStopping() });
      return { value, counts: { testRows: value.metrics[metricName(METRICS.rows, 'test')] ?? 0 } };
    });
  }

  /** Lets reports and signals have their turn; leaves what is going on where there is a stop request. */
  private unlessStopping(): () => Promise<void> {
    const yieldWhenDue = eventLoopYielder();
    return async () => {
      await yieldWhenDue();
      if (this.attempt.stop.reason !== null) throw new Stopped();
    };
  }

  /** Returns the URIs of the artifacts by name. */
  private register(made: {
    spec: TrainingSpec;
    backend: SelectedBackend;
    prepared: Prepared;
    data: EncodedDataset;
    trained: Trained;
    evaluation: EvaluationOutcome;
  }): Promise<Record<string, string>> {
    const { settings, now, home } = this.attempt;
    const { spec, data, prepared, trained, evaluation } = made;
    const directory = join(settings.artifactDirectory, 'model');
    return this.timed('register', async () => {
      const paths = await exportRun({
        model: trained.model,
        data,
        spec,
        encodedFolder: prepared.encodedFolder,
        reportFolder: this.reportFolder,
        directory,
        version: settings.modelVersion,
        createdAt: now(),
        testMetrics: evaluation.metrics,
        validationMetrics: trained.metrics,
        baselines: evaluation.baselines,
        history: this.history,
        run: this.identity(spec, made.backend, prepared),
      });
      const value = await home.storeModel(directory, paths);
      return { value, counts: { artifacts: Object.keys(value).length } };
    });
  }

  /** What makes the run repeatable, for the artifacts' metadata. */
  private identity(
    spec: TrainingSpec,
    backend: SelectedBackend,
    prepared: Prepared,
  ): Record<string, unknown> {
    const { settings } = this.attempt;
    return {
      run_id: settings.runId,
      attempt: settings.attempt,
      spec,
      spec_digest: digestOf(spec),
      data_fingerprint: prepared.dataFingerprint,
      data_snapshot: prepared.dataSnapshot,
      data: prepared.manifest,
      environment: {
        ...machine(),
        backend: backend.name,
        backend_version: backend.version,
        backend_reason: backend.reason,
        device: backend.device,
        git_commit: settings.gitCommit,
      },
      stage_seconds: this.seconds,
    };
  }

  private begin(stage: StageName): void {
    if (this.attempt.stop.reason !== null) throw new Stopped();
    this.stage = stage;
    this.attempt.reporter.stageStarted(stage);
  }

  private async timed<T>(
    stage: StageName,
    work: () => Promise<{ value: T; counts: CallbackContent<'stage-complete'>['counts'] }>,
  ): Promise<T> {
    this.begin(stage);
    const start = performance.now();
    const { value, counts } = await work();
    const seconds = (performance.now() - start) / 1000;
    this.seconds[stage] = seconds;
    this.attempt.reporter.stageCompleted({ stage, seconds, cacheHit: false, counts, detail: '' });
    return value;
  }

  /** Reading and encoding cannot be interrupted, only left: their outputs appear whole or not at all. */
  private async unlessStopped<T>(work: Promise<T>): Promise<T> {
    const { stop } = this.attempt;
    const stopped = stop.requested.then(async () => {
      await stop.finish();
      throw new Stopped();
    });
    return Promise.race([work, stopped]);
  }

  private stored(checkpoint: StoredCheckpoint): void {
    // The last word of an attempt that stops names it.
    if (this.attempt.stop.reason !== null) return;
    this.attempt.reporter.checkpointed({ ...checkpoint, final: false, reason: 'periodic' });
  }
}

async function within(timeoutMs: number, work: Promise<void>): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, pause(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
}

function resultOf(
  trained: Trained,
  evaluation: EvaluationOutcome,
  artifacts: Record<string, string>,
  backend: SelectedBackend,
): RunResult {
  const { epochsTrained, bestEpoch, earlyStoppedAtEpoch, examplesPerSecond } = trained;
  return {
    metrics: { ...trained.metrics, ...evaluation.metrics },
    baselines: evaluation.baselines,
    artifacts,
    epochsTrained,
    bestEpoch,
    earlyStoppedAtEpoch,
    backend: backend.name,
    examplesPerSecond,
  };
}
