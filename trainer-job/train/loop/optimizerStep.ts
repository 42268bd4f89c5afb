import type { EncodedRows } from '../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { StepNumber } from '../batch/competition.js';
import type { Optimizer } from '../optimize/optimizer.js';
import { ownComputer } from '../workers/ownComputer.js';
import { PhaseClock } from '../batch/phaseClock.js';
import type { StepComputer } from '../workers/stepComputer.js';

/** One step of the optimizer on training rows, at a learning rate. */
export type OptimizerStep = (
  rows: Int32Array,
  at: StepNumber,
  rate: number,
) => Promise<{
  /** Summed over the rows. */
  loss: number;
}>;

interface StepParts {
  clock?: PhaseClock;
  /** This thread unless given. */
  computer?: StepComputer | undefined;
  /** Called between batches whose gradients are added up. What it throws ends the step, and nothing has changed. */
  between?: () => Promise<void>;
}

/** Takes `accumulateSteps` batches of `batchSize` rows, fewer at an epoch's end, and applies the sum of their gradients. */
export function optimizerStep(
  model: TwoTowerModel,
  optimizer: Optimizer,
  data: EncodedRows,
  {
    clock = new PhaseClock(),
    computer = ownComputer(model, optimizer, data, clock),
    between,
  }: StepParts = {},
): OptimizerStep {
  const { batchSize, accumulateSteps } = model.spec.training;

  const summedLoss = async (rows: Int32Array, at: StepNumber): Promise<number> => {
    let loss = 0;
    for (let batch = 0; batch * batchSize < rows.length; batch++) {
      if (batch > 0) await between?.();
      loss += await computer.add(rows.subarray(batch * batchSize, (batch + 1) * batchSize), {
        epoch: at.epoch,
        step: at.step * accumulateSteps + batch,
      });
    }
    return loss;
  };

  /** Batches of a step that does not end leave nothing behind: neither gradients nor running means. */
  const wholeOrNot = async (rows: Int32Array, at: StepNumber): Promise<number> => {
    const before = model.state.map(({ values }) => values.slice());
    try {
      return await summedLoss(rows, at);
    } catch (error) {
      computer.forget();
      model.state.forEach(({ values }, i) => values.set(before[i]!));
      throw error;
    }
  };

  return async (rows, at, rate) => {
    const loss = await wholeOrNot(rows, at);
    clock.enter('apply');
    await computer.apply(rate);
    model.query.scaling.clamp();
    clock.stop();
    return { loss };
  };
}
