/** What a run says of the index that it has written. */
import { mostCandidates } from '@trainyard/recommender/approximate/hnswIndex';
import type { ItemIndexDocument, RecallQueries } from '@trainyard/recommender/format/itemIndex';
import { runWarning, type RunWarning, type TrainingSpec, whole } from '@trainyard/shared';

/** Of queries that are no users', for whom the candidates are chosen, a graph shall find so much at least, or what the specification asks for where that is less. */
const LEAST_RECALL = 0.95;

const QUERIES: Readonly<Record<RecallQueries, string>> = {
  users: 'users',
  items: 'items as queries',
  directions: 'random directions',
};

/** `a graph of 36,000 items, 35,900 of them different, with recall@100 0.9961 of 250 users, 0.9900 of 250 random directions, 160 candidates a search, built in 4.1 s`. */
export function indexInWords(index: ItemIndexDocument | null): { detail?: string } {
  if (!index) return {};
  const { items, points, recalls, expansionSearch, buildSeconds } = index;
  const different = points < items ? `, ${whole(points)} of them different` : '';
  const measured = recalls.map(
    ({ by, queries, value }) => `${value.toFixed(4)} of ${whole(queries)} ${QUERIES[by]}`,
  );
  const [first] = recalls;
  const found = first
    ? ` with recall@${first.k} ${measured.join(', ')}`
    : ', whose recall cannot be measured, as all vectors are zeros';
  const users = recalls.some(({ by }) => by === 'users') ? '' : ' (no user has a vector)';
  const unused =
    mostCandidates(items) < expansionSearch
      ? ', which takes as long as looking at all items does, and so all are looked at'
      : '';
  return {
    detail: `a graph of ${whole(items)} items${different}${found}${users}, ${whole(expansionSearch)} candidates a search${unused}, built in ${buildSeconds.toFixed(1)} s`,
  };
}

/** Of a graph that finds less than it is to. */
export function indexWarnings(index: ItemIndexDocument | null, { outputs }: TrainingSpec): RunWarning[] {
  if (!index || outputs.index?.type !== 'hnsw') return [];
  const { recall: asked } = outputs.index;
  const least = Math.min(asked, LEAST_RECALL);
  const low = index.recalls.filter(({ by, value }) => value < (by === 'users' ? asked : least));
  if (low.length === 0) return [];
  const found = low.map(
    ({ by, k, queries, value }) =>
      `${(100 * value).toFixed(1)} % of the ${k} best items of ${whole(queries)} ${QUERIES[by]}, which is below ${by === 'users' ? `outputs.index.recall, ${asked}` : `${least}: of queries unlike the users of the training data`}`,
  );
  return [
    runWarning(
      'index-recall-low',
      `with ${whole(index.expansionSearch)} candidates a search the graph of outputs.index finds ${found.join('; ')}`,
      `set outputs.index.expansionSearch above ${index.expansionSearch}, raise connectivity (${index.connectivity}) and expansionAdd (${index.expansionAdd}), or use the exact index`,
    ),
  ];
}
