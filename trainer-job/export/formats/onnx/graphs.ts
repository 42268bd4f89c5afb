/** The graphs that a model is exported as. */
import type { ItemSource, ModelSource, RatingSource, TowerSource } from '../graph/modelSource.js';
import { calibrated, predicted } from './rating.js';
import {
  fittedInputs,
  modelInputs,
  ROWS,
  textThatIsNone,
  type ModelInput,
  type TowerInputs,
} from './modelInputs.js';
import type { Dimension, ElementType } from './onnxProto.js';
import { OnnxGraph, type Value } from './onnxGraph.js';
import { double, lookedUp, single, sum } from './ops.js';
import { scaled, towerOutput } from './tower.js';
import { topItems, type AllScores } from './topItems.js';

interface ModelOutput {
  name: string;
  type: ElementType;
  dims: readonly Dimension[];
  description: string;
}

/** A graph, what it takes and what it gives. */
export interface BuiltGraph {
  graph: OnnxGraph;
  inputs: readonly ModelInput[];
  outputs: readonly ModelOutput[];
}

/** A tower: its vector, which products are made of, and its output, which a rating head takes. */
export function towerGraph({ type }: ModelSource, tower: TowerSource): BuiltGraph {
  const graph = new OnnxGraph(`${tower.name}_tower`);
  const asked = declared(graph, tower);
  const output = towerOutput(graph, tower, asked);
  const dims = [ROWS, tower.document.width];
  const outputs: ModelOutput[] = [];
  if (type !== 'ranking') {
    const description = 'The vector whose product with one of the other tower is the score.';
    outputs.push(
      given(graph, scaled(graph, tower, output), { name: 'embedding', type: 'float32', dims, description }),
    );
  }
  if (type !== 'retrieval') {
    const description = "The tower's output, which the rating head takes.";
    outputs.push(given(graph, output, { name: 'output', type: 'float32', dims, description }));
  }
  return { graph, inputs: asked.inputs, outputs };
}

/** The whole query: the best items, with their scores. */
export function recommendGraph(source: ModelSource): BuiltGraph {
  const graph = new OnnxGraph('recommend');
  const asked = declared(graph, source.query);
  const { ids: known } = itemsOf(source);
  const none = textThatIsNone(new Set(known));
  const [k, seen] = optionsOf(none);
  for (const { name, type, dims, description } of [k, seen]) graph.input(name, type, dims, description);
  const output = towerOutput(graph, source.query, asked);
  const { ids, scores } = topItems(graph, allScores(graph, source, output), known, {
    k: k.name,
    seen: seen.name,
    none,
  });
  const dims = [ROWS, 'found'];
  const outputs = [
    given(graph, ids, {
      name: 'ids',
      type: 'string',
      dims,
      description: `The ids of the best items, best first; of equal scores the more frequent in training first. ${JSON.stringify(none)} where there are no more.`,
    }),
    given(graph, single(graph, scores), {
      name: 'scores',
      type: 'float32',
      dims,
      description: 'Their scores; -∞ where there are no more items.',
    }),
  ];
  return { graph, inputs: [...asked.inputs, k, seen], outputs };
}

function optionsOf(none: string): [ModelInput, ModelInput] {
  return [
    {
      name: 'k',
      form: 'option',
      columns: [],
      type: 'int32',
      dims: [],
      missing: 10,
      description: 'How many items; fewer where the catalogue has no more.',
    },
    {
      name: 'seen',
      form: 'option',
      columns: [],
      type: 'string',
      dims: ['seen_rows', 'seen_items'],
      missing: none,
      description: `Ids of items that are left out, one row for each query or one for all; rows are filled up with ${JSON.stringify(none)}, and unknown ids are ignored. [1, 0] where nothing is left out.`,
    },
  ];
}

/** What the target of pairs of a query and an item is predicted to be. */
export function predictGraph(source: ModelSource, rating: RatingSource): BuiltGraph {
  const { query, vectors } = source;
  const { ids } = rating.items;
  const graph = new OnnxGraph('predict');
  const asked = declared(graph, query);
  const item: ModelInput = {
    name: 'item',
    form: 'text',
    columns: [],
    type: 'string',
    dims: [ROWS],
    missing: textThatIsNone(new Set(ids)),
    description: 'Ids of items, one for each query; all that are unknown count as one.',
  };
  graph.input(item.name, item.type, item.dims, item.description);
  const ofQuery = towerOutput(graph, query, asked);
  const place = lookedUp(graph, item.name, ids, (i) => i + 1, 0);
  const gather = ({ rows, width }: ItemSource) =>
    graph.op('Gather', [graph.floats(rows, [rows.length / width, width]), place]);
  const target = predicted(graph, rating, ofQuery, gather(rating.items));
  const score = vectors
    ? sum(
        graph,
        graph.op('Mul', [double(graph, scaled(graph, query, ofQuery)), double(graph, gather(vectors))]),
        1,
        false,
      )
    : target;
  const common = { type: 'float32', dims: [ROWS] } as const;
  const outputs = [
    given(graph, single(graph, calibrated(graph, rating, target)), {
      ...common,
      name: 'predictions',
      description: 'The predicted target in its own units, calibrated where the run applies that.',
    }),
    given(graph, single(graph, score), {
      ...common,
      name: 'scores',
      description: 'What items are put in order by.',
    }),
  ];
  return { graph, inputs: [...asked.inputs, item], outputs };
}

/** Row 0 of theirs is of unknown items, which the catalogue has not. */
function itemsOf({ vectors, rating }: ModelSource): ItemSource {
  const items = vectors ?? rating?.items;
  if (!items) throw new Error('a model scores by vectors or by ratings');
  return items;
}

/** [rows, items] of queries with all items. */
function allScores(graph: OnnxGraph, source: ModelSource, output: Value): AllScores {
  const { query, vectors, rating } = source;
  const { ids, rows, width } = itemsOf(source);
  const known = graph.floats(rows.subarray(width), [ids.length, width]);
  if (vectors) {
    const vector = scaled(graph, query, output);
    const value = graph.op('Gemm', [vector, known], { attributes: { transB: { i: 1 } } });
    return { value, type: 'float32', exactly: (places) => products(graph, vector, known, places) };
  }
  if (!rating) throw new Error('a ranking model has a rating head');
  // One query after the other: the pairs of all with all would take too much memory at once.
  const body = graph.within('one_query');
  const row = body.anonymousInput('float32', [query.document.width]);
  const repeated = body.op('Expand', [row, body.longs([ids.length, query.document.width])]);
  body.output(predicted(body, rating, repeated, known), undefined, 'float64', [ids.length]);
  const value = graph.op('Scan', [output], {
    attributes: { body: { graph: body }, num_scan_inputs: { i: 1 } },
  });
  return { value, type: 'float64' };
}

/** [rows, n] in double precision: of each vector [rows, width] with those at its places [rows, n] of a table. */
function products(graph: OnnxGraph, vectors: Value, table: Value, places: Value): Value {
  const own = graph.op('Unsqueeze', [double(graph, vectors), graph.longs([1])]);
  return sum(graph, graph.op('Mul', [own, double(graph, graph.op('Gather', [table, places]))]), 2, false);
}

function declared(graph: OnnxGraph, tower: TowerSource): TowerInputs {
  const all = modelInputs(fittedInputs(tower));
  for (const { name, type, dims, description } of all.inputs) graph.input(name, type, dims, description);
  return all;
}

function given(graph: OnnxGraph, value: Value, output: ModelOutput): ModelOutput {
  graph.output(value, output.name, output.type, output.dims, output.description);
  return output;
}
