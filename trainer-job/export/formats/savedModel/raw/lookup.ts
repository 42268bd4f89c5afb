/** Rows of vocabularies in a graph. */
import { createHash } from 'node:crypto';
import { numberOf, secondsOf } from '@trainyard/recommender/encode/value';
import { typeOf, type Graph, type Value } from '../../graph/graph.js';
import {
  add,
  asText,
  both,
  cast,
  compare,
  isFinite,
  isNan,
  lengthOfText,
  replaceText,
  scalar,
  select,
  times,
  unary,
} from '../../graph/ops.js';
import { numberOf as numberInGraph, toSingle } from './number.js';
import { canonicalText, IS_FLOATING, IS_TIME } from './text.js';
import { secondsOf as secondsInGraph } from './time.js';

/** The texts by which values of a column are found, so that those that are written differently and are equal are one. */
interface Keys {
  /** Of a value of the vocabulary. */
  of(this: void, value: string): string;
  /** Of texts of a request. */
  inGraph(this: void, graph: Graph, given: Value): Value;
}

/** Finds the rows, int64, of texts: `known[i]` is in row `first` + i, all else in row `otherwise`. */
export function rowsOf(
  graph: Graph,
  given: Value,
  known: readonly string[],
  columnType: string | undefined,
  { first, otherwise }: { first: number; otherwise: number },
): Value {
  const keys = keysOf(columnType);
  const unknown = scalar(graph, 'int64', otherwise);
  // A table is never empty; every text is out of a vocabulary that is.
  if (known.length === 0) {
    const length = lengthOfText(graph, given);
    return add(graph, cast(graph, times(graph, length, 0), 'int64'), unknown);
  }
  const table = tableOf(graph, known.map(keys.of), first);
  const attributes = { Tin: typeOf('string'), Tout: typeOf('int64') };
  return graph.node('LookupTableFindV2', [table, keys.inGraph(graph, given), unknown], attributes, [
    'int64',
  ])[0];
}

/** A table that is filled before all else. Its name tells what it holds: models that one process has loaded share tables of one name. */
function tableOf(graph: Graph, keys: readonly string[], first: number): Value {
  const digest = createHash('sha256')
    .update(JSON.stringify([first, keys]))
    .digest('hex');
  const table = graph.node(
    'HashTableV2',
    [],
    {
      key_dtype: typeOf('string'),
      value_dtype: typeOf('int64'),
      shared_name: { kind: 'text', value: `trainyard_${digest}` },
    },
    ['resource'],
    'vocabulary',
  )[0];
  const shape = [keys.length];
  const rows = Float64Array.from(keys, (_, i) => first + i);
  graph.runFirst(
    'fill',
    'InitializeTableV2',
    [
      table,
      graph.constant('keys', { type: 'string', shape, values: keys }),
      graph.constant('rows', { type: 'int64', shape, values: rows }),
    ],
    { Tkey: typeOf('string'), Tval: typeOf('int64') },
  );
  return table;
}

function keysOf(type: string | undefined): Keys {
  if (type !== undefined && IS_FLOATING.test(type)) return type === 'FLOAT' ? SINGLES : NUMBERS;
  if (type !== undefined && IS_TIME.test(type)) return TIMES;
  return { of: (value) => value, inGraph: (graph, given) => canonicalText(graph, given, type) };
}

/** More digits than tell two numbers of double precision apart. */
const DIGITS = 17;

const NUMBERS: Keys = {
  of: (value) => keyOfNumber(numberOf(value)) ?? value,
  inGraph(graph, given) {
    const number = numberInGraph(graph, given);
    return select(graph, isNan(graph, number), given, keyInGraph(graph, number));
  },
};

/** Of a column of single precision: 0.3 and 0.30000001192092896 are one number of it. */
const SINGLES: Keys = {
  of: (value) => keyOfNumber(Math.fround(numberOf(value))) ?? value,
  inGraph(graph, given) {
    const number = toSingle(graph, numberInGraph(graph, given));
    // What is too large for the column is none of its numbers, as the recommender has it.
    return select(graph, isFinite(graph, number), keyInGraph(graph, number), given);
  },
};

/** Undefined for what is no number. */
function keyOfNumber(number: number): string | undefined {
  if (!Number.isFinite(number)) return undefined;
  // C writes two digits of an exponent, or more.
  return (number + 0).toExponential(DIGITS).replace(/e([+-])(\d)$/, 'e$10$2');
}

function keyInGraph(graph: Graph, number: Value): Value {
  // Of 0 and -0 one; a sum with 0 is one that TensorFlow's optimizer leaves out.
  const unsigned = select(graph, compare(graph, 'Equal', number, 0), 0, number);
  return asText(graph, unsigned, { scientific: true, precision: DIGITS });
}

/** From the year 1 to the year 9999, in microseconds, as far as double precision tells them apart. */
const [FIRST, LAST] = [-62_135_596_800e6, 253_402_300_800e6 - 32];

/** Before the digits of a time: a text that is no time is no such key. */
const MARK = '\u0001';

const TIMES: Keys = {
  of(value) {
    const micros = Math.round(secondsOf(value) * 1e6);
    return micros >= FIRST && micros <= LAST ? `${MARK}${micros}` : value;
  },
  inGraph(graph, given) {
    const seconds = secondsInGraph(graph, given);
    const micros = unary(graph, 'Floor', add(graph, times(graph, seconds, 1e6), 0.5));
    const isTime = both(
      graph,
      compare(graph, 'GreaterEqual', micros, FIRST),
      compare(graph, 'LessEqual', micros, LAST),
    );
    const whole = select(graph, isTime, micros, scalar(graph, 'float64', 0));
    const key = replaceText(graph, asText(graph, cast(graph, whole, 'int64')), '^', MARK);
    return select(graph, isTime, key, given);
  },
};
