import type { EncodedRows } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { clip } from './clipping.js';
import type { StepNumber } from './competition.js';
import { GradientSum } from './gradientSum.js';
import type { Optimizer } from './optimizer.js';
import { PhaseClock } from './phaseClock.js';
import { addPenalties } from './regularization.js';
import { trainingStep, type StepGradients } from './trainingStep.js';

/** One step of the optimizer on training rows, at a learning rate. */
export type OptimizerStep = (
  rows: Int32Array,
  at: StepNumber,
  rate: number,
) => Promise<{
  /** Summed over the rows. */
  loss: number;
}>;

/** As `trainingStep`, or as workers do it together. */
type GradientsOf = (batch: Int32Array, at: StepNumber) => StepGradients | Promise<StepGradients>;

interface StepParts {
  clock?: PhaseClock;
  /** `trainingStep` unless given. */
  gradientsOf?: GradientsOf | undefined;
  /** Called between batches whose gradients are added up. What it throws ends the step, and nothing has changed. */
  between?: () => Promise<void>;
}

/**
 * Takes `accumulateSteps` batches of `batchSize` rows, fewer at an epoch's end, adds up their gradients, adds those of the
 * penalties, clips, and applies them.
 */
export function optimizerStep(
  model: TwoTowerModel,
  optimizer: Optimizer,
  data: EncodedRows,
  { clock = new PhaseClock(), gradientsOf = trainingStep(model, data, clock), between }: StepParts = {},
): OptimizerStep {
  const { training } = model.spec;
  const { batchSize, accumulateSteps } = training;
  const sum = new GradientSum();

  const summed = async (rows: Int32Array, at: StepNumber): Promise<StepGradients> => {
    if (rows.length <= batchSize) return gradientsOf(rows, { ...at, step: at.step * accumulateSteps });
    let loss = 0;
    for (let batch = 0; batch * batchSize < rows.length; batch++) {
      if (batch > 0) await between?.();
      const part = await gradientsOf(rows.subarray(batch * batchSize, (batch + 1) * batchSize), {
        epoch: at.epoch,
        step: at.step * accumulateSteps + batch,
      });
      loss += part.loss;
      clock.enter('apply');
      sum.add(part.gradients);
    }
    return { loss, gradients: sum.take() };
  };

  /** Batches of a step that does not end leave nothing behind: neither gradients nor running means. */
  const wholeOrNot = async (rows: Int32Array, at: StepNumber): Promise<StepGradients> => {
    const before = model.state.map(({ values }) => values.slice());
    try {
      return await summed(rows, at);
    } catch (error) {
      sum.take();
      model.state.forEach(({ values }, i) => values.set(before[i]!));
      throw error;
    }
  };

  return async (rows, at, rate) => {
    const { loss, gradients } = await wholeOrNot(rows, at);
    clock.enter('apply');
    addPenalties(gradients, training);
    clip(gradients, training.clipping);
    optimizer.apply(gradients, rate);
    model.query.scaling.clamp();
    clock.stop();
    return { loss };
  };
}
