/** Where the version that serves puts the items of the test rows, among the items of the new catalogue. */
import type { LeftOut } from '@trainyard/shared';
import { valuesAt } from '../../model/valuesAt.js';
import type { Evaluated } from '../part.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import type { Ranker } from '../ranks/ranker.js';
import { scoreRows, type Scored } from '../ranks/scoreSplit.js';
import { scoringOf } from '../ranks/scoring.js';
import {
  isOpen,
  leftOutOf,
  orLeftOut,
  placesInProduction,
  PRODUCTION,
  firstRows,
  RowsOfQueries,
  type Production,
} from './production.js';

/** Added to the score of an item that the version does not have: lower than any score, and its exp is 0. */
const LOWEST = -1e30;

/** Nothing where no version serves; else its ranker, which knows the `asked` rows alone, or why there is none. */
export async function* productionRanker(
  evaluated: Evaluated,
  asked: readonly EvaluationRows[],
): AsyncGenerator<Ranker | LeftOut> {
  const { production, data } = evaluated;
  if (!production) return;
  if (!isOpen(production)) {
    yield production;
    return;
  }
  const { model, itemVectors, uri } = production;
  if (itemVectors === null) {
    yield leftOutOf(
      PRODUCTION,
      `the version that serves, ${uri}, is a ${model.type} model, which has no vectors to rank by`,
    );
    return;
  }
  const { places } = await placesInProduction(data, production);
  if (places.every((place) => place < 0)) {
    yield leftOutOf(PRODUCTION, `the version that serves, ${uri}, knows none of the items of this catalogue`);
    return;
  }
  const found = await orLeftOut(production, evaluated.between, async () => {
    const ranks = new Map<EvaluationRows, Int32Array>();
    for (const rows of asked)
      ranks.set(rows, await ranksOf(evaluated, { production, itemVectors, places }, rows));
    return ranks;
  });
  yield 'why' in found
    ? found
    : {
        name: PRODUCTION,
        settings: {
          version: production.version,
          uri,
          missingItems: places.filter((place) => place < 0).length,
        },
        async ranks(rows) {
          const own = found.get(rows);
          if (!own) throw new Error('production was not asked about these rows');
          return own;
        },
      };
}

interface Opened {
  production: Production;
  itemVectors: Float32Array;
  /** [items] */
  places: Int32Array;
}

async function ranksOf(
  { data, spec, between, scoring }: Evaluated,
  { production, itemVectors, places }: Opened,
  rows: EvaluationRows,
): Promise<Int32Array> {
  const ranks = new Int32Array(rows.items.length);
  if (rows.rowCount === 0) return ranks;
  const told = await askedBy(new RowsOfQueries(data, 'test'), rows, production);
  const { width } = production.model;
  const wide = width + 1;
  const items = new Float32Array(places.length * wide);
  places.forEach((place, i) => {
    if (place < 0) items[i * wide + width] = LOWEST;
    else items.set(itemVectors.subarray(place * width, (place + 1) * width), i * wide);
  });
  const queries = new Float32Array(told.values.length * wide);
  for (const [i, values] of told.values.entries()) {
    queries.set(production.model.embedQuery(values), i * wide);
    queries[i * wide + width] = 1;
    if (i % 256 === 0) await between();
  }
  const scored: Scored = {
    width: wide,
    spec,
    candidate: { data: { entities: places.length + 1 } },
    embed: (tower, entities) => (tower === 'candidate' ? items : gathered(queries, wide, entities)),
  };
  const found = await scoreRows(scored, told.rows, { between, scoring: scoringOf(scored, scoring) });
  told.targets.forEach((target, i) => {
    // A version that does not have an item never finds it.
    ranks[target] = places[rows.items[target]! - 1]! < 0 ? places.length : found.ranks[i]!;
  });
  return ranks;
}

function gathered(table: Float32Array, width: number, entities: Int32Array): Float32Array {
  const rows = new Float32Array(entities.length * width);
  entities.forEach((entity, i) => rows.set(table.subarray(entity * width, (entity + 1) * width), i * width));
  return rows;
}

/**
 * The same targets, by what the production model is told of them. A query of the new model may stand for rows that differ in what
 * the other one reads: each target goes by its own row. A user who is asked for once goes by the row that the new model goes by.
 */
async function askedBy(known: RowsOfQueries, rows: EvaluationRows, { valuesOf }: Production) {
  const { per, queries, targetStart, items } = rows;
  const queryOf = new Int32Array(items.length);
  for (let q = 0; q < queries.length; q++) queryOf.fill(q, targetStart[q], targetStart[q + 1]);
  const rowOf =
    per === 'user'
      ? valuesAt(firstRows(rows, known), queryOf)
      : queryOf.map((q, t) => known.rowWith(queries[q]!, items[t]!));
  const { distinct, index } = await valuesOf('test', rowOf);
  const targets = Array.from(items.keys()).toSorted(
    (a, b) => queryOf[a]! - queryOf[b]! || index[a]! - index[b]! || a - b,
  );
  const begins = targets.flatMap((target, i) => {
    const before = targets[i - 1];
    const isSame =
      before !== undefined && queryOf[before] === queryOf[target] && index[before] === index[target];
    return isSame ? [] : [i];
  });
  const firsts = begins.map((i) => targets[i]!);
  const askers = firsts.map((target) => queryOf[target]!);
  const own: EvaluationRows = {
    ...rows,
    queries: Int32Array.from(firsts, (target) => index[target]!),
    users: Int32Array.from(askers, (q) => rows.users[q]!),
    targetStart: Int32Array.from([...begins, targets.length]),
    items: Int32Array.from(targets, (target) => items[target]!),
    rows: Int32Array.from(targets, (target) => rows.rows[target]!),
    excluded: rows.excluded && excludedBy(rows.excluded, askers),
  };
  return { values: distinct, rows: own, targets };
}

function excludedBy(
  { start, items }: NonNullable<EvaluationRows['excluded']>,
  queries: readonly number[],
): NonNullable<EvaluationRows['excluded']> {
  const starts = new Int32Array(queries.length + 1);
  queries.forEach((q, i) => (starts[i + 1] = starts[i]! + start[q + 1]! - start[q]!));
  const all = new Int32Array(starts.at(-1)!);
  queries.forEach((q, i) => all.set(items.subarray(start[q], start[q + 1]), starts[i]));
  return { start: starts, items: all };
}
