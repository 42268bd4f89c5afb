import { assertNever, seedOf, type Negatives } from '@trainyard/shared';
import type { EncodedRows } from '../data/encodedDataset.js';
import { distinctFinder } from '../model/distinct.js';
import { randomFor } from '../model/random.js';
import type { SoftmaxBatch } from '../model/softmaxBatch.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { itemSampler } from './itemSampler.js';

/** The items a batch's queries choose among, and how they compete in the softmax (see softmaxLoss). */
export type Competition = Pick<
  SoftmaxBatch,
  'competing' | 'rowItem' | 'own' | 'hardest' | 'logWeights' | 'logOwnWeights'
> & {
  /** Entities of the candidate tower, each once. */
  items: Int32Array;
};

/** Finished epochs, and finished batches of the one after them. */
export interface StepNumber {
  epoch: number;
  step: number;
}

export type Compete = (batchItems: Int32Array, at: StepNumber) => Competition;

/** What the items of each batch compete with, by the negatives of the specification. */
export function competition(model: TwoTowerModel, rows: EncodedRows): Compete {
  const { negatives } = model.spec.training;
  if (model.spec.model.type === 'ranking') return noneBesides(model.candidate.data.entities);
  switch (negatives.type) {
    case 'catalogue':
      return wholeCatalogue(negatives, model.candidate.data.entities);
    case 'inBatch':
      return inBatch(negatives, itemCounts(rows, model.candidate.data.entities));
    case 'sampled':
      return sampled(
        negatives,
        itemCounts(rows, model.candidate.data.entities),
        seedOf(model.spec.training, 'negatives'),
      );
    default:
      return assertNever(negatives);
  }
}

/** Ratings know no competition: the batch's own items, each once. */
function noneBesides(entities: number): Compete {
  const distinctItems = distinctFinder(entities);
  return (batchItems) => {
    const { values, position } = distinctItems(batchItems);
    return { items: values, rowItem: position };
  };
}

type Of<T extends Negatives['type']> = Extract<Negatives, { type: T }>;

function wholeCatalogue({ hardest }: Of<'catalogue'>, entities: number): Compete {
  const items = catalogue(entities);
  const own = hardest === undefined ? 'among' : 'once';
  return (batchItems) => ({ items, rowItem: batchItems.map((item) => item - 1), own, hardest });
}

function inBatch(
  { samplingCorrection, removeAccidentalHits, hardest }: Of<'inBatch'>,
  counts: Float64Array,
): Compete {
  const distinctItems = distinctFinder(counts.length);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const own = removeAccidentalHits || hardest !== undefined ? 'once' : 'among';
  return (batchItems) => {
    const distinct = distinctItems(batchItems);
    // The probability that a row of a batch has the item.
    const logShare = (item: number) => Math.log(Math.max(counts[item]!, 1) / rows);
    const logOwnWeights = samplingCorrection
      ? Float32Array.from(distinct.values, (item) => -logShare(item))
      : undefined;
    const logWeights = distinct.counts.map((count, i) => Math.log(count) + (logOwnWeights?.[i] ?? 0));
    return { items: distinct.values, rowItem: distinct.position, own, hardest, logWeights, logOwnWeights };
  };
}

function sampled(
  { count, popularityPower, samplingCorrection, removeAccidentalHits, hardest }: Of<'sampled'>,
  counts: Float64Array,
  seed: number,
): Compete {
  const distinctItems = distinctFinder(counts.length);
  const weights = counts.map((rows, item) => (item === 0 ? 0 : Math.max(rows, 1) ** popularityPower));
  const sampler = itemSampler(weights);
  const own = removeAccidentalHits ? 'once' : 'added';
  return (batchItems, { epoch, step }) => {
    const drawn = sampler.draw(count, randomFor(seed, `negatives ${epoch} ${step}`));
    const all = new Int32Array(count + batchItems.length);
    all.set(drawn);
    all.set(batchItems, count);
    // First come those drawn, as they occur, and then the batch's own that were not.
    const { values, position } = distinctItems(all);
    const competing = position.subarray(0, count).reduce((most, place) => Math.max(most, place), 0) + 1;
    const times = new Float32Array(competing);
    for (const place of position.subarray(0, count)) times[place]! += 1;
    const logOwnWeights = samplingCorrection
      ? Float32Array.from(values, (item) => -Math.log(count * sampler.probabilities[item]!))
      : undefined;
    const logWeights = times.map((n, i) => Math.log(n) + (logOwnWeights?.[i] ?? 0));
    const rowItem = position.subarray(count);
    return { items: values, competing, rowItem, own, hardest, logWeights, logOwnWeights };
  };
}

/** All items but entity 0, which stands for the unknown ones. */
export function catalogue(entities: number): Int32Array {
  return Int32Array.from({ length: entities - 1 }, (_, i) => i + 1);
}

/** [entities] the training rows of each item. */
function itemCounts(rows: EncodedRows, entities: number): Float64Array {
  const counts = new Float64Array(entities);
  for (const item of rows.item) counts[item]! += 1;
  return counts;
}
