/** What share of the best items a graph finds: for users of the training data, and for queries that are not theirs. */
import { hnswIndex, MEASURED_K } from '@trainyard/recommender/approximate/hnswIndex';
import type { SharedPoints } from '@trainyard/recommender/approximate/sharedPoints';
import type { Graph } from '@trainyard/recommender/approximate/usearch';
import {
  RECALL_QUERIES,
  type IndexRecall,
  type ItemIndexDocument,
  type RecallQueries,
} from '@trainyard/recommender/format/itemIndex';
import { exactIndex } from '@trainyard/recommender/search/exactIndex';
import type { ItemIndex } from '@trainyard/recommender/search/itemIndex';
import type { HnswSpec } from '@trainyard/shared/spec/outputs/itemIndex';
import type { Random } from '../../model/random.js';
import { drawnVectors, randomDirections } from './recallQueries.js';

export type MeasuredRecall = Pick<ItemIndexDocument, 'expansionSearch' | 'recalls'>;

export interface RecallRequest {
  graph: Graph;
  index: Pick<HnswSpec, 'expansionSearch' | 'recall'>;
  itemVectors: Float32Array;
  width: number;
  /** Which items share a point of the graph; null where none do. */
  shared: SharedPoints | null;
  /** [users, width]; zeros of those who have no training row. */
  users: Float32Array;
  random: Random;
  between: () => Promise<void>;
}

/** What the graph is held against, made when it is first asked for: of a million items that takes a second. */
type Measuring = RecallRequest & { exact: () => ItemIndex };

/** Queries of each kind that measure; as many users more choose the candidates of a search. */
const QUERIES = 250;
const EXPANSIONS = [100, 128, 160, 200, 256, 320, 400, 512, 640, 800, 1024, 1280, 1600, 2048];

export async function measureRecall(asked: RecallRequest): Promise<MeasuredRecall> {
  const { index, random, users, width, itemVectors, shared } = asked;
  let made: ItemIndex | undefined;
  const request = { ...asked, exact: () => (made ??= exactIndex(itemVectors, width)) };
  const drawn = drawnVectors(users, width, 2 * QUERIES, random);
  const half = Math.ceil(drawn.length / 2);
  const choosing = drawn.slice(0, half);
  const measuring: Record<RecallQueries, readonly Float32Array[]> = {
    users: drawn.slice(drawn.length > 1 ? half : 0),
    // Of items that share a point, one.
    items: drawnVectors(
      itemVectors,
      width,
      QUERIES,
      random,
      (item) => !shared || shared.starts[item + 1]! > shared.starts[item]!,
    ),
    directions: randomDirections(itemVectors, width, QUERIES, random),
  };
  const expansionSearch = index.expansionSearch ?? (await fewestCandidates(request, choosing));
  const recalls: IndexRecall[] = [];
  for (const by of RECALL_QUERIES) {
    const queries = measuring[by];
    if (queries.length === 0) continue;
    const value = await recallOf(request, await bestOf(request, queries), expansionSearch);
    recalls.push({ by, k: MEASURED_K, queries: queries.length, value });
  }
  return { expansionSearch, recalls };
}

async function fewestCandidates(request: Measuring, users: readonly Float32Array[]): Promise<number> {
  const best = await bestOf(request, users);
  let most = 0;
  for (const expansion of EXPANSIONS) {
    most = expansion;
    if ((await recallOf(request, best, expansion)) >= request.index.recall) return expansion;
  }
  return most;
}

interface QueryWithBest {
  query: Float32Array;
  items: ReadonlySet<number>;
}

/** The best items of each query by the exact index. */
async function bestOf(
  { exact, between }: Measuring,
  queries: readonly Float32Array[],
): Promise<QueryWithBest[]> {
  const found: QueryWithBest[] = [];
  for (const query of queries) {
    const best = exact().search(query, MEASURED_K);
    found.push({ query, items: new Set(best.map(({ index }) => index)) });
    await between();
  }
  return found;
}

async function recallOf(
  { graph, itemVectors: vectors, width, shared, exact, between }: Measuring,
  queries: readonly QueryWithBest[],
  expansionSearch: number,
): Promise<number> {
  const { search } = hnswIndex({ graph, vectors, width, shared, expansionSearch, exact });
  let [hits, all] = [0, 0];
  for (const { query, items } of queries) {
    for (const { index } of search(query, MEASURED_K)) if (items.has(index)) hits++;
    all += items.size;
    await between();
  }
  return all > 0 ? hits / all : 1;
}
