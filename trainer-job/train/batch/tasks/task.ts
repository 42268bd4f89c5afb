/** What a model is trained for: a loss of the towers' outputs. */
import type { TrainingPass } from '../../../model/layers/layer.js';
import type { Gradient } from '../../../model/parameter.js';
import type { Competition } from '../competition.js';

/** A batch after the towers. */
export interface BatchOutputs {
  /** [queries, query width] of the distinct queries */
  queries: Float32Array;
  /** [items, candidate width] of the distinct items, and how they compete */
  items: Float32Array;
  competing: Omit<Competition, 'items'>;
  /** [rows] position in `queries` of each row; `competing.rowItem` is that in `items` */
  rowQuery: Int32Array;
  /** [rows] positions among the training rows */
  rows: Int32Array;
  /** Where workers share a batch: all its training rows, and which of them are those of `rows`, ascending. */
  part?: { batch: Int32Array; own: Int32Array };
  random: TrainingPass['random'];
}

interface TaskLoss {
  /** Summed over the batch. */
  loss: number;
  /** The gradients of that sum at the towers' outputs, and of parameters that are no tower's layers. */
  dQueries: Float32Array;
  dItems: Float32Array;
  gradients: Gradient[];
}

export type Task = (batch: BatchOutputs) => TaskLoss;

/** The task times a number. */
export function timesWeight(task: Task, weight: number): Task {
  if (weight === 1) return task;
  const times = (values: Float32Array) => values.map((value) => value * weight);
  return (batch) => {
    const { loss, dQueries, dItems, gradients } = task(batch);
    return {
      loss: loss * weight,
      dQueries: times(dQueries),
      dItems: times(dItems),
      gradients: gradients.map((gradient) => ({ ...gradient, values: times(gradient.values) })),
    };
  };
}

/** The sum of two tasks that share the towers and nothing else. */
export function sumOf(first: Task, second: Task): Task {
  return (batch) => {
    const [a, b] = [first(batch), second(batch)];
    const plus = (x: Float32Array, y: Float32Array) => x.map((value, i) => value + y[i]!);
    return {
      loss: a.loss + b.loss,
      dQueries: plus(a.dQueries, b.dQueries),
      dItems: plus(a.dItems, b.dItems),
      gradients: [...a.gradients, ...b.gradients],
    };
  };
}
