import type { EncodedRows } from '../data/encodedDataset.js';
import { augmenter } from './augment.js';
import { distinctFinder } from '../model/distinct.js';
import type { Gradient } from '../model/parameter.js';
import { scaleVectors } from '../model/similarity.js';
import { softmaxLoss } from '../model/softmaxLoss.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import type { Optimizer } from './optimizer.js';

/** A batch: positions of training rows. */
export type TrainingStep = (batch: Int32Array) => {
  /** Summed over the batch. */
  loss: number;
};

/** The items a batch's queries choose among, and the weights of the softmax (see softmaxLoss). */
interface Competition {
  items: Int32Array;
  rowItem: Int32Array;
  logWeights?: Float32Array | undefined;
  logOwnWeights?: Float32Array | undefined;
}

/**
 * One optimizer step on the summed loss of a batch of training rows:
 * 1. find the batch's distinct queries and the items that compete,
 * 2. take each once through its tower,
 * 3. softmax loss and its gradients,
 * 4. back through the towers,
 * 5. update the rows that were touched.
 */
export function trainingStep(model: TwoTowerModel, optimizer: Optimizer, rows: EncodedRows): TrainingStep {
  const { spec, width } = model;
  const distinctQueries = distinctFinder(model.query.data.entities);
  const compete = competition(model, rows);
  const augmentQueries = augmenter('query', model.query.data.features, spec.training);
  const augmentItems = augmenter('candidate', model.candidate.data.features, spec.training);

  return (batch) => {
    const queries = distinctQueries(batch.map((row) => rows.query[row]!));
    const { items, ...competing } = compete(batch.map((row) => rows.item[row]!));

    const queryRows = augmentQueries(model.query.data.rows(queries.values), optimizer.steps);
    const itemRows = augmentItems(model.candidate.data.rows(items), optimizer.steps);
    const queryPass = model.query.forward(queryRows);
    const candidatePass = model.candidate.forward(itemRows);
    const queryVectors = scaleVectors(queryPass.output, width, spec.model, 'query');
    const itemVectors = scaleVectors(candidatePass.output, width, spec.model, 'candidate');

    const { loss, dQueries, dItems } = softmaxLoss({
      queries: queryVectors.vectors,
      items: itemVectors.vectors,
      width,
      rowQuery: queries.position,
      ...competing,
    });

    const gradients = [
      ...queryPass.backward(queryVectors.backward(dQueries)),
      ...candidatePass.backward(itemVectors.backward(dItems)),
    ];
    addEmbeddingPenalty(gradients, spec.training.embeddingL2);
    optimizer.apply(gradients);
    return { loss };
  };
}

function competition(model: TwoTowerModel, rows: EncodedRows): (batchItems: Int32Array) => Competition {
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

function addEmbeddingPenalty(gradients: readonly Gradient[], l2: number): void {
  if (l2 === 0) return;
  for (const { parameter, rows, values } of gradients) {
    if (!rows) continue;
    const width = parameter.columns;
    for (let i = 0; i < values.length; i++) {
      const element = rows[Math.floor(i / width)]! * width + (i % width);
      values[i]! += l2 * parameter.values[element]!;
    }
  }
}
