import { seedOf, type TrainingSpec } from '@trainyard/shared';
import type { EncodedRows } from '../data/encodedDataset.js';
import { augmenter } from './augment.js';
import { distinctFinder } from '../model/distinct.js';
import type { Gradient } from '../model/parameter.js';
import { randomFor } from '../model/random.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { competition, type StepNumber } from './competition.js';
import { PhaseClock } from './phaseClock.js';
import { withActivityPenalty } from './regularization.js';
import { taskOf } from './tasks/taskOf.js';

/** A batch: positions of training rows; and which one it is, for what is drawn at random in it. */
export type TrainingStep = (
  batch: Int32Array,
  at: StepNumber,
) => {
  /** Summed over the batch. */
  loss: number;
  /** Of that sum, each parameter in one of them. */
  gradients: Gradient[];
};

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
  const { spec } = model;
  const { activityL2 } = spec.training.regularization;
  const dropoutSeed = seedOf(spec.training, 'dropout');
  const task = taskOf(model, rows);
  const distinctQueries = distinctFinder(model.query.data.entities);
  const compete = competition(model, rows);
  const augmentQueries = augmenter('query', model.query.data.features, spec.training);
  const augmentItems = augmenter('candidate', model.candidate.data.features, spec.training);

  return (batch, at) => {
    clock.enter('data');
    const queries = distinctQueries(batch.map((row) => rows.query[row]!));
    const { items, ...competing } = compete(
      batch.map((row) => rows.item[row]!),
      at,
    );

    const queryRows = augmentQueries(model.query.data.rows(queries.values), at);
    const itemRows = augmentItems(model.candidate.data.rows(items), at);
    clock.enter('forward');
    const random = (name: string) => randomFor(dropoutSeed, `dropout ${at.epoch} ${at.step} ${name}`);
    const queryPass = model.query.forward(queryRows, { counts: queries.counts, random });
    const candidatePass = model.candidate.forward(itemRows, {
      counts: occurrences(items.length, competing.rowItem, spec),
      random,
    });

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

/**
 * [items] how often each item would go through its tower if the batch were written out: every item of a catalogue once,
 * else an item of the batch as often as it occurs, and one that was drawn once.
 */
function occurrences(items: number, rowItem: Int32Array, { model, training }: TrainingSpec): Float32Array {
  if (model.type !== 'ranking' && training.negatives.type === 'catalogue')
    return new Float32Array(items).fill(1);
  const counts = new Float32Array(items);
  for (const item of rowItem) counts[item]! += 1;
  return counts.map((count) => Math.max(count, 1));
}
