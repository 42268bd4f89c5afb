import type { EncodedRows } from '../data/encodedDataset.js';
import { augmenter } from './augment.js';
import { distinctFinder } from '../model/distinct.js';
import type { Gradient } from '../model/parameter.js';
import { scaleVectors } from '../model/similarity.js';
import { softmaxLoss } from '../model/softmaxLoss.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import { competition, type StepNumber } from './competition.js';
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
