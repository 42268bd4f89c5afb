import { METRICS, metricName, seedOf, type Metrics } from '@trainyard/shared';
import { randomFor } from '../../model/random.js';
import { valuesAt } from '../../model/valuesAt.js';
import type { EpochReport, TrainRequest } from './trainRequest.js';
import { divergence, isBroken } from './divergence.js';
import { afterEpoch } from '../optimize/earlyStopping.js';
import { epochOrder } from '../batch/epochOrder.js';
import { limitReached } from './limits.js';
import { afterPlateauEpoch, learningRateAt } from '../optimize/learningRate.js';
import { StopRequested, type Training } from './training.js';
import { eventLoopYielder } from './eventLoop.js';

/**
 * Trains the rest of the epoch after `state.epoch`, or up to a limit of the specification, and closes it; false when a stop
 * request came before its end.
 */
export async function runEpoch(training: Training, request: TrainRequest): Promise<boolean> {
  const { state, rows, stepsPerEpoch, spent } = training;
  const rowsPerStep = request.spec.training.batchSize * request.spec.training.accumulateSteps;
  const order = orderOf(training, request);
  const yieldWhenDue = eventLoopYielder();
  training.profiler?.begin(state.epoch);
  const seen = () => Math.min(state.step * rowsPerStep, rows.length);
  const begin = { examples: seen(), at: performance.now() };
  while (state.step < stepsPerEpoch && !limitReached(request.spec.training, state)) {
    if (request.stopRequested()) return false;
    const startedAt = performance.now();
    const start = state.step * rowsPerStep;
    const batch = valuesAt(rows, order.subarray(start, start + rowsPerStep));
    if (!(await unlessStopped(takeStep(training, batch)))) return false;
    const examples = seen() - begin.examples;
    const seconds = (performance.now() - begin.at) / 1000;
    request.onProgress({
      fraction: state.step / stepsPerEpoch,
      step: state.step,
      totalSteps: stepsPerEpoch,
      examplesPerSecond: examples / seconds,
      loss: state.lossSum / seen(),
    });
    state.seconds += (performance.now() - startedAt) / 1000;
    await training.keeper.withinEpoch(state);
    await yieldWhenDue();
  }
  const seconds = (performance.now() - begin.at) / 1000;
  // None where the attempt before had only the evaluation left to do.
  const examples = seen() - begin.examples;
  spent.examples += examples;
  spent.seconds += seconds;
  return closeEpoch(training, request, { seconds, examples, seen: seen() });
}

/** An epoch that began on a machine with other memory goes on in its order, though another would read less here. */
function orderOf({ rows, state }: Training, { spec, data }: TrainRequest): Int32Array {
  if (state.step === 0) state.blocks = data.query.blocks;
  const random = randomFor(seedOf(spec.training, 'shuffle'), `shuffle ${state.epoch}`);
  return epochOrder(rows.length, random, state.blocks);
}

async function takeStep(training: Training, rows: Int32Array): Promise<{ loss: number }> {
  const { state, optimizer, profiler, stepsPerEpoch } = training;
  const rate = rateAfter(training, optimizer.steps);
  const step = () => training.step(rows, state, rate);
  const { loss } = profiler?.wants(state.epoch, state.step, stepsPerEpoch)
    ? await profiler.operationsOf(step)
    : await step();
  if (!Number.isFinite(loss)) throw diverged(training, 'loss', loss);
  training.lossWatch.see(loss / rows.length, state.epoch);
  state.lossSum += loss;
  state.step += 1;
  state.optimizer = optimizer.state();
  return { loss };
}

function rateAfter({ model, state, stepsPerEpoch }: Training, steps: number): number {
  return learningRateAt(model.spec.training, stepsPerEpoch, steps, state.plateau);
}

function diverged(training: Training, name: string, value: number) {
  const { model, state, lossWatch, optimizer } = training;
  return divergence(model, {
    name,
    value,
    when: `epoch ${state.epoch + 1}, step ${state.step + 1}`,
    lastLoss: lossWatch.last,
    // The step before has done it: this one has only seen it.
    rate: rateAfter(training, Math.max(0, optimizer.steps - 1)),
  });
}

/** False when a stop request came before the epoch's metrics were there: then they will be made when the training goes on. */
async function closeEpoch(
  training: Training,
  request: TrainRequest,
  { seconds, examples, seen }: { seconds: number; examples: number; seen: number },
): Promise<boolean> {
  const { state, optimizer, model } = training;
  const { earlyStopping, schedule } = request.spec.training;
  optimizer.settle();
  training.setUnseen();
  state.optimizer = optimizer.state();
  const spent = training.clock.lap();
  const begin = performance.now();
  const validated = await unlessStopped(training.validate());
  if (!validated) return false;
  const { metrics: validation, isByTies } = validated;
  // Where there are no rows to measure by, nobody else would see what the last step has done.
  const isSeen = Object.keys(validation).length > 0;
  if (!isSeen && model.parameters.some(isBroken)) throw diverged(training, 'weights', NaN);
  const evaluate = (performance.now() - begin) / 1000;
  state.seconds += evaluate;
  const metrics: Metrics = {
    [metricName(METRICS.loss, 'training')]: state.lossSum / seen,
    [metricName(METRICS.learningRate, 'training')]: rateAfter(training, optimizer.steps - 1),
    ...model.metrics,
    ...validation,
  };
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw diverged(training, name, value);
  }
  const epoch = state.epoch + 1;
  request.onLog('debug', `epoch ${epoch}: seconds by phase`, { epoch, ...spent, evaluate });
  if (isByTies)
    request.onLog(
      'warn',
      `epoch ${epoch}: items score alike, and the right one counts as the first of them, so that no rank of it counts for early stopping, the learning rate or a sweep`,
    );
  await training.profiler?.end(state.epoch, state.step, examples, spent, evaluate);
  const examplesPerSecond = examples === 0 ? 0 : examples / seconds;
  const report: EpochReport = {
    epoch,
    metrics,
    seconds,
    examples,
    examplesPerSecond,
    ...(isByTies && { byTies: true }),
  };
  Object.assign(state, {
    epoch,
    step: 0,
    lossSum: 0,
    plateau: afterPlateauEpoch(state.plateau, epoch, metrics, schedule, isByTies),
    best: afterEpoch(state.best, epoch, metrics, earlyStopping, isByTies),
    history: [...state.history, report],
  });
  request.onEpoch(report);
  return true;
}

async function unlessStopped<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StopRequested) return undefined;
    throw error;
  }
}
