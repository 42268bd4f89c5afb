import { Superseded } from '../checkpoint/checkpointOwner.js';
import type { TrainOutcome, TrainRequest } from './trainRequest.js';
import { isOver } from '../optimize/earlyStopping.js';
import { runEpoch } from './epoch.js';
import { limitReached } from './limits.js';
import { openTraining, type Training } from './training.js';

/**
 * Trains from the newest checkpoint, or from the start, until the epochs are done, early stopping or a stop request, or until
 * another process goes on in its place.
 */
export async function trainModel(request: TrainRequest): Promise<TrainOutcome> {
  try {
    return await train(request);
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
    request.onLog('warn', `stopped without saving: ${error.message}`);
    return { kind: 'stopped', checkpoint: null };
  }
}

async function train(request: TrainRequest): Promise<TrainOutcome> {
  const training = await openTraining(request);
  const { workers, scoring } = training;
  let isKept = false;
  try {
    const outcome = await runEpochs(training, request);
    if (outcome.kind === 'trained' && workers && scoring && request.keepWorkers) {
      request.keepWorkers({ scoring, close: () => workers.close() });
      isKept = true;
    }
    return outcome;
  } finally {
    if (!isKept) await workers?.close();
  }
}

async function runEpochs(training: Training, request: TrainRequest): Promise<TrainOutcome> {
  const { state, keeper } = training;
  for (const report of state.history) request.onEpoch(report);
  while (!isDone(training, request)) {
    const finished = await runEpoch(training, request);
    if (!finished) return { kind: 'stopped', checkpoint: await keeper.atStop(state) };
    await keeper.afterEpoch(state, isDone(training, request));
  }
  return finish(training, request);
}

function isDone({ state }: Training, { spec }: TrainRequest): boolean {
  const { epochs, earlyStopping } = spec.training;
  const isWhole = state.epoch >= epochs || isOver(state.best, earlyStopping);
  return isWhole || (state.step === 0 && limitReached(spec.training, state) !== undefined);
}

async function finish(
  { model, keeper, state, spent, setUnseen }: Training,
  request: TrainRequest,
): Promise<TrainOutcome> {
  const limit = limitReached(request.spec.training, state);
  if (limit) request.onLog('info', `${limit}, is reached: the training ends in epoch ${state.epoch}`);
  const bestEpoch = await keeper.restoreBest(state);
  // A checkpoint of before has them as they started.
  setUnseen();
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
