import { isOfRanks, type Metrics } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { Scoring } from '../../evaluate/ranks/scoring.js';
import { splitScorer } from '../../evaluate/splitScorer.js';
import { inSharedMemory } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { TrainingState } from '../checkpoint/checkpointFile.js';
import { CheckpointFolder, placeOf } from '../checkpoint/checkpoints.js';
import type { TrainRequest } from './trainRequest.js';
import { LossWatch } from './divergence.js';
import { bestOnResuming, NONE_SO_FAR } from '../optimize/earlyStopping.js';
import { identitiesOf } from '../checkpoint/identity.js';
import { NO_PLATEAU } from '../optimize/learningRate.js';
import { estimateMemory, gigabytes, refuseWhatDoesNotFit } from './memoryEstimate.js';
import { newOptimizer, type Optimizer } from '../optimize/optimizer.js';
import { optimizerStep, type OptimizerStep } from './optimizerStep.js';
import { PhaseClock } from '../batch/phaseClock.js';
import { Profiler, type Profile } from './profiler.js';
import { ProgressKeeper } from './progressKeeper.js';
import { trainSample } from '../batch/trainSample.js';
import { validationSample } from '../batch/validationSample.js';
import { unseenRows } from './unseenRows.js';
import { eventLoopYielder } from './eventLoop.js';
import { parallelScoring } from '../workers/parallelScoring.js';
import { parallelStep } from '../workers/parallelStep.js';
import { WorkerPool } from '../workers/workerPool.js';
import { workersOf } from '../workers/workersOf.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Leaves an evaluation that is asked to stop. */
export class StopRequested extends Error {}

/** What an epoch is measured by. */
interface Validated {
  metrics: Metrics;
  /** Whether ranks tell of equal scores more than of the model; false where no decision goes by ranks. */
  isByTies: boolean;
}

/** A training that goes on in this process: what it works with, and how far it is. */
export interface Training {
  model: TwoTowerModel;
  optimizer: Optimizer;
  keeper: ProgressKeeper;
  /** Throws `StopRequested`, as `validate` does, and then has changed nothing. */
  step: OptimizerStep;
  /** Those that compute the steps together, where they are several; to be closed at the end. */
  workers: WorkerPool | undefined;
  /** An evaluation by them. */
  scoring: Scoring | undefined;
  clock: PhaseClock;
  /** Positions of the training rows that are learned from. */
  rows: Int32Array;
  stepsPerEpoch: number;
  /** Gives the rows of embeddings that training rows do not name a meaning: before the model is measured, saved or handed out. */
  setUnseen(this: void): void;
  /** Throws `StopRequested` where there is a stop request: an evaluation may take longer than a stop has time. */
  validate(): Promise<Validated>;
  profiler: Profiler | undefined;
  lossWatch: LossWatch;
  state: TrainingState;
  /** Over this process, for the throughput: examples and seconds in training steps. */
  spent: { examples: number; seconds: number };
}

/** From the newest checkpoint that can be used, or from the start. */
export async function openTraining(request: TrainRequest): Promise<Training> {
  const { data, spec, checkpointDirectory } = request;
  const rows = knownRows(data, spec);
  checkMemory(request);
  const size = workersOf(request);
  const { model, optimizer } = size > 1 ? inSharedMemory(() => newModel(request)) : newModel(request);
  const checkpoints = await CheckpointFolder.open(
    checkpointDirectory,
    identitiesOf(request),
    { parameters: model.parameters, optimizer, modelState: model.state },
    request.trainer,
    request.checkpointMirror,
  );
  const restored = await checkpoints.restoreNewest((name, reason) =>
    request.onLog('warn', `checkpoint ${name} is not used: ${reason}`),
  );
  const state = restored ? resumed(restored.state, spec) : newState();
  if (restored) request.onLog('info', `resuming after epoch ${state.epoch}, step ${state.step}`);
  const { batchSize, accumulateSteps } = spec.training;
  const sampled = trainSample(data, rows, spec);
  const workers = size > 1 ? await WorkerPool.start(size, model, optimizer, data) : undefined;
  const scoring = workers && parallelScoring(model, workers);
  let isByTies = false;
  const onTies = goesByRanks(request) ? (found: boolean) => void (isByTies = found) : undefined;
  const validate = splitScorer(model, validationSample(data, spec), 'validation', scoring, onTies);
  const rescore = sampled && splitScorer(model, sampled, 'train', scoring);
  const yieldWhenDue = eventLoopYielder();
  const between = async () => {
    await yieldWhenDue();
    if (request.stopRequested()) throw new StopRequested();
  };
  const clock = new PhaseClock();
  const computer = workers && parallelStep(model, optimizer, data.splits.train, workers, clock);
  return {
    model,
    workers,
    scoring,
    optimizer,
    keeper: new ProgressKeeper(
      checkpoints,
      request,
      restored && { path: restored.path, place: placeOf(state) },
    ),
    step: optimizerStep(model, optimizer, data.splits.train, { clock, computer, between }),
    clock,
    rows,
    stepsPerEpoch: Math.ceil(rows.length / (batchSize * accumulateSteps)),
    setUnseen: unseenRows(model, data.splits.train, rows),
    validate: async () => {
      const metrics = { ...(rescore && (await rescore(between))), ...(await validate(between)) };
      return { metrics, isByTies };
    },
    profiler: request.onProfile && newProfiler(request.onProfile, workers),
    lossWatch: new LossWatch((message) => request.onLog('warn', message)),
    state,
    spent: { examples: 0, seconds: 0 },
  };
}

/** Whether ranks say which epoch is the best, when the learning rate falls, or how the run stands beside others. */
function goesByRanks({ spec, comparedBy }: TrainRequest): boolean {
  const { earlyStopping, schedule } = spec.training;
  const metrics = [
    earlyStopping && earlyStopping.monitor,
    schedule.type === 'plateau' && schedule.monitor,
    comparedBy,
  ];
  return metrics.some((metric) => typeof metric === 'string' && isOfRanks(metric));
}

function newModel({ data, spec }: TrainRequest): Pick<Training, 'model' | 'optimizer'> {
  const model = new TwoTowerModel(data, spec);
  return { model, optimizer: newOptimizer(spec.training.optimizer, model.parameters) };
}

function newProfiler(report: (profile: Profile) => Promise<void>, workers: WorkerPool | undefined): Profiler {
  return workers ? new Profiler(report, (work) => workers.watch(work)) : new Profiler(report);
}

/** Before anything is allocated. */
function checkMemory(request: TrainRequest): void {
  const { data, spec, memoryLimitBytes: limit } = request;
  const estimate = estimateMemory(data, spec);
  const used = process.memoryUsage.rss();
  if (limit !== undefined) refuseWhatDoesNotFit(estimate, data, limit, used);
  request.onLog('debug', `training takes about ${gigabytes(estimate.total)} of memory`, {
    ...estimate,
    used,
  });
}

function newState(): TrainingState {
  return {
    epoch: 0,
    step: 0,
    lossSum: 0,
    seconds: 0,
    optimizer: { steps: 0, owedDecay: 0 },
    plateau: NO_PLATEAU,
    best: NONE_SO_FAR,
    history: [],
  };
}

function resumed(state: TrainingState, { training }: TrainRequest['spec']): TrainingState {
  return { ...state, best: bestOnResuming(state, training.earlyStopping) };
}

/** Those whose item is in the vocabulary and that, where nothing but a target is learned, have one. */
function knownRows(data: EncodedDataset, { model }: TrainRequest['spec']): Int32Array {
  const { item, count, target } = data.splits.train;
  const needed = model.type === 'ranking' ? target : undefined;
  const rows = new Int32Array(count);
  let kept = 0;
  for (let row = 0; row < count; row++) {
    if (item[row] !== 0 && !(needed && Number.isNaN(needed[row]!))) rows[kept++] = row;
  }
  if (kept > 0) return rows.slice(0, kept);
  throw new TrainerError(
    'invalid-spec',
    `no training row has an item of the vocabulary${needed ? ' and a target' : ''}`,
    'lower minCount of the candidate id feature, or bring more data',
  );
}
