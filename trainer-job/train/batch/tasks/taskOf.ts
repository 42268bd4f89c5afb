import type { EncodedRows } from '../../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../../model/twoTowerModel.js';
import { ratingTask } from './ratingTask.js';
import { retrievalTask } from './retrievalTask.js';
import { sumOf, timesWeight, type Task } from './task.js';

/** What the type of the model says: retrieval, ranking, or the weighted sum of both. */
export function taskOf(model: TwoTowerModel, rows: EncodedRows): Task {
  const { type, lossWeights } = model.spec.model;
  if (!model.rating) return retrievalTask(model, rows);
  const rating = ratingTask(model.rating, rows);
  if (type === 'ranking') return rating;
  return sumOf(
    timesWeight(retrievalTask(model, rows), lossWeights?.retrieval ?? 1),
    timesWeight(rating, lossWeights?.ranking ?? 1),
  );
}
