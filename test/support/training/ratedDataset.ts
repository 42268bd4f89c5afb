import { trainingSpecSchema, type TrainingSpec, type TrainingSpecInput } from '@trainyard/shared';
import { randomFor } from '../../../trainer-job/model/random.js';
import type { EncodedDataset, EncodedRows } from '../../../trainer-job/data/encodedDataset.js';
import { fitTarget } from '../../../trainer-job/features/fitTarget.js';
import { targetSchema } from '../../../shared/spec/rating.js';
import { tinyDataset, tinySpec } from './tinyDataset.js';
import type { z } from 'zod';

type TargetInput = z.input<typeof targetSchema>;

/**
 * The tiny data set with ratings: even users rate every other item of a group by 3 more than the rest, odd users those
 * rest, so that the mean of a user or an item tells nothing of that; some users give 1 more to all. Every tenth row has none.
 */
export function ratedDataset(target: TargetInput = { column: 'rating' }): EncodedDataset {
  const data = tinyDataset();
  const random = randomFor(1, 'ratings');
  const rated = (rows: EncodedRows): EncodedRows => ({
    ...rows,
    target: Float32Array.from(rows.query, (user, row) => {
      const liked = user % 2 === Math.floor((rows.item[row]! - 1) / 4) % 2;
      const rating = 1 + (liked ? 3 : 0) + (user % 3 === 0 ? 1 : 0) + (random() - 0.5) * 0.4;
      return row % 10 === 9 ? NaN : rating;
    }),
  });
  const { train, validation, test } = data.splits;
  const splits = { train: rated(train), validation: rated(validation), test: rated(test) };
  const known = Float64Array.from(splits.train.target!.filter((value) => !Number.isNaN(value)));
  return { ...data, splits, target: fitTarget(targetSchema.parse(target), known) };
}

/** A specification of the tiny towers for ratings, with parts replaced. */
export function ratedSpec(
  model: NonNullable<TrainingSpecInput['model']>,
  training: NonNullable<TrainingSpecInput['training']> = {},
  target: TargetInput = { column: 'rating' },
): TrainingSpec {
  const { dataset, features, evaluation } = tinySpec();
  return trainingSpecSchema.parse({
    dataset,
    features: { ...features, target },
    evaluation,
    model: { query: { layers: [] }, candidate: { layers: [] }, ...model },
    training,
  });
}
