import type { EncodedRows } from '../../data/encodedDataset.js';
import type { Gradient } from '../../model/parameter.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { clip } from '../optimize/clipping.js';
import { GradientSum } from '../optimize/gradientSum.js';
import type { Optimizer } from '../optimize/optimizer.js';
import type { PhaseClock } from '../batch/phaseClock.js';
import { addPenalties } from '../optimize/regularization.js';
import type { StepComputer } from './stepComputer.js';
import { trainingStep } from '../batch/trainingStep.js';

/** Computes steps in the thread that asks. */
export function ownComputer(
  model: TwoTowerModel,
  optimizer: Optimizer,
  data: EncodedRows,
  clock: PhaseClock,
): StepComputer {
  const { training } = model.spec;
  const gradientsOf = trainingStep(model, data, clock);
  const sum = new GradientSum();
  let batches = 0;
  /** Those of the first batch: most steps have no other, and nothing to add up. */
  let first: Gradient[] = [];

  const forget = () => {
    batches = 0;
    first = [];
    sum.drain();
  };
  return {
    forget,
    add: async (batch, at) => {
      const { loss, gradients } = gradientsOf(batch, at);
      batches += 1;
      if (batches === 1) {
        first = gradients;
        return loss;
      }
      clock.enter('apply');
      if (batches === 2) sum.add(first);
      sum.add(gradients);
      clock.stop();
      return loss;
    },
    apply: async (rate) => {
      const gradients = batches === 1 ? first : sum.drain();
      addPenalties(gradients, training);
      clip(gradients, training.clipping);
      optimizer.apply(gradients, rate);
      forget();
    },
  };
}
