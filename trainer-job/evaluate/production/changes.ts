/** What a release would change: the lists of the same users by the version that serves and by the new model. */
import { topK } from '@trainyard/recommender/search/topK';
import { productScores } from '@trainyard/recommender/search/productScores';
import { type Changes, seedOf } from '@trainyard/shared';
import type { Findings } from '../findings.js';
import { itemsInWords } from '../lists/itemsInWords.js';
import { drawnUsers } from '../lists/listsOfUsers.js';
import type { Part, PartContext, Ranked } from '../part.js';
import { excludedOf } from '../ranks/excluded.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { overlap, rankBiasedOverlap } from './listOverlap.js';
import {
  isOpen,
  leftOutOf,
  orLeftOut,
  placesInProduction,
  firstRows,
  RowsOfQueries,
  type Production,
} from './production.js';

/** The most users whose lists are made. */
const MOST_USERS = 1000;
/** Products of two numbers that the lists of all users may take: a few seconds. Of a larger catalogue there are fewer users. */
const MOST_PRODUCTS = 2e9;
const LENGTH = 10;

const what = 'what a release would change';

/** The most items that are told of, each way. */
const MOST_ITEMS = 20;

/** Nothing where no version serves: the table of methods says why where it could not be opened. */
export const changes: Part = async (context) => {
  const { production, ranked } = context;
  if (!isOpen(production)) return {};
  if (!ranked || production.itemVectors === null)
    return { leftOut: [leftOutOf(what, 'lists are compared of models that rank by vectors alone')] };
  const found = await orLeftOut(production, context.between, () => compared(context, production, ranked));
  return 'why' in found ? { leftOut: [{ ...found, what }] } : found;
};

async function compared(
  context: PartContext,
  production: Production,
  ranked: Ranked,
): Promise<Partial<Findings>> {
  const { spec } = context;
  const queries = drawnQueries(context, ranked.rows);
  if (queries.length === 0)
    return { leftOut: [leftOutOf(what, 'no user of the test rows is known to training')] };
  const { ids, places } = await placesInProduction(context.data, production);
  const lists = await listsOf(context, production, { ...ranked, queries, ids });
  const found = changesOf(lists, {
    production: { version: production.version, uri: production.uri },
    missingItems: places.filter((place) => place < 0).length,
    k: Math.min(LENGTH, Math.max(ids.length, production.model.items.length)),
  });
  const labelOf = await labelsOf(context, ids, [...found.entering, ...found.leaving]);
  const labelled = (moved: typeof found.entering) =>
    moved.map((one) => ({ ...one, label: labelOf(one.item) }));
  const users = new Set(ranked.rows.users).size;
  const cut = leftOutOf(
    what,
    `the lists of ${queries.length} of ${users} users were compared, drawn by the seed of the evaluation (${seedOf(spec.training, 'evaluation')})`,
    'set training.seeds.evaluation to draw others',
  );
  return {
    changes: { ...found, entering: labelled(found.entering), leaving: labelled(found.leaving) },
    leftOut: queries.length < users ? [cut] : [],
  };
}

/** Of the items that are told of; an item that only the version that serves has has none. */
async function labelsOf(
  { data }: PartContext,
  ids: readonly string[],
  moved: Changes['entering'],
): Promise<(id: string) => string | null> {
  const inWords = await itemsInWords(data);
  if (!inWords) return () => null;
  const told = new Set(moved.map(({ item }) => item));
  const items = Int32Array.from(ids.flatMap((id, i) => (told.has(id) ? [i + 1] : [])));
  const labels = new Map(inWords(items).map(({ label }, i) => [ids[items[i]! - 1]!, label]));
  return (id) => labels.get(id) ?? null;
}

/** One query of each drawn user, the first one, in the order of the rows. */
function drawnQueries({ data, spec, model, production }: PartContext, rows: EvaluationRows): Int32Array {
  const items = data.candidate.entities + (isOpen(production) ? production.model.items.length : 0);
  const most = Math.max(1, Math.min(MOST_USERS, Math.floor(MOST_PRODUCTS / (items * model.width))));
  return drawnUsers(rows, most, seedOf(spec.training, 'evaluation'), 'changes');
}

export interface ListPair {
  before: string[];
  after: string[];
}

/** Both without what the protocol leaves out of the user's ranking. */
async function listsOf(
  { data, model, between }: PartContext,
  production: Production,
  {
    rows,
    itemVectors,
    queries,
    ids,
  }: Pick<Ranked, 'rows' | 'itemVectors'> & { queries: Int32Array; ids: readonly string[] },
): Promise<ListPair[]> {
  const entities = queries.map((q) => rows.queries[q]!);
  const firsts = firstRows(rows, new RowsOfQueries(data, 'test'));
  const { distinct, index } = await production.valuesOf(
    'test',
    queries.map((q) => firsts[q]!),
  );
  const vectors = model.embed('query', entities);
  const pairs: ListPair[] = [];
  for (const [i, q] of queries.entries()) {
    const had = excludedOf(rows, q);
    const isLeftOut = new Set(had);
    const scores = productScores(vectors.subarray(i * model.width, (i + 1) * model.width), itemVectors);
    const after = topK(scores, LENGTH, (item) => !isLeftOut.has(item + 1)).map((one) => ids[one.index]!);
    const exclude = Array.from(had, (item) => ids[item - 1]!);
    const before = production.model.recommend(distinct[index[i]!]!, { k: LENGTH, exclude });
    pairs.push({ before: before.map(({ item }) => item), after });
    await between();
  }
  return pairs;
}

/** Means over the users, and the items that enter and leave most lists; of equal ones, by their ids. */
export function changesOf(
  lists: readonly ListPair[],
  about: Pick<Changes, 'production' | 'missingItems' | 'k'>,
): Changes {
  const mean = (of: (pair: ListPair) => number) =>
    lists.reduce((sum, pair) => sum + of(pair), 0) / lists.length;
  const [before, after] = [
    countOf(lists.map((pair) => pair.before)),
    countOf(lists.map((pair) => pair.after)),
  ];
  const moved = [...new Set([...before.keys(), ...after.keys()])]
    .map((item) => ({ item, label: null, before: before.get(item) ?? 0, after: after.get(item) ?? 0 }))
    .toSorted((a, b) => (a.item < b.item ? -1 : 1));
  const most = (sign: 1 | -1) =>
    moved
      .filter((one) => sign * (one.after - one.before) > 0)
      .toSorted((a, b) => sign * (b.after - b.before - a.after + a.before))
      .slice(0, MOST_ITEMS);
  return {
    ...about,
    users: lists.length,
    overlap: mean((pair) => overlap(pair.before, pair.after)),
    rankBiasedOverlap: mean((pair) => rankBiasedOverlap(pair.before, pair.after)),
    unchangedLists: mean((pair) => Number(pair.before.join('\n') === pair.after.join('\n'))),
    entering: most(1),
    leaving: most(-1),
  };
}

function countOf(lists: readonly string[][]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of lists.flat()) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}
