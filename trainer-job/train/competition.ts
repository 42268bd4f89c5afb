import type { EncodedRows } from '../data/encodedDataset.js';
import { distinctFinder } from '../model/distinct.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';

/** The items a batch's queries choose among, and the weights of the softmax (see softmaxLoss). */
export interface Competition {
  items: Int32Array;
  rowItem: Int32Array;
  logWeights?: Float32Array | undefined;
  logOwnWeights?: Float32Array | undefined;
}

/** Finished epochs, and finished steps of the one after them. */
export interface StepNumber {
  epoch: number;
  step: number;
}

export type Compete = (batchItems: Int32Array, at: StepNumber) => Competition;

/** What the items of each batch compete with, by the negatives of the specification. */
export function competition(model: TwoTowerModel, rows: EncodedRows): Compete {
  const { negatives } = model.spec.training;
  const entities = model.candidate.data.entities;
  if (negatives.type === 'catalogue') {
    const items = catalogue(entities);
    return (batchItems) => ({ items, rowItem: batchItems.map((item) => item - 1) });
  }
  const distinctItems = distinctFinder(entities);
  const logShares = negatives.samplingCorrection ? logTrainShares(rows, entities) : undefined;
  return (batchItems) => {
    const { values, position, counts } = distinctItems(batchItems);
    const logOwnWeights = logShares && Float32Array.from(values, (item) => -logShares[item]!);
    const logWeights = counts.map((count, i) => Math.log(count) + (logOwnWeights?.[i] ?? 0));
    return { items: values, rowItem: position, logWeights, logOwnWeights };
  };
}

/** All items but entity 0, which stands for the unknown ones. */
export function catalogue(entities: number): Int32Array {
  return Int32Array.from({ length: entities - 1 }, (_, i) => i + 1);
}

/** [entities] log of each item's share of the training rows: the probability that a row of a batch has it. */
function logTrainShares(rows: EncodedRows, entities: number): Float32Array {
  const counts = new Float64Array(entities);
  for (const item of rows.item) counts[item]! += 1;
  return Float32Array.from(counts, (count) => Math.log(Math.max(count, 1) / rows.count));
}
