/**
 * The inner loops of the exact index as WebAssembly with SIMD: upper bounds of scores, eight items at a time, of one query or of four that share
 * the loads of the codes; and what is chosen by them.
 */
import {
  assembleModule,
  f32x4,
  get,
  i32,
  i32x4,
  repeatWhile,
  set,
  v128,
  when,
  type Code,
  type FunctionText,
  type ValueType,
} from './assemble.js';

/** Items lie in groups of so many; counts of items are multiples of it. */
export const LANES = 8;
/** So many queries `boundsOfSeveral` takes. */
export const SEVERAL = 4;
/** Bytes of a vector of SIMD. */
const VECTOR = 16;
/** Items that `maxima` looks at in a step. */
export const STEP = 16;
/** Maxima that `maxima` writes for each group. */
export const MAXIMA = 4;

/**
 * Writes the bound of each item, `factor` · scales[i] · Σ query · codes[i] + slacks[i], as float32 to `out`. Addresses are in bytes. Codes are
 * int8 [groups of `LANES` items, pairs of numbers, item, number of the pair], from `codes` to below `end`; scales and slacks float32 [items].
 * A query is `queryBytes` long: its factor, float32, and its pairs of int16, each four times over.
 */
type Bounds = (
  codes: number,
  end: number,
  scales: number,
  slacks: number,
  query: number,
  out: number,
) => void;

/** Of `steps` times `STEP` items from `bounds` on the highest bounds of those whose position has the same remainder by `MAXIMA`, for each of `groups` such. */
type Maxima = (bounds: number, groups: number, steps: number, out: number) => void;

/** Appends `first` and the positions that follow, of the items whose bounds, from `bounds` to below `end`, are at least `low` and below `high`, as uint32 at `out`, and returns their count. */
type Collect = (bounds: number, end: number, first: number, low: number, high: number, out: number) => number;

export interface ScanExports {
  boundsOfOne: Bounds;
  /** Of queries side by side; their bounds are `stride` bytes apart. */
  boundsOfSeveral: Bounds;
  maxima: Maxima;
  collect: Collect;
}

/** Bytes of a query whose items have `pairs` pairs of numbers. */
export const queryBytes = (pairs: number): number => VECTOR * (1 + pairs);

/** A module with the functions of `ScanExports`, for rows of `pairs` pairs of codes. */
export function scanCode(pairs: number, stride: number): Uint8Array<ArrayBuffer> {
  return assembleModule({
    boundsOfOne: boundsOf(1, pairs, stride),
    boundsOfSeveral: boundsOf(SEVERAL, pairs, stride),
    maxima: maxima(),
    collect: collect(),
  });
}

const vectors = (count: number) => Array.from({ length: count }, (): ValueType => 'v128');

/**
 * V8 makes all loads of a stretch of code before the arithmetic on them, and what the registers cannot hold goes through the stack. So the loop over
 * the pairs is one, and a turn of it loads no more than there are registers for beside the sums.
 */
function boundsOf(queries: number, pairs: number, stride: number): FunctionText {
  const { codes, end, scales, slacks, query, out, part, lastPart } = LOCALS;
  const each = Array.from({ length: queries }, (_, of) => of);
  const atOnce = queries > 1 ? 1 : pairs % 4 === 0 ? 4 : pairs % 2 === 0 ? 2 : 1;
  const turn = Array.from({ length: atOnce }, (_, pair) => addProducts(pair, queries, queryBytes(pairs)));
  return {
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'i32', ...vectors(3 + 2 * queries)],
    body: [
      ...sumOf(query, queryBytes(pairs)),
      ...set(lastPart),
      ...repeatWhile(
        [
          ...each.flatMap((of) => HALVES.flatMap((half) => [...v128.zero, ...set(sumAt(of, half))])),
          ...sumOf(query, VECTOR),
          ...set(part),
          ...repeatWhile(
            [...turn.flat(), ...advance(codes, atOnce * VECTOR), ...advance(part, atOnce * VECTOR)],
            isBelow(part, lastPart),
          ),
          ...each.flatMap((of) =>
            HALVES.flatMap((half) => writeBounds(sumAt(of, half), half, of * queryBytes(pairs), of * stride)),
          ),
          ...advance(scales, LANES * 4),
          ...advance(slacks, LANES * 4),
          ...advance(out, LANES * 4),
        ],
        isBelow(codes, end),
      ),
    ],
  };
}

/** `part` and `lastPart` are the addresses of the numbers of the first query that come next, and of what is behind them. */
const LOCALS = {
  codes: 0,
  end: 1,
  scales: 2,
  slacks: 3,
  query: 4,
  out: 5,
  part: 6,
  lastPart: 7,
  firstHalf: 8,
  secondHalf: 9,
  numbers: 10,
  sums: 11,
} as const;
/** Of a group of items. */
const HALVES = [0, 1] as const;
const sumAt = (query: number, half: number) => LOCALS.sums + 2 * query + half;

/** Adds the products of a pair of numbers of each item of the group, with those of each query, to the sums. */
function addProducts(pair: number, queries: number, bytes: number): Code {
  const { codes, part, firstHalf, secondHalf, numbers } = LOCALS;
  const ofHalf = [firstHalf, secondHalf] as const;
  return [
    ...HALVES.flatMap((half) => [
      ...get(codes),
      ...v128.load8Signed(pair * VECTOR + half * 8),
      ...set(ofHalf[half]),
    ]),
    ...Array.from({ length: queries }, (_, query) => [
      ...get(part),
      ...v128.load(query * bytes + pair * VECTOR),
      ...set(numbers),
      ...HALVES.flatMap((half) => [
        ...get(ofHalf[half]),
        ...get(numbers),
        ...i32x4.dot16,
        ...get(sumAt(query, half)),
        ...i32x4.add,
        ...set(sumAt(query, half)),
      ]),
    ]).flat(),
  ];
}

/** Of a sum, with the factor of its query. */
function writeBounds(sum: number, half: number, factor: number, bounds: number): Code {
  const { scales, slacks, query, out } = LOCALS;
  return [
    ...get(out),
    ...get(sum),
    ...f32x4.ofIntegers,
    ...get(scales),
    ...v128.load(half * VECTOR),
    ...get(query),
    ...v128.load(factor),
    ...f32x4.multiply,
    ...f32x4.multiply,
    ...get(slacks),
    ...v128.load(half * VECTOR),
    ...f32x4.add,
    ...v128.store(bounds + half * VECTOR),
  ];
}

function maxima(): FunctionText {
  const [bounds, groups, steps, out, left, most] = [0, 1, 2, 3, 4, 5] as const;
  const vectorAt = (i: number): Code => [...get(bounds), ...v128.load(i * VECTOR)];
  const step: Code = [
    ...vectorAt(0),
    ...vectorAt(1),
    ...f32x4.larger,
    ...vectorAt(2),
    ...vectorAt(3),
    ...f32x4.larger,
    ...f32x4.larger,
  ];
  const group: Code = [
    ...get(steps),
    ...set(left),
    ...vectorAt(0),
    ...set(most),
    ...repeatWhile(
      [
        ...step,
        ...get(most),
        ...f32x4.larger,
        ...set(most),
        ...advance(bounds, STEP * 4),
        ...advance(left, -1),
      ],
      get(left),
    ),
    ...get(out),
    ...get(most),
    ...v128.store(0),
    ...advance(out, VECTOR),
    ...advance(groups, -1),
  ];
  return {
    parameters: ['i32', 'i32', 'i32', 'i32'],
    locals: ['i32', 'v128'],
    body: repeatWhile(group, get(groups)),
  };
}

function collect(): FunctionText {
  const [bounds, end, first, low, high, out, at, mask, least, most, left, right] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
  ] as const;
  const isBetween = (vector: number): Code => [
    ...get(bounds),
    ...v128.load(vector * VECTOR),
    ...get(least),
    ...f32x4.atLeast,
    ...get(bounds),
    ...v128.load(vector * VECTOR),
    ...get(most),
    ...f32x4.below,
    ...v128.and,
  ];
  /** Writes the position whatever the mask says, and goes on behind it where the mask has it. */
  const append = (lane: number): Code => [
    ...get(at),
    ...get(first),
    ...i32.const(lane),
    ...i32.add,
    ...i32.store(),
    ...get(mask),
    ...i32.const(lane % 4),
    ...i32.shiftRight,
    ...i32.const(1),
    ...i32.and,
    ...i32.const(2),
    ...i32.shiftLeft,
    ...get(at),
    ...i32.add,
    ...set(at),
  ];
  const half = (own: number, lanes: readonly number[]): Code => [
    ...get(own),
    ...i32x4.bitmask,
    ...set(mask),
    ...lanes.flatMap(append),
  ];
  return {
    parameters: ['i32', 'i32', 'i32', 'f32', 'f32', 'i32'],
    result: 'i32',
    locals: ['i32', 'i32', ...vectors(4)],
    body: [
      ...get(out),
      ...set(at),
      ...get(low),
      ...f32x4.splat,
      ...set(least),
      ...get(high),
      ...f32x4.splat,
      ...set(most),
      ...repeatWhile(
        [
          ...isBetween(0),
          ...set(left),
          ...isBetween(1),
          ...set(right),
          ...when(
            [...get(left), ...get(right), ...v128.or, ...v128.anyTrue],
            [...half(left, [0, 1, 2, 3]), ...half(right, [4, 5, 6, 7])],
          ),
          ...advance(bounds, LANES * 4),
          ...advance(first, LANES),
        ],
        isBelow(bounds, end),
      ),
      ...get(at),
      ...get(out),
      ...i32.sub,
      ...i32.const(2),
      ...i32.shiftRight,
    ],
  };
}

function isBelow(local: number, end: number): Code {
  return [...get(local), ...get(end), ...i32.ltUnsigned];
}

function sumOf(local: number, by: number): Code {
  return [...get(local), ...i32.const(by), ...i32.add];
}

function advance(local: number, by: number): Code {
  return [...sumOf(local, by), ...set(local)];
}
