import type { EpochReport, TrainOutcome, TrainRequest } from './contract.js';
import { isOver } from './earlyStopping.js';
import { runEpoch } from './epoch.js';
import { openTraining, type Training } from './training.js';

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
