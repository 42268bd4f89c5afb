import { seedOf } from '@trainyard/shared';
import type { EncodedRows } from '../../data/encodedDataset.js';
import type { Gradient } from '../../model/parameter.js';
import { randomFor, type Random } from '../../model/random.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { batchOf } from './batchOf.js';
import type { StepNumber } from './competition.js';
import { PhaseClock } from './phaseClock.js';
import { withActivityPenalty } from '../optimize/regularization.js';
import { taskOf } from './tasks/taskOf.js';

interface StepGradients {
  /** Summed over the batch. */
  loss: number;
  /** Of that sum, each parameter in one of them. */
  gradients: Gradient[];
}

/** A batch: positions of training rows; and which one it is, for what is drawn at random in it. */
export type TrainingStep = (batch: Int32Array, at: StepNumber) => StepGradients;

/**
 * The summed loss of a batch of training rows, and its gradients:
 * 1. find the batch's distinct queries and the items that compete,
 * 2. take each once through its tower,
 * 3. the loss of what the model is for, and its gradients,
 * 4. back through the towers.
 */
export function trainingStep(
  model: TwoTowerModel,
  rows: EncodedRows,
  clock = new PhaseClock(),
): TrainingStep {
  const { activityL2 } = model.spec.training.regularization;
  const task = taskOf(model, rows);
  const prepare = batchOf(model, rows);
  const randomAt = dropoutRandom(model);

  return (batch, at) => {
    clock.enter('data');
    const { queries, competing, queryRows, itemRows, itemCounts } = prepare(batch, at);
    clock.enter('forward');
    const random = randomAt(at);
    const queryPass = model.query.forward(queryRows, { counts: queries.counts, random });
    const candidatePass = model.candidate.forward(itemRows, { counts: itemCounts, random });

    clock.enter('loss');
    const { loss, dQueries, dItems, gradients } = task({
      queries: queryPass.output,
      items: candidatePass.output,
      competing,
      rowQuery: queries.position,
      rows: batch,
      random,
    });

    clock.enter('backward');
    gradients.push(
      ...queryPass.backward(withActivityPenalty(dQueries, queryPass.output, activityL2)),
      ...candidatePass.backward(withActivityPenalty(dItems, candidatePass.output, activityL2)),
    );
    clock.stop();
    return { loss, gradients };
  };
}

/** The numbers that dropout draws in a step, by what draws them. */
export function dropoutRandom({ spec }: TwoTowerModel): (at: StepNumber) => (name: string) => Random {
  const seed = seedOf(spec.training, 'dropout');
  return ({ epoch, step }) =>
    (name) =>
      randomFor(seed, `dropout ${epoch} ${step} ${name}`);
}
