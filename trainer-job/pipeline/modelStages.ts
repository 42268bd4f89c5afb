/** `train`, `evaluate` and `register`. What they make is of this attempt alone: nothing of it is in the stage cache. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  digestOf,
  flattened,
  MAX_REFERENCES,
  METRICS,
  metricName,
  modelFolderOf,
  parseMetricName,
  runWarning,
  type DataReference,
  type Metrics,
  type RunEnvironment,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import type { SelectedBackend } from '../backend/selectBackend.js';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { evaluateModel } from '../evaluate/evaluateModel.js';
import { EVALUATION_ARTIFACTS, writeEvaluation } from '../evaluationReport/writeEvaluation.js';
import { exportRun } from '../export/exportRun.js';
import type { CheckpointHome } from '../home/artifactHome.js';
import { machine, trainerMemoryBytes } from '../settings/limits.js';
import type { StopSignal } from '../stopSignal.js';
import { eventLoopYielder } from '../train/loop/eventLoop.js';
import type { Profile } from '../train/loop/profiler.js';
import { trainModel } from '../train/loop/trainModel.js';
import type { EpochReport, KeptWorkers } from '../train/loop/trainRequest.js';
import { pathReference, valueReference, weightsReference } from '../provenance/references.js';
import { evaluationReport, type JudgedReport, intentOf, servingOf } from './evaluationReport.js';
import { measuredProduction, measuredServing } from './measuredServing.js';
import { indexInWords, indexWarnings } from './itemIndex.js';
import { openProduction } from './openProduction.js';
import { reportFolderOf, type Attempt } from './attempt.js';
import { writeListsOfRun, type ListsOfRun } from './runLists.js';
import { Stopped, unlessStopped } from './runStages.js';
import { entryReference } from './validateStage.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import type { Outputs, Registered, Stage } from './stage.js';

/** What the model stages are made for. */
export interface ModelContext {
  attempt: Attempt;
  spec: TrainingSpec;
  backend: SelectedBackend;
  /** How many threads compute each step. */
  workers: number;
  /** Where the training leaves them for the evaluation. */
  kept: Kept;
  /** What `transform` made, opened. */
  data: EncodedDataset;
  checkpoints: CheckpointHome;
  environment: RunEnvironment;
  /** What lineage calls the place of an output of the cache. */
  entryUri: (folder: string) => string;
}

/** The workers of a training that has come to its end, until they are closed. */
export class Kept {
  private workers: KeptWorkers | undefined;

  keep(workers: KeptWorkers): void {
    this.workers = workers;
  }

  get scoring(): KeptWorkers['scoring'] | undefined {
    return this.workers?.scoring;
  }

  async close(): Promise<void> {
    await this.workers?.close();
    this.workers = undefined;
  }
}

export function modelStages(context: ModelContext): readonly Stage[] {
  return [trainStage(context), evaluateStage(context), registerStage(context)];
}

/** Goes on from the newest checkpoint; saves one where a stop is requested, and throws `Stopped`. */
function trainStage(context: ModelContext): Stage<'train'> {
  const { attempt, spec, data, workers, checkpoints } = context;
  const { settings, reporter, stop } = attempt;
  const checkpointDirectory = join(settings.artifactDirectory, 'checkpoints');
  return {
    name: 'train',
    key: null,
    async run({ outputs }) {
      await checkpoints.adopt(checkpointDirectory);
      const history: EpochReport[] = [];
      const outcome = await trainModel({
        spec,
        data,
        comparedBy: settings.inSweep?.metric,
        dataDigest: outputs.of('transform').digest,
        formerDataDigest: outputs.of('transform').formerDigest,
        workers,
        checkpointDirectory,
        checkpointMirror: checkpoints,
        trainer: { runId: settings.runId, attempt: settings.attempt },
        keepWorkers: (kept) => context.kept.keep(kept),
        onEpoch: (report) => {
          history.push(report);
          reporter.epochCompleted(report);
        },
        onProgress: (progress) => reporter.progress(progress),
        onCheckpoint: (checkpoint) => checkpoints.saved(checkpoint),
        onLog: (level, message, fields) => reporter.log(level, message, fields),
        stopRequested: () => stop.reason !== null,
        memoryLimitBytes: trainerMemoryBytes(),
        ...(settings.profile && { onProfile: (profile: Profile) => writeProfile(attempt, profile) }),
      });
      if (outcome.kind === 'stopped') {
        if (outcome.checkpoint) checkpoints.saved(outcome.checkpoint);
        throw new Stopped();
      }
      const { epochsTrained: epochs, bestEpoch, examplesPerSecond, model } = outcome;
      return {
        lineage: { inputs: [encodedOf(context, outputs)], outputs: [weightsOf(model)] },
        output: { ...outcome, history },
        counts: { epochs, bestEpoch, examplesPerSecond: Math.round(examplesPerSecond) },
      };
    },
  };
}

async function writeProfile({ settings, reporter, home }: Attempt, profile: Profile): Promise<void> {
  const path = join(settings.artifactDirectory, 'profile.json');
  await writeFile(path, `${JSON.stringify(profile, null, 2)}\n`);
  const place = await home.storeFile(path);
  reporter.log('info', `where the time of epoch ${profile.epoch} went: ${place}`, { ...profile.seconds });
}

function evaluateStage(context: ModelContext): Stage<'evaluate'> {
  const { attempt, spec, data, kept } = context;
  return {
    name: 'evaluate',
    key: null,
    async run({ outputs }) {
      const { model } = outputs.of('train');
      const { serving: production, inputs } = await openProduction(attempt, spec, outputs);
      const between = unlessStopping(attempt.stop);
      const testTimes = await unlessStopped(attempt.stop, outputs.of('transform').testTimes());
      const { scoring } = kept;
      const output = await evaluateModel({ model, data, spec, between, production, testTimes, scoring });
      await kept.close();
      const testRows = output.metrics[metricName(METRICS.rows, 'test')] ?? 0;
      const { test } = outputs.of('transform').measured;
      // What is found of them has figures of its own, of which this says how many rows they are.
      const ofCold =
        spec.model.type === 'ranking' || test.newUser === 0
          ? ''
          : `, and ${whole(test.newUser)} of cold users by themselves`;
      return {
        output,
        counts: { testRows, testRowsOfSplit: test.rows },
        detail: `${whole(testRows)} of ${whole(test.rows)} test rows measured${ofCold}`,
        warnings: output.warnings,
        lineage: {
          inputs: [encodedOf(context, outputs), weightsOf(model), ...inputs],
          outputs: [valueReference('findings', output.findings)],
        },
      };
    },
  };
}

/** Lets reports and signals have their turn; leaves what is going on where there is a stop request. */
export function unlessStopping(stop: StopSignal): () => Promise<void> {
  const yieldWhenDue = eventLoopYielder();
  return async () => {
    await yieldWhenDue();
    if (stop.reason !== null) throw new Stopped();
  };
}

/** An epoch also reports the loss of its training rows and its learning rate. */
function ofValidation(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).filter(([name]) => parseMetricName(name)?.split === 'validation'),
  );
}

function registerStage(context: ModelContext): Stage<'register'> {
  const { attempt, spec, data, environment } = context;
  const { settings, now, home } = attempt;
  const directory = join(settings.artifactDirectory, 'model');
  return {
    name: 'register',
    key: null,
    async run({ outputs }) {
      const { model, metrics: lastMetrics, history } = outputs.of('train');
      const { metrics: testMetrics, ...evaluated } = outputs.of('evaluate');
      const { baselines, calibration, itemVectors, findings } = evaluated;
      const made: { judged?: JudgedReport; lists?: ListsOfRun } = {};
      const between = unlessStopping(attempt.stop);
      const {
        artifacts: paths,
        leftOut,
        index,
      } = await exportRun({
        model,
        data,
        spec,
        encodedFolder: outputs.of('transform').folder,
        reportFolder: reportFolderOf(attempt),
        directory,
        version: settings.modelVersion,
        createdAt: now(),
        testMetrics,
        validationMetrics: ofValidation(lastMetrics),
        baselines,
        calibration,
        itemVectors,
        history,
        importance: findings.importance,
        beside: async (folder) => {
          const serving = {
            ...(await measuredServing(attempt, folder, data, between)),
            production: await measuredProduction(attempt, spec, data, between),
          };
          made.judged = evaluationReport({ settings, spec, environment }, outputs, serving, now());
          await writeEvaluation(made.judged.report, folder);
          made.lists = await writeListsOfRun(attempt, spec, folder, between);
          return { ...EVALUATION_ARTIFACTS, ...made.lists.artifacts };
        },
        run: identityOf(context, outputs),
        withRows: outputs.of('transform').withRows,
        between,
      });
      const artifacts = await home.storeModel(directory, paths);
      return {
        output: { artifacts, ...judgedOf(made) },
        counts: { artifacts: Object.keys(artifacts).length },
        ...indexInWords(index),
        warnings: [
          ...leftOut.map((message) =>
            runWarning(
              'format-left-out',
              message,
              'use another format, or the folder of the model with @trainyard/recommender',
            ),
          ),
          ...indexWarnings(index, spec),
          ...(made.lists?.warnings ?? []),
        ],
        lineage: {
          inputs: [weightsOf(model), valueReference('findings', outputs.of('evaluate').findings)],
          outputs: await artifactsOf(directory, paths, artifacts),
        },
      };
    },
  };
}

const encodedOf = ({ entryUri }: ModelContext, outputs: Outputs) =>
  entryReference({ entryUri }, 'encoded', outputs.of('transform'));

const weightsOf = (model: TwoTowerModel) => weightsReference([...model.parameters, ...model.state]);

/** Each artifact by its own digest, and the folder of all of them, which is what a model is known by. */
async function artifactsOf(
  directory: string,
  paths: Readonly<Record<string, string>>,
  uris: Readonly<Record<string, string>>,
): Promise<DataReference[]> {
  const folder = modelFolderOf(uris) ?? undefined;
  const all = await Promise.all([
    pathReference('model', directory, folder),
    ...Object.entries(paths).map(([name, path]) => pathReference(name, path, uris[name])),
  ]);
  return all.flatMap((one) => one ?? []).slice(0, MAX_REFERENCES);
}

function judgedOf({ judged }: { judged?: JudgedReport }): Omit<Registered, 'artifacts'> {
  if (!judged) throw new Error('the model was exported without its evaluation');
  const { report, figures } = judged;
  return { verdict: report.verdict, performance: report.performance, figures };
}

/** What makes the run repeatable, for the artifacts' metadata. */
function identityOf(
  { attempt, spec, backend, environment }: ModelContext,
  outputs: Outputs,
): Record<string, unknown> {
  const { runId, attempt: number } = attempt.settings;
  const { source, outcome: rows } = outputs.of('ingest');
  return {
    run_id: runId,
    attempt: number,
    spec,
    spec_digest: digestOf(spec),
    data_fingerprint: source.fingerprint,
    data_snapshot: rows.snapshot,
    data: outputs.of('transform').outcome,
    measured_rows: outputs.of('transform').measured,
    warnings: outputs.warnings,
    environment: {
      ...machine(),
      backend: backend.name,
      backend_version: backend.version,
      backend_reason: backend.reason,
      device: backend.device,
      git_commit: environment.code.gitCommit,
      is_dirty: environment.code.isDirty,
      lockfile_digest: environment.code.lockfileDigest,
      image: environment.code.image,
      machine: environment.machine,
      versions: environment.versions,
      variables: environment.variables,
    },
    author: attempt.settings.author,
    intent: intentOf(attempt.settings, spec),
    seeds: environment.seeds,
    production: servingOf(attempt.settings),
    parameters: flattened(spec),
    lineage: outputs.lineage,
    stage_seconds: outputs.seconds,
  };
}
