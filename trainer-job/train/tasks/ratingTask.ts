import type { EncodedRows } from '../../data/encodedDataset.js';
import { encodedTarget } from '../../features/target.js';
import { SpecError } from '../../model/specError.js';
import type { RatingModel } from '../../model/twoTowerModel.js';
import type { Task } from './task.js';

/** The loss of each row's predicted target. Rows without a target are no part of it. */
export function ratingTask(rating: RatingModel, rows: EncodedRows): Task {
  const { head } = rating;
  const targets = encodedTargets(rating, rows);
  return ({ queries, items, competing, rowQuery, rows: batch, random }) => {
    const known = batch.map((_, i) => i).filter((i) => !Number.isNaN(targets[batch[i]!]!));
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
    const { logits, backward } = head.forward({ queries, items, pairQuery, pairItem }, random);
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

/** [rows] what training sees of each row's target, NaN where there is none. */
function encodedTargets({ head, target }: RatingModel, rows: EncodedRows): Float32Array {
  if (!rows.target) throw new Error('the encoded rows have no target');
  return rows.target.map((value) => {
    if (Number.isNaN(value)) return NaN;
    const encoded = encodedTarget(target, value);
    const refusal = head.loss.refusal(encoded);
    if (refusal) {
      throw new SpecError(
        `column "${target.column}" has a target of ${value}: ${refusal}`,
        'set features.target.threshold, from which on the target is 1, or model.rating.loss to mse',
      );
    }
    return encoded;
  });
}
