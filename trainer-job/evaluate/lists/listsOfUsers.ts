import { METRICS, metricName, seedOf, type Metrics, whole } from '@trainyard/shared';
import { permutation, randomFor } from '../../model/random.js';
import type { Findings } from '../findings.js';
import type { Evaluated, Ranked } from '../part.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { excludedOf, itemsOfUsers, oneAfterTheOther } from '../ranks/excluded.js';
import { listMetrics } from './listMetrics.js';
import { topLists, type Shown } from './topLists.js';

/** So many users tell what lists are like. */
const MOST_USERS = 10_000;
/** Fewer of a large catalogue: so many scores take some seconds. */
const MOST_SCORES = 400_000_000;

export interface ListsOfUsers {
  users: number;
  /** From whom they were drawn. */
  among: number;
  metrics: Metrics;
  /** The K whose lists hold items that no training row has, which a vocabulary that was given brings: they have no novelty. */
  withoutNovelty: number[];
}

/** What the model's lists are like, of users of the test rows that are drawn by the seed. */
export async function listsOfUsers(
  { model, data, spec, between }: Evaluated,
  { rows, itemVectors }: Pick<Ranked, 'rows' | 'itemVectors'>,
): Promise<ListsOfUsers> {
  const { entities } = data.candidate;
  const { k } = spec.evaluation;
  const most = Math.max(1, Math.min(MOST_USERS, Math.floor(MOST_SCORES / entities)));
  const places = drawnUsers(rows, most, seedOf(spec.training, 'evaluation'), 'lists');
  const lists = await topLists(model, itemVectors, shown(rows, places), { size: Math.max(...k), between });
  const counts = new Int32Array(entities);
  for (const item of data.splits.train.item) counts[item]! += 1;
  counts[0] = 0;
  const had = itemsOfUsers(data, ['train']);
  const historyCounts = Float64Array.from(places, (q) => {
    const items = had.of(rows.users[q]!);
    return items.reduce((sum, item) => sum + counts[item]!, 0) / items.length;
  });
  const { width } = model;
  const listed = { items: entities - 1, counts, historyCounts, vectors: itemVectors, width };
  const metrics = listMetrics(lists, k, listed);
  const has = (family: typeof METRICS.novelty | typeof METRICS.catalogueCoverage, at: number) =>
    metrics[metricName(family, 'test', at)] !== undefined;
  return {
    users: places.length,
    among: new Set(rows.users).size,
    metrics,
    withoutNovelty: lists.items.some((item) => counts[item] === 0)
      ? k.filter((at) => has(METRICS.catalogueCoverage, at) && !has(METRICS.novelty, at))
      : [],
  };
}

/** Whose lists are not looked at, and what is not told of them; and why. */
export function notToldOfLists({ users, among, withoutNovelty }: ListsOfUsers): Findings['leftOut'] {
  const novelty = withoutNovelty.map((at) => ({
    what: `the novelty of lists of ${at}`,
    why: 'they hold items that no training row has, whose novelty has no bound',
    remedy: 'take items without rows out of dataset.vocabularies, or bring rows of them',
  }));
  if (users === among) return novelty;
  return [
    ...novelty,
    {
      what: `the lists of ${whole(among - users)} of ${whole(among)} test users`,
      why: `what lists are like is told by at most ${whole(MOST_USERS)} of them, drawn by the seed, and by fewer of a catalogue of more than ${whole(MOST_SCORES / MOST_USERS)} items`,
      remedy: null,
    },
  ];
}

/** The first query of each of at most `most` users that are drawn for a purpose, ascending. */
export function drawnUsers(
  { users }: EvaluationRows,
  most: number,
  seed: number,
  purpose: string,
): Int32Array {
  const first = new Map<number, number>();
  users.forEach((user, q) => {
    if (!first.has(user)) first.set(user, q);
  });
  const places = Int32Array.from(first.values());
  if (places.length <= most) return places;
  const order = permutation(places.length, randomFor(seed, purpose)).subarray(0, most);
  return order.map((at) => places[at]!).toSorted();
}

/** What is asked for the queries at these places. */
export function shown(rows: EvaluationRows, places: Int32Array): Shown {
  return {
    queries: places.map((q) => rows.queries[q]!),
    excluded: rows.excluded && oneAfterTheOther(Array.from(places, (q) => excludedOf(rows, q))),
  };
}
