import { memoryNeed, type MemoryNeed, OUT_OF_MEMORY, type TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { TrainerError } from '../../errors/trainerError.js';

/** What a training is expected to take, in bytes, beside what the process holds already: before anything is allocated. */
export function estimateMemory(
  data: Pick<EncodedDataset, 'query' | 'candidate'>,
  spec: Pick<TrainingSpec, 'training' | 'model'>,
): MemoryNeed {
  return memoryNeed(data, spec);
}

/** Throws, with the remedy, when a training does not fit. `used` is what the process holds already. */
export function refuseWhatDoesNotFit(
  estimate: MemoryNeed,
  data: Pick<EncodedDataset, 'query' | 'candidate'>,
  limit: number,
  used: number,
): void {
  if (used + estimate.total <= limit) return;
  const { tables, optimizer, batch, scores, total } = estimate;
  const remedy =
    tables + optimizer > batch + scores
      ? `the largest table is ${largestTable(data)}: lower its dim, raise its minCount or set its maxSize; the optimizer keeps ` +
        `${gigabytes(optimizer)} beside the tables, and sgd without momentum nothing`
      : 'lower training.batchSize (training.accumulateSteps makes up for it) or training.scoreMegabytes';
  throw new TrainerError(
    OUT_OF_MEMORY,
    `training needs about ${gigabytes(total)} (tables ${gigabytes(tables)}, optimizer ${gigabytes(optimizer)}, ` +
      `a batch ${gigabytes(batch + scores)}) beside the ${gigabytes(used)} that are in use, and there are ${gigabytes(limit)}`,
    `${remedy}; or give it a machine of ${gigabytes(1.1 * (used + total))}`,
    { retriable: false },
  );
}

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;
}

function largestTable({ query, candidate }: Pick<EncodedDataset, 'query' | 'candidate'>): string {
  const tables = [...query.features, ...candidate.features].filter(({ kind }) => kind === 'embedding');
  const sizes = tables.flatMap((table) =>
    table.kind === 'embedding' ? [{ ...table, size: table.rows * table.dim }] : [],
  );
  const [largest] = sizes.toSorted((a, b) => b.size - a.size);
  return largest ? `that of "${largest.name}", ${largest.rows} rows of ${largest.dim}` : 'none';
}
