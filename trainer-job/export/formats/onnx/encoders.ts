/** The transforms of `@trainyard/recommender/encode` as operators: [rows, width] of a feature, what it contributes to its tower's input. */
import { assertNever } from '@trainyard/shared/common';
import type { Pooling } from '@trainyard/shared/spec/shape/multi';
import { PER_SECOND } from '@trainyard/shared/timeUnit';
import type { FittedBoolean } from '@trainyard/recommender/encode/boolean';
import type { FittedBucketize } from '@trainyard/recommender/encode/bucketize';
import type { FittedNormalize } from '@trainyard/recommender/encode/normalize';
import type { FittedOutliers } from '@trainyard/recommender/encode/outliers';
import type { LayerWeights } from '@trainyard/recommender/layers/layer';
import { DATA_TYPES } from './onnxProto.js';
import { encodedTimes } from './cyclical.js';
import { column, double, equalTo, lookedUp, single as toSingle, sum, where, type Build } from './ops.js';
import type { FittedInput, ModelInput } from './modelInputs.js';
import type { OnnxGraph, Value } from './onnxGraph.js';

/** What the feature makes of its input, [rows, width] float32. */
export function encodedFeature(
  graph: OnnxGraph,
  tower: string,
  { encoded, fitted, vocabulary }: FittedInput,
  input: ModelInput,
  weights: LayerWeights,
): Value {
  const table = () =>
    encoded.kind === 'embedding'
      ? graph.floats(weights(`${tower}/embedding/${encoded.name}`, encoded.rows, encoded.dim), [
          encoded.rows,
          encoded.dim,
        ])
      : '';
  if (input.form === 'rows')
    return pooledRows(graph, encoded.kind === 'embedding' ? encoded.pooling : 'mean', table(), input);
  switch (fitted.transform) {
    case 'lookup': {
      const row = lookedUp(graph, input.name, vocabulary, (i) => i + fitted.oovBuckets, 0);
      return graph.op('Gather', [table(), row]);
    }
    case 'bucketize':
      return graph.op('Gather', [table(), bucket(graph, fitted, input.name)]);
    case 'normalize':
      return numbersOf(graph, normalized(graph, fitted, input.name));
    case 'cyclical': {
      const unit = PER_SECOND[input.unit ?? 's'];
      const seconds = unit === 1 ? input.name : graph.op('Div', [input.name, graph.doubles([unit])]);
      return numbersOf(graph, encodedTimes(graph, fitted, seconds));
    }
    case 'boolean':
      return numbersOf(graph, truth(graph, fitted, input.name));
    case 'hash':
    case 'cross':
    case 'text':
    case 'multi':
      throw new Error(`the rows of "${encoded.name}" are made by the recommender`);
    default:
      return assertNever(fitted);
  }
}

/** [rows] float64 each, side by side as float32. */
function numbersOf(graph: OnnxGraph, columns: readonly Value[]): Value {
  const wide = columns.map((value) => column(graph, value));
  const all = wide.length === 1 ? wide[0]! : graph.op('Concat', wide, { attributes: { axis: { i: 1 } } });
  return graph.op('Cast', [all], { attributes: { to: { i: DATA_TYPES.float32 } } });
}

/** The table's rows that are not -1, as one vector; 0 of none. */
function pooledRows(
  graph: OnnxGraph,
  pooling: Pooling = 'mean',
  table: Value,
  { name, dims }: ModelInput,
): Value {
  const rows = dims.length === 1 ? column(graph, name) : name;
  const none = graph.op('Cast', [graph.longs([0], [])], { attributes: { to: { i: DATA_TYPES.int32 } } });
  const named = double(graph, graph.op('GreaterOrEqual', [rows, none]));
  const values = double(graph, graph.op('Gather', [table, graph.op('Max', [rows, none])]));
  const kept = graph.op('Mul', [values, graph.op('Unsqueeze', [named, graph.longs([2])])]);
  const count = graph.op('Max', [sum(graph, named, 1, true), graph.doubles([1])]);
  const all = sum(graph, kept, 1, false);
  if (pooling === 'sum') return toSingle(graph, all);
  return toSingle(graph, graph.op('Div', [all, pooling === 'mean' ? count : graph.op('Sqrt', [count])]));
}

/** How many boundaries are not above the number, and one more: row 0 is for a missing number. */
function bucket(graph: OnnxGraph, { boundaries, outliers, single }: FittedBucketize, input: Value): Value {
  const value = withoutOutlier(graph, outliers, rounded(graph, single, finite(graph, input)));
  const edges = graph.doubles(boundaries, [1, boundaries.length]);
  const passed = graph.op('Cast', [graph.op('LessOrEqual', [edges, column(graph, value)])], {
    attributes: { to: { i: DATA_TYPES.int64 } },
  });
  const row = graph.op('Add', [sum(graph, passed, 1, false), graph.longs([1], [])]);
  return where(graph, graph.op('IsNaN', [value]), graph.longs([0], []), row);
}

function normalized(graph: OnnxGraph, fitted: FittedNormalize, input: Value): Value[] {
  const { clip, log1p, mean, std, degree, missingIndicator, outliers, single } = fitted;
  const given = finite(graph, input);
  const missing = graph.op('IsNaN', [given]);
  let value = withoutOutlier(graph, outliers, rounded(graph, single, given));
  if (clip) {
    value = graph.op('Min', [graph.op('Max', [value, graph.doubles([clip[0]])]), graph.doubles([clip[1]])]);
  }
  if (log1p) value = signedLog1p(graph, value);
  const standard = graph.op('Div', [graph.op('Sub', [value, graph.doubles([mean])]), graph.doubles([std])]);
  const score = where(graph, missing, graph.doubles([0]), standard);
  return [
    score,
    ...(degree === 2 ? [graph.op('Mul', [score, score])] : []),
    ...(missingIndicator ? [indicator(graph, missing)] : []),
  ];
}

/** NaN for what is not finite. */
function finite(graph: OnnxGraph, value: Value): Value {
  return where(graph, graph.op('IsInf', [value]), graph.doubles([NaN]), value);
}

/** Rounded to single precision, where the column holds that. */
function rounded(graph: OnnxGraph, single: boolean, value: Value): Value {
  if (!single) return value;
  const cast = (of: Value, to: number) => graph.op('Cast', [of], { attributes: { to: { i: to } } });
  return cast(cast(value, DATA_TYPES.float32), DATA_TYPES.float64);
}

function withoutOutlier(graph: OnnxGraph, outliers: FittedOutliers | undefined, value: Value): Value {
  if (!outliers) return value;
  const { low, high, median } = outliers;
  const below = graph.op('Less', [value, graph.doubles([low])]);
  const above = graph.op('Greater', [value, graph.doubles([high])]);
  const notBelow = where(graph, below, graph.doubles([median ?? low]), value);
  return where(graph, above, graph.doubles([median ?? high]), notBelow);
}

/**
 * sign(x) · log(1 + |x|). With u = 1 + a rounded, log(1 + a) is log(u) · a / (u - 1), and a where u is 1 (Kahan; Goldberg, "What
 * every computer scientist should know about floating-point arithmetic", 1991, theorem 4).
 */
function signedLog1p(graph: OnnxGraph, value: Value): Value {
  const one = graph.doubles([1]);
  const size = graph.op('Abs', [value]);
  const more = graph.op('Add', [size, one]);
  const gained = graph.op('Sub', [more, one]);
  const isNone = graph.op('Equal', [gained, graph.doubles([0])]);
  const share = graph.op('Div', [size, where(graph, isNone, one, gained)]);
  const log = graph.op('Mul', [graph.op('Log', [more]), share]);
  return graph.op('Mul', [graph.op('Sign', [value]), where(graph, isNone, size, log)]);
}

const TRUE = ['true', 't', 'yes', 'y', '1'].flatMap(inAnyCase);
const FALSE = ['false', 'f', 'no', 'n', '0'].flatMap(inAnyCase);

function inAnyCase(word: string): string[] {
  return word
    .split('')
    .reduce<string[]>(
      (starts, letter) =>
        starts.flatMap((start) =>
          [...new Set([letter, letter.toUpperCase()])].map((written) => start + written),
        ),
      [''],
    );
}

function truth(graph: OnnxGraph, { missingIndicator }: FittedBoolean, input: Value): Value[] {
  const meaning = lookedUp(graph, input, [...TRUE, ...FALSE], (i) => (i < TRUE.length ? 1 : 0), -1);
  const isTrue = indicator(graph, equalTo(graph, meaning, 1));
  return missingIndicator ? [isTrue, indicator(graph, equalTo(graph, meaning, -1))] : [isTrue];
}

/** 1 where it holds, else 0. */
const indicator: Build = (graph, condition) =>
  graph.op('Cast', [condition], { attributes: { to: { i: DATA_TYPES.float64 } } });
