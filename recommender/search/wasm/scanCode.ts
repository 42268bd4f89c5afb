/** The inner loop of the exact index as WebAssembly with SIMD: upper bounds of scores, four items at a time. */
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
  type ValueType,
} from './assemble.js';

/** A row of codes is filled up with zeros to a multiple of this. */
export const CHUNK = 16;
/** So many items are looked at together: `first` and `last` are multiples of it. */
export const LANES = 4;

/**
 * Appends the positions of the items from `first` to below `last` whose bound is at least `threshold`, as uint32 at `out`, and returns their
 * count. The bound of item i is `scale` · scales[i] · Σ query · codes[i] + slacks[i]. Addresses are in bytes: of int8 codes [items, width], of
 * float32 scales and slacks [items], all three those of item `first`; and of an int16 query [width].
 */
export type Scan = (
  codes: number,
  scales: number,
  slacks: number,
  query: number,
  first: number,
  last: number,
  threshold: number,
  scale: number,
  out: number,
) => number;

const PARAMETERS: readonly ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32', 'f32', 'i32'];
const [CODES, SCALES, SLACKS, QUERY, FIRST, LAST, THRESHOLD, SCALE, OUT] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8,
] as const;
const [AT, MASK, LIMIT, FACTOR, SUMS, PARTS] = [9, 10, 11, 12, 13, 17] as const;
const LOCALS: readonly ValueType[] = ['i32', 'i32', 'v128', 'v128', 'v128', 'v128', 'v128', 'v128'];
/** Of a query that stays in registers. */
const HELD_CHUNKS = 4;

/** A module that exports `scan` for rows of `width` codes, a multiple of `CHUNK`; its loop over the width is written out. */
export function scanCode(width: number): Uint8Array<ArrayBuffer> {
  const chunks = width / CHUNK;
  const held = chunks <= HELD_CHUNKS ? 2 * chunks : 0;
  const part = (i: number): Code => (i < held ? get(PARTS + i) : [...get(QUERY), ...v128.load(i * 16)]);
  const hold = Array.from({ length: held }, (_, i) => [
    ...get(QUERY),
    ...v128.load(i * 16),
    ...set(PARTS + i),
  ]).flat();
  const body = [
    ...get(OUT),
    ...set(AT),
    ...get(THRESHOLD),
    ...f32x4.splat,
    ...set(LIMIT),
    ...get(SCALE),
    ...f32x4.splat,
    ...set(FACTOR),
    ...hold,
    ...repeatWhile(
      [
        ...sums(width, part),
        ...bounds(),
        ...get(LIMIT),
        ...f32x4.atLeast,
        ...i32x4.bitmask,
        ...set(MASK),
        ...when(get(MASK), append()),
        ...advance(CODES, LANES * width),
        ...advance(SCALES, 16),
        ...advance(SLACKS, 16),
        ...advance(FIRST, LANES),
      ],
      [...get(FIRST), ...get(LAST), ...i32.ltUnsigned],
    ),
    ...get(AT),
    ...get(OUT),
    ...i32.sub,
    ...i32.const(2),
    ...i32.shiftRight,
  ];
  const parts = Array.from({ length: held }, (): ValueType => 'v128');
  return assembleModule({
    scan: { parameters: PARAMETERS, result: 'i32', locals: [...LOCALS, ...parts], body },
  });
}

/** Σ query · codes of each of the four items, as four numbers whose sum it is. */
function sums(width: number, part: (i: number) => Code): Code {
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const products = Array.from({ length: width / 8 }, (_, i) =>
    lanes.flatMap((lane) => [
      ...get(CODES),
      ...v128.load8Signed(lane * width + i * 8),
      ...part(i),
      ...i32x4.dot16,
      ...(i === 0 ? [] : [...get(SUMS + lane), ...i32x4.add]),
      ...set(SUMS + lane),
    ]),
  );
  return products.flat();
}

/** The bounds of the four items: their sums side by side, in units of scores, and what they may be off. */
function bounds(): Code {
  const halves = (a: number): Code => [
    ...get(a),
    ...get(a + 1),
    ...v128.pick(0, 4, 1, 5),
    ...get(a),
    ...get(a + 1),
    ...v128.pick(2, 6, 3, 7),
    ...i32x4.add,
  ];
  return [
    ...halves(SUMS),
    ...set(SUMS),
    ...halves(SUMS + 2),
    ...set(SUMS + 1),
    ...get(SUMS),
    ...get(SUMS + 1),
    ...v128.pick(0, 1, 4, 5),
    ...get(SUMS),
    ...get(SUMS + 1),
    ...v128.pick(2, 3, 6, 7),
    ...i32x4.add,
    ...f32x4.ofIntegers,
    ...get(SCALES),
    ...v128.load(0),
    ...get(FACTOR),
    ...f32x4.multiply,
    ...f32x4.multiply,
    ...get(SLACKS),
    ...v128.load(0),
    ...f32x4.add,
  ];
}

/** Writes all four positions one over the other, and goes on behind those that the mask has. */
function append(): Code {
  return Array.from({ length: LANES }, (_, lane) => [
    ...get(AT),
    ...get(FIRST),
    ...i32.const(lane),
    ...i32.add,
    ...i32.store(),
    ...get(MASK),
    ...i32.const(lane),
    ...i32.shiftRight,
    ...i32.const(1),
    ...i32.and,
    ...i32.const(2),
    ...i32.shiftLeft,
    ...get(AT),
    ...i32.add,
    ...set(AT),
  ]).flat();
}

function advance(local: number, by: number): Code {
  return [...get(local), ...i32.const(by), ...i32.add, ...set(local)];
}
