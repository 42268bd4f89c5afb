import type { Negatives } from '@trainyard/shared';
import type { EncodedRows } from '../data/encodedDataset.js';
import { augmenter } from './augment.js';
import { distinctFinder } from '../model/distinct.js';
import type { Gradient } from '../model/parameter.js';
import { randomFor } from '../model/random.js';
import { softmaxLoss } from '../model/softmaxLoss.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { competition, type StepNumber } from './competition.js';
import { maxScores } from '../model/maxScores.js';
import type { Optimizer } from './optimizer.js';

/** A batch: positions of training rows; and which step it is, for what is drawn at random in it. */
export type TrainingStep = (
  batch: Int32Array,
  at: StepNumber,
) => {
  /** Summed over the batch. */
  loss: number;
};

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

  return (batch, at) => {
    const queries = distinctQueries(batch.map((row) => rows.query[row]!));
    const { items, ...competing } = compete(
      batch.map((row) => rows.item[row]!),
      at,
    );

    const queryRows = augmentQueries(model.query.data.rows(queries.values), optimizer.steps);
    const itemRows = augmentItems(model.candidate.data.rows(items), optimizer.steps);
    const random = (name: string) => randomFor(spec.training.seed, `dropout ${at.epoch} ${at.step} ${name}`);
    const queryPass = model.query.forward(queryRows, { counts: queries.counts, random });
    const candidatePass = model.candidate.forward(itemRows, {
      counts: occurrences(items.length, competing.rowItem, spec.training.negatives),
      random,
    });
    const queryVectors = model.query.scale(queryPass.output);
    const itemVectors = model.candidate.scale(candidatePass.output);

    const { loss, dQueries, dItems } = softmaxLoss(
      {
        queries: queryVectors.vectors,
        items: itemVectors.vectors,
        width,
        rowQuery: queries.position,
        ...competing,
      },
      maxScores(spec),
    );

    const [queryEnd, itemEnd] = [queryVectors.backward(dQueries), itemVectors.backward(dItems)];
    const gradients = [
      ...queryPass.backward(queryEnd.dOutput),
      ...queryEnd.gradients,
      ...candidatePass.backward(itemEnd.dOutput),
    ];
    addEmbeddingPenalty(gradients, spec.training.embeddingL2);
    optimizer.apply(gradients);
    model.query.scaling.clamp();
    return { loss };
  };
}

/**
 * [items] how often each item would go through its tower if the batch were written out: every item of a catalogue once,
 * else an item of the batch as often as it occurs, and one that was drawn once.
 */
function occurrences(items: number, rowItem: Int32Array, negatives: Negatives): Float32Array {
  if (negatives.type === 'catalogue') return new Float32Array(items).fill(1);
  const counts = new Float32Array(items);
  for (const item of rowItem) counts[item]! += 1;
  return counts.map((count) => Math.max(count, 1));
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
