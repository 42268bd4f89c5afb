/** The transforms of the recommender as operations: raw values of a request, as texts, become what a tower takes. */
import { encodedAs, FORMAT_SUPPORT } from '@trainyard/shared';
import { assertNever } from '@trainyard/shared/common';
import type { FittedCyclical } from '@trainyard/recommender/encode/cyclical';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import type { FittedBucketize } from '@trainyard/recommender/encode/bucketize';
import type { FittedNormalize } from '@trainyard/recommender/encode/normalize';
import type { FittedOutliers } from '@trainyard/recommender/encode/outliers';
import type { Graph, Value } from '../../graph/graph.js';
import {
  add,
  binary,
  both,
  cast,
  compare,
  either,
  expand,
  isNan,
  reshape,
  scalar,
  select,
  stack,
  times,
  unary,
  upperBound,
} from '../../graph/ops.js';
import { phasesOf } from './cycles.js';
import { rowsOf } from './lookup.js';
import { numberOf, toSingle } from './number.js';
import { canonicalText, IS_FLOATING, IS_TIME, isFalse, isTrue } from './text.js';
import { secondsOf } from './time.js';

/** Whether TensorFlow lacks what encodes the feature, the hash or the rules of Unicode, so that a signature takes its rows. */
export function takesRows(fitted: FittedFeature): boolean {
  return FORMAT_SUPPORT.savedModel.transforms[encodedAs(fitted)] === 'rows';
}

/** Rows [n], or numbers [n, width] of float32, of texts [n]; the vocabulary is of a lookup. */
export function encoded(
  graph: Graph,
  fitted: FittedFeature,
  given: Value,
  vocabulary: () => readonly string[],
  columnType: string | undefined,
): Value {
  switch (fitted.transform) {
    case 'lookup':
      return rowsOf(graph, given, vocabulary(), columnType, { first: fitted.oovBuckets, otherwise: 0 });
    case 'normalize':
      return normalized(graph, fitted, numberOfColumn(graph, given, columnType));
    case 'bucketize':
      return interval(graph, fitted, numberOfColumn(graph, given, columnType));
    case 'cyclical':
      return cyclical(graph, fitted, secondsOf(graph, given, fitted.unit));
    case 'boolean':
      return truth(graph, fitted.missingIndicator, given, columnType);
    case 'hash':
    case 'cross':
    case 'text':
    case 'multi':
      throw new Error(`a graph takes the rows of a ${fitted.transform}`);
    default:
      return assertNever(fitted);
  }
}

/** Of truth values 1 and 0, however they are written. */
function numberOfColumn(graph: Graph, given: Value, columnType: string | undefined): Value {
  const number = numberOf(graph, given);
  if (columnType !== 'BOOLEAN') return number;
  return select(graph, isTrue(graph, given), 1, select(graph, isFalse(graph, given), 0, number));
}

function normalized(graph: Graph, fitted: FittedNormalize, number: Value): Value {
  const { clip, log1p, mean, std, degree, missingIndicator, outliers, single } = fitted;
  let x = withoutOutliers(graph, outliers, single ? toSingle(graph, number) : number);
  if (clip) x = binary(graph, 'Minimum', binary(graph, 'Maximum', x, clip[0]), clip[1]);
  if (log1p) x = times(graph, unary(graph, 'Sign', x), unary(graph, 'Log1p', unary(graph, 'Abs', x)));
  const missing = isNan(graph, number);
  const centred = binary(graph, 'RealDiv', add(graph, x, -mean), std);
  const score = select(graph, missing, 0, centred);
  return numbers(graph, [
    score,
    ...(degree === 2 ? [times(graph, score, score)] : []),
    ...(missingIndicator ? [missing] : []),
  ]);
}

function withoutOutliers(graph: Graph, outliers: FittedOutliers | undefined, x: Value): Value {
  if (!outliers) return x;
  const { low, high, median } = outliers;
  const [below, above] = [compare(graph, 'Less', x, low), compare(graph, 'Greater', x, high)];
  if (median !== null) return select(graph, either(graph, below, above), median, x);
  return select(graph, below, low, select(graph, above, high, x));
}

function interval(graph: Graph, { boundaries, outliers, single }: FittedBucketize, number: Value): Value {
  const x = withoutOutliers(graph, outliers, single ? toSingle(graph, number) : number);
  const points = graph.constant('boundaries', {
    type: 'float64',
    shape: [1, boundaries.length],
    values: Float64Array.from(boundaries),
  });
  const missing = isNan(graph, number);
  const known = select(graph, missing, 0, x);
  const notAbove = reshape(graph, upperBound(graph, points, expand(graph, known, 0)), [-1]);
  return select(graph, missing, 0, add(graph, notAbove, 1));
}

/** What a Date can hold. */
const LAST_SECOND = 8.64e12;

function cyclical(graph: Graph, { periods, missingIndicator }: FittedCyclical, seconds: Value): Value {
  // No comparison with NaN holds.
  const given = compare(graph, 'LessEqual', unary(graph, 'Abs', seconds), LAST_SECOND);
  const zero = scalar(graph, 'float64', 0);
  const angles = phasesOf(graph, periods, select(graph, given, seconds, zero)).map((phase) =>
    times(graph, phase, 2 * Math.PI),
  );
  return numbers(graph, [
    ...angles.flatMap((angle) => [
      select(graph, given, unary(graph, 'Sin', angle), zero),
      select(graph, given, unary(graph, 'Cos', angle), zero),
    ]),
    ...(missingIndicator ? [graph.node('LogicalNot', [given], {}, ['bool'])[0]] : []),
  ]);
}

function truth(graph: Graph, missingIndicator: boolean, given: Value, columnType: string | undefined): Value {
  const [yes, no] = answersOf(graph, given, columnType);
  const known = either(graph, yes, no);
  return numbers(graph, [
    yes,
    ...(missingIndicator ? [graph.node('LogicalNot', [known], {}, ['bool'])[0]] : []),
  ]);
}

function answersOf(graph: Graph, given: Value, columnType: string | undefined): [Value, Value] {
  if (columnType !== undefined && IS_TIME.test(columnType)) {
    // Numbers are times there, and no answers.
    const isNoNumber = isNan(graph, numberOf(graph, given));
    return [both(graph, isNoNumber, isTrue(graph, given)), both(graph, isNoNumber, isFalse(graph, given))];
  }
  if (columnType !== undefined && IS_FLOATING.test(columnType)) {
    // The recommender writes 1.0 of such a column as 1; what is no number stays a text.
    const asked = numberOf(graph, given);
    const number = columnType === 'FLOAT' ? toSingle(graph, asked) : asked;
    return [
      either(graph, compare(graph, 'Equal', number, 1), isTrue(graph, given)),
      either(graph, compare(graph, 'Equal', number, 0), isFalse(graph, given)),
    ];
  }
  const written = canonicalText(graph, given, columnType);
  return [isTrue(graph, written), isFalse(graph, written)];
}

/** Side by side, as float32 [n, columns]. */
function numbers(graph: Graph, parts: readonly Value[]): Value {
  return stack(
    graph,
    parts.map((part) => cast(graph, part, 'float32')),
    1,
  );
}
