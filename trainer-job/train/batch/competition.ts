import { assertNever, seedOf, type Negatives, type Training } from '@trainyard/shared';
import type { EncodedRows } from '../../data/encodedDataset.js';
import { catalogue } from '../../model/catalogue.js';
import { distinctFinder } from '../../model/distinct.js';
import { randomFor } from '../../model/random.js';
import type { SoftmaxBatch } from '../../model/softmaxBatch.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import { valuesAt } from '../../model/valuesAt.js';
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
      return sampled(negatives, itemCounts(rows, model.candidate.data.entities), model.spec.training);
    case 'mixed':
      return mixed(negatives, itemCounts(rows, model.candidate.data.entities), model.spec.training);
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

/** Of the highest scores one may be the row's own, which is none of its negatives. */
function highestOf(negatives: number | undefined, own: SoftmaxBatch['own']): number | undefined {
  return negatives === undefined || own !== 'once' ? negatives : negatives + 1;
}

type Of<T extends Negatives['type']> = Extract<Negatives, { type: T }>;

function wholeCatalogue({ hardest }: Of<'catalogue'>, entities: number): Compete {
  const items = catalogue(entities);
  const own = hardest === undefined ? 'among' : 'once';
  const kept = highestOf(hardest, own);
  return (batchItems) => ({
    items,
    rowItem: batchItems.map((item) => item - 1),
    own,
    hardest: kept,
  });
}

function inBatch(
  { samplingCorrection, removeAccidentalHits, hardest }: Of<'inBatch'>,
  counts: Float64Array,
): Compete {
  const distinctItems = distinctFinder(counts.length);
  const own = removeAccidentalHits || hardest !== undefined ? 'once' : 'among';
  const corrections = samplingCorrection ? logCorrections(counts) : undefined;
  return (batchItems) => {
    const { values: items, position: rowItem, counts: times } = distinctItems(batchItems);
    const logOwnWeights = corrections && valuesAt(corrections, items);
    const logWeights = logWeightsOf(times, logOwnWeights);
    return { items, rowItem, own, hardest: highestOf(hardest, own), logWeights, logOwnWeights };
  };
}

/** [items] -log of the probability that a row of a batch has the item. */
function logCorrections(counts: Float64Array): Float32Array {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return negativeLog(counts.map((count) => Math.max(count, 1) / rows));
}

function negativeLog(values: Float64Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = -Math.log(values[i]!);
  return result;
}

/** [times.length] the logarithms of how often items occur, and of their own weights if they have any. */
function logWeightsOf(times: Float32Array, logOwnWeights: Float32Array | undefined): Float32Array {
  const result = new Float32Array(times.length);
  for (let i = 0; i < times.length; i++) result[i] = Math.log(times[i]!);
  if (logOwnWeights) for (let i = 0; i < times.length; i++) result[i]! += logOwnWeights[i]!;
  return result;
}

function sampled(
  { count, popularityPower, samplingCorrection, removeAccidentalHits, hardest }: Of<'sampled'>,
  counts: Float64Array,
  training: Training,
): Compete {
  const distinctItems = distinctFinder(counts.length);
  const weights = counts.map((rows, item) => (item === 0 ? 0 : Math.max(rows, 1) ** popularityPower));
  const sampler = itemSampler(weights);
  const seed = seedOf(training, 'negatives');
  const own = removeAccidentalHits ? 'once' : 'added';
  const corrections = samplingCorrection
    ? negativeLog(sampler.probabilities.map((probability) => count * probability))
    : undefined;
  return (batchItems, { epoch, step }) => {
    // The batches whose gradients are added up share one draw, as one large batch would.
    const optimizerStep = Math.floor(step / training.accumulateSteps);
    const drawn = sampler.draw(count, randomFor(seed, `negatives ${epoch} ${optimizerStep}`));
    const all = new Int32Array(count + batchItems.length);
    all.set(drawn);
    all.set(batchItems, count);
    // First come those drawn, as they occur, and then the batch's own that were not.
    const { values, position } = distinctItems(all);
    let competing = 0;
    for (let i = 0; i < count; i++) competing = Math.max(competing, position[i]! + 1);
    const times = new Float32Array(competing);
    for (let i = 0; i < count; i++) times[position[i]!]! += 1;
    const logOwnWeights = corrections && valuesAt(corrections, values);
    const logWeights = logWeightsOf(times, logOwnWeights);
    const rowItem = position.subarray(count);
    return {
      items: values,
      competing,
      rowItem,
      own,
      hardest: highestOf(hardest, own),
      logWeights,
      logOwnWeights,
    };
  };
}

/** The expected count of an item is that of the batch's rows and that of what is drawn, together. */
function mixed(
  { count, samplingCorrection, removeAccidentalHits, hardest }: Of<'mixed'>,
  counts: Float64Array,
  training: Training,
): Compete {
  const distinctItems = distinctFinder(counts.length);
  const sampler = itemSampler(counts.map((_, item) => (item === 0 ? 0 : 1)));
  const seed = seedOf(training, 'negatives');
  const own = removeAccidentalHits || hardest !== undefined ? 'once' : 'among';
  const rows = counts.reduce((sum, each) => sum + each, 0);
  return (batchItems, { epoch, step }) => {
    const all = new Int32Array(batchItems.length + count);
    all.set(batchItems);
    all.set(sampler.draw(count, randomFor(seed, `negatives ${epoch} ${step}`)), batchItems.length);
    const { values: items, position, counts: times } = distinctItems(all);
    const expected = (item: number) =>
      (batchItems.length * counts[item]!) / rows + count * sampler.probabilities[item]!;
    const logOwnWeights = samplingCorrection ? negativeLog(Float64Array.from(items, expected)) : undefined;
    const logWeights = logWeightsOf(times, logOwnWeights);
    const rowItem = position.subarray(0, batchItems.length);
    return { items, rowItem, own, hardest: highestOf(hardest, own), logWeights, logOwnWeights };
  };
}

/** [entities] the training rows of each item. */
function itemCounts(rows: EncodedRows, entities: number): Float64Array {
  const counts = new Float64Array(entities);
  for (const item of rows.item) counts[item]! += 1;
  return counts;
}
