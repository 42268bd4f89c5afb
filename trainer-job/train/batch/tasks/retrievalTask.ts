import type { EncodedRows } from '../../../data/encodedDataset.js';
import { scoreCapacity } from '../../../model/scoreCapacity.js';
import { retrievalLoss } from '../../../model/losses/retrievalLoss.js';
import type { TwoTowerModel } from '../../../model/twoTowerModel.js';
import { valuesAt } from '../../../model/valuesAt.js';
import type { Task } from './task.js';

/** The loss of each row's own item and those that compete with it. */
export function retrievalTask(
  { query, candidate, width, spec }: TwoTowerModel,
  { weight }: EncodedRows,
): Task {
  const lossOf = retrievalLoss(spec.training.loss);
  return ({ queries, items, competing, rowQuery, rows }) => {
    const rowWeights = weight && valuesAt(weight, rows);
    const [queryVectors, itemVectors] = [query.scale(queries), candidate.scale(items)];
    const { loss, dQueries, dItems } = lossOf(
      {
        queries: queryVectors.vectors,
        items: itemVectors.vectors,
        width,
        rowQuery,
        rowWeights,
        ...competing,
      },
      scoreCapacity(spec),
    );
    const [queryEnd, itemEnd] = [queryVectors.backward(dQueries), itemVectors.backward(dItems)];
    return {
      loss,
      dQueries: queryEnd.dOutput,
      dItems: itemEnd.dOutput,
      gradients: [...queryEnd.gradients, ...itemEnd.gradients],
    };
  };
}
