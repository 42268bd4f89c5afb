/** The signatures of a SavedModel: raw values in, the best items, vectors, scores and predictions out. */
import { ownValue } from '@trainyard/shared/common';
import { inputName, inputNames } from './inputNames.js';
import type { TowerName } from '@trainyard/recommender/format/files';
import { Graph, type Port, type Signature, type Value } from '../graph/graph.js';
import type { ModelSource, TowerSource } from '../graph/modelSource.js';
import { towerOutput, towerVector } from '../graph/tower.js';
import { encoded, takesRows } from './raw/encode.js';
import { rowsOf } from './raw/lookup.js';
import { scorerOf, withoutSeen } from './score.js';

/** What an input of a signature takes. */
export type InputMeaning =
  /** The value of a column, as a text. */
  | { kind: 'column'; column: string; missing: string }
  /** The rows of a feature's embedding that the recommender's transform gives: its indices `from` to `to`. */
  | { kind: 'rows'; tower: TowerName; feature: string; from: number; to: number }
  | { kind: 'item' }
  /** Ids of items, as many of each query: rows are filled up with what is no item. */
  | { kind: 'seen'; missing: string }
  | { kind: 'k' };

interface DescribedSignature extends Signature {
  meanings: Readonly<Record<string, InputMeaning>>;
}

export interface SignedGraph {
  graph: Graph;
  signatures: Readonly<Record<string, DescribedSignature>>;
}

/** A tower's inputs by name, and what it makes of them. */
interface OpenTower {
  inputs: Record<string, Port>;
  meanings: Record<string, InputMeaning>;
  /** What a rating head takes, [n, width]. */
  output: Value;
  /** Whose products are scores, [n, width]; of a ranking model the output. */
  vector: Value;
  width: number;
}

/** Of the whole model. */
export function modelSignatures(source: ModelSource): SignedGraph {
  const graph = new Graph();
  const [query, candidate] = [openTower(graph, source, 'query'), openTower(graph, source, 'candidate')];
  const scored = scorerOf(graph, source, query);
  const taken = Object.keys(query.inputs);
  const [k, seen, item] = [inputName('k', taken), inputName('seen', taken), inputName('item', taken)];
  const wanted = graph.placeholder('k', 'int32', []);
  const left = graph.placeholder('seen', 'string', [-1, -1]);
  const all = scored.all();
  const rowsOfItems = (ids: Value) => itemRows(graph, source, ids);
  const none = missingText(source.candidate, idColumn(source.candidate));
  const asked = { ...query.inputs, [k]: { value: wanted, shape: [] } };
  const meaning = { ...query.meanings, [k]: { kind: 'k' } } as const;
  const items = graph.placeholder('item', 'string', [-1]);
  const pair = rowsOfItems(items);
  const paired = { ...query.inputs, [item]: { value: items, shape: [-1] } };
  const pairMeaning = { ...query.meanings, [item]: { kind: 'item' } } as const;
  return {
    graph,
    signatures: {
      serving_default: { inputs: asked, outputs: scored.best(all, wanted, none), meanings: meaning },
      recommend_unseen: {
        inputs: { ...asked, [seen]: { value: left, shape: [-1, -1] } },
        outputs: scored.best(withoutSeen(graph, all, rowsOfItems(left)), wanted, none),
        meanings: { ...meaning, [seen]: { kind: 'seen', missing: none } },
      },
      query_embedding: embedding(query),
      candidate_embedding: embedding(candidate),
      score: {
        inputs: paired,
        outputs: { scores: { value: scored.pairs(pair), shape: [-1] } },
        meanings: pairMeaning,
      },
      ...(source.rating && {
        predict: {
          inputs: paired,
          outputs: { predictions: { value: scored.predictions(pair), shape: [-1] } },
          meanings: pairMeaning,
        },
      }),
    },
  };
}

/** Of one tower: its vectors alone. */
export function towerSignatures(source: ModelSource, name: TowerName): SignedGraph {
  const graph = new Graph();
  const tower = openTower(graph, source, name);
  return {
    graph,
    signatures: { serving_default: embedding(tower), [`${name}_embedding`]: embedding(tower) },
  };
}

function embedding({ inputs, meanings, vector, width }: OpenTower): DescribedSignature {
  return { inputs, meanings, outputs: { embedding: { value: vector, shape: [-1, width] } } };
}

function openTower(graph: Graph, source: ModelSource, name: TowerName): OpenTower {
  const tower = source[name];
  const { inputs, meanings, values } = towerInputs(graph, source, tower);
  const output = towerOutput(graph, tower, values, 'float64');
  const vector = source.vectors ? towerVector(graph, tower, output.value, 'float64') : output.value;
  return { inputs, meanings, output: output.value, vector, width: output.width };
}

function towerInputs(graph: Graph, { columnTypes }: ModelSource, tower: TowerSource) {
  const inputs: Record<string, Port> = {};
  const meanings: Record<string, InputMeaning> = {};
  const { features } = tower.transform;
  const names = inputNames(
    features.flatMap(({ encoded: { columns: own }, fitted }) => (takesRows(fitted) ? [] : own)),
  );
  let from = 0;
  const values = features.map(({ encoded: feature, fitted }, f) => {
    const places = feature.kind === 'embedding' ? feature.indices : 0;
    const to = from + places;
    const start = from;
    from = to;
    if (takesRows(fitted)) {
      const key = inputName(`${feature.name}_rows`, [...names.values(), ...Object.keys(inputs)]);
      const shape = places === 1 ? [-1] : [-1, places];
      const value = graph.placeholder(`${tower.name}/${key}`, 'int32', shape);
      inputs[key] = { value, shape };
      meanings[key] = { kind: 'rows', tower: tower.name, feature: feature.name, from: start, to };
      return value;
    }
    const [column = ''] = feature.columns;
    const key = names.get(column) ?? column;
    const port = ownValue(inputs, key) ?? {
      value: graph.placeholder(`${tower.name}/${column}`, 'string', [-1]),
      shape: [-1],
    };
    inputs[key] = port;
    meanings[key] = { kind: 'column', column, missing: missingText(tower, column) };
    const type = ownValue(columnTypes, column);
    return encoded(graph, fitted, port.value, () => tower.vocabulary(f), type);
  });
  return { inputs, meanings, values };
}

/** What stands for a missing value of a column: a text that no value is. */
function missingText({ transform, vocabulary }: TowerSource, column: string): string {
  const known = new Set(
    transform.features.flatMap(({ encoded: { columns: own }, fitted }, f) =>
      fitted.transform === 'lookup' && own[0] === column ? vocabulary(f) : [],
    ),
  );
  let text = '';
  while (known.has(text)) text += '\0';
  return text;
}

/** The rows of items by their ids, among those of the catalogue, of which row 0 is of the unknown ones. */
function itemRows(graph: Graph, { candidate, columnTypes }: ModelSource, ids: Value): Value {
  const column = idColumn(candidate);
  const type = ownValue(columnTypes, column);
  const known = candidate.vocabulary(candidate.document.idFeature);
  return rowsOf(graph, ids, known, type, { first: 1, otherwise: 0 });
}

function idColumn({ document }: TowerSource): string {
  return document.features[document.idFeature]?.columns[0] ?? '';
}
