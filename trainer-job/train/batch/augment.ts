/** Training sees entities a little otherwise each time, so that a model does not hang on what a request may lack. */
import { seedOf, type Training } from '@trainyard/shared';
import type { EntityRows } from '../../data/encodedDataset.js';
import { columnsOf, totalColumns, type EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import { randomFor, type Random } from '../../model/random.js';
import type { StepNumber } from './competition.js';
import { dropoutOf } from './lookupDropout.js';

type Augmentation = NonNullable<Training['augmentation']>;

/** Changes the encodings of one batch in place; equal seed, tower and batch change equally. */
export type Augment = (rows: EntityRows, at: StepNumber) => EntityRows;

export function augmenter(
  tower: string,
  features: readonly EncodedFeature[],
  training: Pick<Training, 'augmentation' | 'seed' | 'seeds'>,
): Augment {
  const { augmentation } = training;
  if (!augmentation) return (rows) => rows;
  const seed = seedOf(training, 'augmentation');
  const stride = totalColumns(features);
  return (rows, { epoch, step }) => {
    const random = randomFor(seed, `augment ${tower} ${epoch} ${step}`);
    const next = { indices: 0, numbers: 0 };
    for (const feature of features) {
      change(feature, next, stride, rows, augmentation, random);
      const own = columnsOf(feature);
      next.indices += own.indices;
      next.numbers += own.numbers;
    }
    return rows;
  };
}

/** Changes the columns of one feature, which begin at `from`. */
function change(
  feature: EncodedFeature,
  from: { indices: number; numbers: number },
  stride: { indices: number; numbers: number },
  { indices, numbers }: EntityRows,
  { lookupDropout, wordDropout, numberNoise }: Augmentation,
  random: Random,
): void {
  const dropout = dropoutOf(feature.name, lookupDropout);
  if (feature.transform === 'lookup' && dropout > 0) {
    for (let at = from.indices; at < indices.length; at += stride.indices) {
      if (random() < dropout) indices[at] = 0;
    }
  }
  if (feature.transform === 'text' && feature.kind === 'embedding' && wordDropout > 0) {
    for (let first = from.indices; first < indices.length; first += stride.indices) {
      for (let at = first; at < first + feature.indices; at++) {
        if (indices[at]! >= 0 && random() < wordDropout) indices[at] = -1;
      }
    }
  }
  if (feature.transform === 'normalize' && numberNoise > 0) {
    for (let at = from.numbers; at < numbers.length; at += stride.numbers) {
      numbers[at]! += numberNoise * normal(random);
    }
  }
}

/** A number of the standard normal distribution (Box and Muller). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
