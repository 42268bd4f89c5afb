/** Scores of queries with items in a graph, and the best of them. */
import { typeOf, type Graph, type Port, type Value } from '../graph/graph.js';
import type { ItemSource, ModelSource } from '../graph/modelSource.js';
import {
  add,
  binary,
  cast,
  columns,
  compare,
  expand,
  floats,
  gather,
  lengthOf,
  matMul,
  reduce,
  scalar,
  select,
  stack,
  times,
  unary,
} from '../graph/ops.js';
import { LARGEST_LEVELLED, LEVEL } from '../graph/level.js';
import { calibrated, ratingOf, ratingOfAll, ratingOfEach } from '../graph/rating.js';

/** So many more than are wanted are scored once more, in double precision: single takes scores that close for one another. */
const MORE = 16;

/** Of queries. */
export interface QueryOutputs {
  /** What a rating head takes, [n, width]. */
  output: Value;
  /** Whose products are scores, [n, width]. */
  vector: Value;
}

export interface Scorer {
  /** [n, items], float32. */
  all(this: void): Value;
  /**
   * Ids and scores of the best [n, k] of scores [n, items], of equal ones the first item; where there are no more items, the id is
   * `none` and the score -∞.
   */
  best(this: void, scores: Value, k: Value, none: string): Record<string, Port>;
  /** [n] of the query with the items of these rows [n], where row 0 is of the unknown ones. */
  pairs(this: void, rows: Value): Value;
  /** As `pairs`, of predictions; of models that have them alone. */
  predictions(this: void, rows: Value): Value;
}

export function scorerOf(graph: Graph, source: ModelSource, query: QueryOutputs): Scorer {
  const { vectors, rating } = source;
  const ids = (vectors ?? rating?.items)?.ids ?? [];
  const outputs = rating && { ...rating, table: tableOf(graph, 'item_outputs', rating.items) };
  const rated = (rows: Value) => {
    if (!outputs) throw new Error('a retrieval model predicts nothing');
    return ratingOf(graph, outputs, query.output, gather(graph, outputs.table, rows), 'float64');
  };
  const scores = vectors
    ? byVectors(graph, vectors, query)
    : outputs && byRating(graph, outputs, query, rated);
  if (!scores) throw new Error('a model scores by vectors or by ratings');
  return {
    all: () => columns(graph, scores.all(), 1, ids.length + 1),
    best: (all, k, none) => bestOf(graph, scores, all, k, ids, none),
    pairs: (rows) => cast(graph, scores.pairs(rows), 'float32'),
    predictions: (rows) => {
      if (!rating) throw new Error('a retrieval model predicts nothing');
      return cast(graph, calibrated(graph, rating, rated(rows)), 'float32');
    },
  };
}

interface Scores {
  /** [n, 1 + items], float32. */
  all(this: void): Value;
  /** [n, m] of rows [n, m], float64; there are `count` of each query. */
  each(this: void, rows: Value, count: Value): Value;
  /** [n] of rows [n], float64. */
  pairs(this: void, rows: Value): Value;
}

function byVectors(graph: Graph, vectors: ItemSource, { vector }: QueryOutputs): Scores {
  const table = tableOf(graph, 'item_vectors', vectors);
  const exactly = (x: Value) => cast(graph, x, 'float64');
  return {
    all: () => matMul(graph, vector, table, true),
    each: (rows) => {
      const own = expand(graph, exactly(vector), 1);
      return reduce(graph, 'Sum', times(graph, own, exactly(gather(graph, table, rows))), 2);
    },
    pairs: (rows) =>
      reduce(graph, 'Sum', times(graph, exactly(vector), exactly(gather(graph, table, rows))), 1),
  };
}

type RatedItems = NonNullable<ModelSource['rating']> & { table: Value };

function byRating(
  graph: Graph,
  rating: RatedItems,
  { output }: QueryOutputs,
  pairs: (rows: Value) => Value,
): Scores {
  return {
    all: () => cast(graph, ratingOfAll(graph, rating, output, rating.table, 'float32'), 'float32'),
    each: (rows, count) =>
      ratingOfEach(graph, rating, output, gather(graph, rating.table, rows), count, 'float64'),
    pairs,
  };
}

function tableOf(graph: Graph, name: string, { rows, width }: ItemSource): Value {
  return floats(graph, name, rows, [rows.length / width, width]);
}

/** Scores [n, items] where those of rows [n, m], which are items from 1 on, are below all others; row 0 is none. */
export function withoutSeen(graph: Graph, scores: Value, rows: Value): Value {
  const isItem = compare(graph, 'Greater', rows, 0);
  const [found] = graph.node('Where', [isItem], { T: typeOf('bool') }, ['int64']);
  const ofRows = { Tparams: typeOf('int64'), Tindices: typeOf('int64') };
  const [items] = graph.node('GatherNd', [rows, found], ofRows, ['int64']);
  const [query] = graph.node(
    'Squeeze',
    [columns(graph, found, 0, 1)],
    {
      T: typeOf('int64'),
      squeeze_dims: { kind: 'ints', values: [1] },
    },
    ['int64'],
  );
  const places = stack(graph, [query, add(graph, items, -1)], 1);
  const [lowest] = graph.node(
    'Fill',
    [expand(graph, lengthOf(graph, places), 0), scalar(graph, 'float32', -Infinity)],
    { T: typeOf('float32'), index_type: typeOf('int32') },
    ['float32'],
  );
  const ofScores = { T: typeOf('float32'), Tindices: typeOf('int64') };
  return graph.node('TensorScatterUpdate', [scores, places, lowest], ofScores, ['float32'])[0];
}

function bestOf(
  graph: Graph,
  scores: Scores,
  all: Value,
  k: Value,
  ids: readonly string[],
  none: string,
): Record<string, Port> {
  const wanted = binary(graph, 'Minimum', k, ids.length);
  const some = binary(graph, 'Minimum', add(graph, wanted, MORE), ids.length);
  const rough = topK(graph, all, some);
  // In the order of the catalogue, so that of equal scores the first item comes first.
  const inOrder = unary(graph, 'Neg', topK(graph, unary(graph, 'Neg', rough.places), some).values);
  const exact = levelled(graph, scores.each(add(graph, inOrder, 1), some));
  const isLeftOut = compare(graph, 'Equal', gatherEach(graph, all, inOrder), -Infinity);
  const best = topK(graph, select(graph, isLeftOut, -Infinity, exact), wanted);
  const items = gatherEach(graph, inOrder, best.places);
  const catalogue = graph.constant('ids', { type: 'string', shape: [ids.length], values: ids });
  const nobody = graph.constant('none', { type: 'string', shape: [], values: [none] });
  const isNone = compare(graph, 'Equal', best.values, -Infinity);
  return {
    ids: { value: select(graph, isNone, nobody, gather(graph, catalogue, items)), shape: [-1, -1] },
    scores: { value: cast(graph, best.values, 'float32'), shape: [-1, -1] },
  };
}

/** Rounded to 33 bits, as in `onnx/topItems.ts`, and for its reason. */
function levelled(graph: Graph, scores: Value): Value {
  const isSmall = compare(graph, 'Less', unary(graph, 'Abs', scores), LARGEST_LEVELLED);
  const within = select(graph, isSmall, scores, scalar(graph, 'float64', 0));
  const raised = times(graph, within, LEVEL);
  const rounded = binary(graph, 'Sub', raised, binary(graph, 'Sub', raised, within));
  return select(graph, isSmall, rounded, scores);
}

function topK(graph: Graph, x: Value, k: Value): { values: Value; places: Value } {
  const attributes = { T: typeOf(x.type), sorted: { kind: 'bool', value: true } } as const;
  const [values, places] = graph.node('TopKV2', [x, k], attributes, [x.type, 'int32']);
  return { values, places };
}

/** Of each row of x [n, m] those at the places [n, k] of the same row. */
function gatherEach(graph: Graph, x: Value, places: Value): Value {
  return graph.node(
    'GatherV2',
    [x, places, scalar(graph, 'int32', 1)],
    {
      Tparams: typeOf(x.type),
      Tindices: typeOf('int32'),
      Taxis: typeOf('int32'),
      batch_dims: { kind: 'int', value: 1 },
    },
    [x.type],
  )[0];
}
