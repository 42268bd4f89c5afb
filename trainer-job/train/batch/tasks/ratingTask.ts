import type { EncodedRows } from '../../../data/encodedDataset.js';
import { encodedTarget } from '@trainyard/recommender/encode/target';
import type { RatingModel } from '../../../model/twoTowerModel.js';
import type { BatchOutputs, Task } from './task.js';
import { TrainerError } from '../../../errors/trainerError.js';

/** The loss of each row's predicted target. Rows without a target are no part of it. */
export function ratingTask(rating: RatingModel, rows: EncodedRows): Task {
  const { head } = rating;
  const targets = encodedTargets(rating, rows);
  const isKnown = (row: number) => !Number.isNaN(targets[row]!);
  return ({ queries, items, competing, rowQuery, rows: batch, part, random }) => {
    const known = batch.map((_, i) => i).filter((i) => isKnown(batch[i]!));
    if (known.length === 0) {
      return {
        loss: 0,
        dQueries: new Float32Array(queries.length),
        dItems: new Float32Array(items.length),
        gradients: [],
      };
    }
    const pairQuery = known.map((i) => rowQuery[i]!);
    const pairItem = known.map((i) => competing.rowItem[i]!);
    const { logits, backward } = head.forward(
      { queries, items, pairQuery, pairItem },
      { random, places: part && placesAmongKnown(part, isKnown) },
    );
    const dLogits = new Float32Array(logits.length);
    const { outputs, row } = head.loss;
    let loss = 0;
    known.forEach((i, pair) => {
      const at = pair * outputs;
      const weight = rows.weight?.[batch[i]!] ?? 1;
      loss += weight * row(logits, at, targets[batch[i]!]!, dLogits);
      for (let output = at; output < at + outputs; output++) dLogits[output]! *= weight;
    });
    return { loss, ...backward(dLogits) };
  };
}

/** Of a part of a batch: where each of its rows with a target stands among all those of the batch. */
function placesAmongKnown(
  { batch, own }: NonNullable<BatchOutputs['part']>,
  isKnown: (row: number) => boolean,
): Int32Array {
  const places = new Int32Array(own.length);
  let [found, seen, place] = [0, 0, 0];
  for (const i of own) {
    for (; seen < i; seen++) if (isKnown(batch[seen]!)) place++;
    if (isKnown(batch[i]!)) places[found++] = place;
  }
  return places.subarray(0, found);
}

/** [rows] what training sees of each row's target, NaN where there is none. */
function encodedTargets({ head, target }: RatingModel, rows: EncodedRows): Float32Array {
  if (!rows.target) throw new Error('the encoded rows have no target');
  return rows.target.map((value) => {
    if (Number.isNaN(value)) return NaN;
    const encoded = encodedTarget(target, value);
    const refusal = head.loss.refusal(encoded);
    if (refusal) {
      throw new TrainerError(
        'invalid-spec',
        `column "${target.column}" has a target of ${value}: ${refusal}`,
        'set features.target.threshold, from which on the target is 1, or model.rating.loss to mse',
      );
    }
    return encoded;
  });
}
