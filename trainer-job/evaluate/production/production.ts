/** The version that serves, as the evaluation of a new model uses it. */
import type { RecommenderModel } from '@trainyard/recommender';
import { cutText, type LeftOut, type ServingVersion } from '@trainyard/shared';
import type { EncodedDataset, SplitName } from '../../data/encodedDataset.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import type { RawRows } from '../../data/transform/rawRows.js';

/** The name of the version that serves among the methods. */
export const PRODUCTION = 'production';

export interface Production extends ServingVersion {
  model: RecommenderModel;
  /** [items of the model, width], in the order of `model.items`; null for a model that has none. */
  itemVectors: Float32Array | null;
  /** Whether its targets are of the column and the kind that the new model predicts. */
  predictsSame: boolean;
  /** What its query tower reads of rows of a split. */
  valuesOf(this: void, split: SplitName, rows: Int32Array): Promise<RawRows>;
}

/** Nothing where no version serves; else the version, or why nothing is compared with it. */
export type ServingModel = Production | LeftOut | null;

export function isOpen(production: ServingModel | undefined): production is Production {
  return production !== null && production !== undefined && 'model' in production;
}

/** What goes wrong with the version that serves is no fault of the new model: it is said, and nothing else comes of it. */
export async function orLeftOut<T>(
  { uri }: ServingVersion,
  between: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T | LeftOut> {
  try {
    return await work();
  } catch (error) {
    // A stop request ends the evaluation all the same.
    await between();
    const reason = error instanceof Error ? error.message : String(error);
    return leftOutOf(PRODUCTION, `the version that serves, ${uri}, failed on the test rows: ${reason}`);
  }
}

export function leftOutOf(what: string, why: string, remedy: string | null = null): LeftOut {
  return { what, why: cutText(why, 500), remedy };
}

/** [items] of the catalogue: where the production model has each, -1 where it does not. */
export async function placesInProduction(
  { candidate }: EncodedDataset,
  { model }: Production,
): Promise<{ ids: readonly string[]; places: Int32Array }> {
  const ids = (await candidate.meanings?.[candidate.idFeature]?.vocabulary()) ?? [];
  const places = new Map(model.items.map((id, i) => [id, i]));
  return { ids, places: Int32Array.from(ids, (id) => places.get(id) ?? -1) };
}

/** [queries] the row that each query is of: the first one of its entity that has one of its targets. */
export function firstRows({ queries, targetStart, items }: EvaluationRows, known: RowsOfQueries): Int32Array {
  return queries.map((query, q) =>
    known.firstWith(query, items.subarray(targetStart[q], targetStart[q + 1])),
  );
}

/** For each query entity and item the first row of a split that has both. */
export class RowsOfQueries {
  private readonly ofPair = new Map<number, number>();

  constructor(
    private readonly data: EncodedDataset,
    split: SplitName,
  ) {
    const { query, item, count } = data.splits[split];
    for (let row = count - 1; row >= 0; row--) this.ofPair.set(this.key(query[row]!, item[row]!), row);
  }

  /** Throws where no row has both. */
  rowWith(query: number, item: number): number {
    return this.firstWith(query, [item]);
  }

  /** The first one with any of the items. Throws where there is none. */
  firstWith(query: number, items: Iterable<number>): number {
    let first = Infinity;
    for (const item of items) first = Math.min(first, this.ofPair.get(this.key(query, item)) ?? Infinity);
    if (first === Infinity) throw new Error('an evaluated query is none of the rows');
    return first;
  }

  private key(query: number, item: number): number {
    return query * this.data.candidate.entities + item;
  }
}
