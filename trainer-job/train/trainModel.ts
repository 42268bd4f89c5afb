import { setImmediate as nextTurn } from 'node:timers/promises';
import { digestOf, type Metrics } from '@trainyard/shared';
import type { EncodedDataset } from '../data/encodedDataset.js';
import { evaluationRows } from '../evaluate/evaluationRows.js';
import { scoreSplit } from '../evaluate/scoreSplit.js';
import { randomFor } from '../model/random.js';
import { SpecError } from '../model/specError.js';
import { TwoTowerModel } from '../model/twoTowerModel.js';
import { CheckpointFolder, type TrainingState } from './checkpoints.js';
import type { EpochReport, TrainOutcome, TrainRequest } from './contract.js';
import { afterEpoch, isOver, NONE_SO_FAR } from './earlyStopping.js';
import { epochOrder } from './epochOrder.js';
import { newOptimizer } from './optimizer.js';
import { trainingStep, type TrainingStep } from './trainingStep.js';

/** Other work of the process (reports, signals) gets its turn at least this often. */
const TURN_MS = 50;

/** Trains from the newest checkpoint, or from the start, until the epochs are done, early stopping or a stop request. */
export async function trainModel(request: TrainRequest): Promise<TrainOutcome> {
  const training = await openTraining(request);
  const { spec } = request;
  const { epochs, earlyStopping } = spec.training;

  for (const report of training.state.history) request.onEpoch(report);
  while (training.state.epoch < epochs && !isOver(training.state.best, earlyStopping)) {
    const finished = await runEpoch(training, request);
    if (!finished) {
      const path = await training.checkpoints.save(training.state);
      return { kind: 'stopped', checkpoint: { path, epoch: training.state.epoch } };
    }
    await keepProgress(training, request);
  }
  return finish(training, request);
}

interface Training {
  model: TwoTowerModel;
  checkpoints: CheckpointFolder;
  optimizerSteps(): number;
  step: TrainingStep;
  /** Positions of the training rows whose item is in the vocabulary. */
  rows: Int32Array;
  validate(): Promise<Metrics>;
  state: TrainingState;
  /** Over this process, for the throughput: examples and seconds in training steps. */
  spent: { examples: number; seconds: number };
}

async function openTraining(request: TrainRequest): Promise<Training> {
  const { data, spec, checkpointDirectory } = request;
  const rows = knownRows(data);
  if (rows.length === 0) {
    throw new SpecError(
      'no training row has an item of the vocabulary',
      'lower minCount of the candidate id feature, or bring more data',
    );
  }
  const model = new TwoTowerModel(data, spec);
  const optimizer = newOptimizer(spec.training.optimizer, model.parameters);
  const checkpoints = new CheckpointFolder(
    checkpointDirectory,
    identityOf(request),
    model.parameters,
    optimizer,
    model.state,
  );
  const restored = await checkpoints.restoreNewest((name, reason) =>
    request.onLog('warn', `checkpoint ${name} is not used: ${reason}`),
  );
  if (restored) request.onLog('info', `resuming after epoch ${restored.epoch}, step ${restored.step}`);
  const validation = evaluationRows(data, 'validation');
  const between = turnTaker();
  return {
    model,
    checkpoints,
    optimizerSteps: () => optimizer.steps,
    step: trainingStep(model, optimizer, data.splits.train),
    rows,
    validate: () => scoreSplit(model, validation, spec.evaluation.k, 'val_', between).then(asEpochMetrics),
    state: restored ?? { epoch: 0, step: 0, lossSum: 0, optimizerSteps: 0, best: NONE_SO_FAR, history: [] },
    spent: { examples: 0, seconds: 0 },
  };
}

/** Validation recalls carry no prefix: `recall_at_K` of an epoch is on the validation split. */
function asEpochMetrics(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name.replace(/^val_recall/, 'recall'), value]),
  );
}

/** What must be equal for a checkpoint to be continued: everything that shapes the weights. */
function identityOf({ data, spec }: TrainRequest): string {
  const { epochs: _epochs, earlyStopping: _stop, checkpoint: _checkpoint, ...training } = spec.training;
  return digestOf({
    features: spec.features,
    model: spec.model,
    training,
    query: shapeOf(data.query),
    candidate: shapeOf(data.candidate),
    rows: data.splits.train.count,
    // They shape the order of the rows; an epoch that began in one order does not go on in another.
    ...(data.query.blocks && { blocks: data.query.blocks }),
  });
}

function shapeOf({ features, entities }: EncodedDataset['query']) {
  return { features, entities };
}

function knownRows(data: EncodedDataset): Int32Array {
  const { item, count } = data.splits.train;
  const rows = new Int32Array(count);
  let kept = 0;
  for (let row = 0; row < count; row++) if (item[row] !== 0) rows[kept++] = row;
  return rows.slice(0, kept);
}

/** Trains the rest of the epoch after `state.epoch`; false when a stop request ended it. */
async function runEpoch(training: Training, request: TrainRequest): Promise<boolean> {
  const { state, rows, spent } = training;
  const { batchSize, seed } = request.spec.training;
  const random = randomFor(seed, `shuffle ${state.epoch}`);
  const order = epochOrder(rows.length, random, request.data.query.blocks);
  const totalSteps = Math.ceil(rows.length / batchSize);
  const takeTurn = turnTaker();
  const begin = { step: state.step, at: performance.now() };
  while (state.step < totalSteps) {
    if (request.stopRequested()) return false;
    const start = state.step * batchSize;
    const batch = order.subarray(start, start + batchSize).map((position) => rows[position]!);
    const { loss } = training.step(batch, state);
    if (!Number.isFinite(loss)) throw divergence(state, loss);
    state.lossSum += loss;
    state.step += 1;
    state.optimizerSteps = training.optimizerSteps();
    const examples = Math.min(state.step * batchSize, rows.length) - begin.step * batchSize;
    const seconds = (performance.now() - begin.at) / 1000;
    request.onProgress({
      fraction: state.step / totalSteps,
      step: state.step,
      totalSteps,
      examplesPerSecond: examples / seconds,
    });
    await takeTurn();
  }
  const seconds = (performance.now() - begin.at) / 1000;
  const examples = rows.length - begin.step * batchSize;
  spent.examples += examples;
  spent.seconds += seconds;
  await closeEpoch(training, request, { seconds, examples });
  return true;
}

function divergence(state: TrainingState, loss: number): SpecError {
  return new SpecError(
    `the loss became ${loss} in epoch ${state.epoch + 1}, step ${state.step + 1}: the training diverged`,
    'lower training.optimizer.learningRate, or raise model.temperature',
  );
}

async function closeEpoch(
  training: Training,
  request: TrainRequest,
  { seconds, examples }: { seconds: number; examples: number },
): Promise<void> {
  const { state, rows, model } = training;
  const metrics: Metrics = {
    loss: state.lossSum / rows.length,
    ...model.metrics,
    ...(await training.validate()),
  };
  const epoch = state.epoch + 1;
  const report: EpochReport = { epoch, metrics, seconds, examples, examplesPerSecond: examples / seconds };
  Object.assign(state, {
    epoch,
    step: 0,
    lossSum: 0,
    best: afterEpoch(state.best, epoch, metrics, request.spec.training.earlyStopping),
    history: [...state.history, report],
  });
  request.onEpoch(report);
}

/** Saves where the specification says so, at every new best epoch and at the end; keeps the best ones and the newest. */
async function keepProgress(training: Training, request: TrainRequest): Promise<void> {
  const { state, checkpoints } = training;
  const { checkpoint, epochs, earlyStopping } = request.spec.training;
  const isLast = state.epoch === epochs || isOver(state.best, earlyStopping);
  if (state.epoch % checkpoint.everyEpochs !== 0 && state.best.bestEpoch !== state.epoch && !isLast) return;
  const path = await checkpoints.save(state);
  await checkpoints.keepOnly([
    state.best.bestEpoch,
    ...bestEpochs(state.history, earlyStopping, checkpoint.keepBest),
  ]);
  request.onCheckpoint({ path, epoch: state.epoch });
}

/** The `count` best epochs by the monitored metric. */
function bestEpochs(
  history: readonly EpochReport[],
  earlyStopping: TrainRequest['spec']['training']['earlyStopping'],
  count: number,
): number[] {
  if (!earlyStopping) return [];
  const { monitor } = earlyStopping;
  const sign = monitor === 'val_loss' ? 1 : -1;
  const value = (report: EpochReport) => sign * (report.metrics[monitor] ?? Infinity);
  return history
    .toSorted((a, b) => value(a) - value(b))
    .slice(0, count)
    .map((report) => report.epoch);
}

async function finish(
  { model, checkpoints, state, spent }: Training,
  request: TrainRequest,
): Promise<TrainOutcome> {
  const { bestEpoch } = state.best;
  if (bestEpoch !== state.epoch) await checkpoints.restoreEpoch(bestEpoch);
  const best = state.history.find((report) => report.epoch === bestEpoch);
  const stoppedEarly = isOver(state.best, request.spec.training.earlyStopping);
  return {
    kind: 'trained',
    model,
    metrics: best?.metrics ?? {},
    bestEpoch,
    epochsTrained: state.epoch,
    earlyStoppedAtEpoch: stoppedEarly ? state.epoch : null,
    examplesPerSecond: spent.seconds > 0 ? spent.examples / spent.seconds : (best?.examplesPerSecond ?? 0),
  };
}

/** Lets the event loop turn when the last turn is long ago. */
function turnTaker(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < TURN_MS) return;
    await nextTurn();
    last = performance.now();
  };
}
