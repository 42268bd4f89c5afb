/**
 * What ranks and the loss take of scores, in WebAssembly with vectors of four floats: products of queries and items, sums of
 * exponentials, and how many scores are above thresholds. A score is Σ in the order of the parts, each product and each sum
 * rounded to 32 bits, which `Math.fround` computes as well.
 */
import {
  all,
  type Code,
  constant,
  floats,
  get,
  I32_ADD,
  instanceOf,
  type KernelFunction,
  load,
  load32Splat,
  moduleOf,
  set,
  store,
  until,
  vector,
  VECTOR_BYTES,
  ZEROS,
} from '../wasm/assembler.js';

/** So many queries go through a product together. */
export const QUERIES = 4;
/** Items lie in panels of so many: part by part, the part of each item of the panel. */
export const PANEL = 8;
/** So many thresholds go through the scores together. */
export const THRESHOLDS = 4;
/** How many scores of a query lie one after the other. */
export const TILE = 1024;

/** Addresses and ends of ranges are in bytes. */
export interface ScoreKernel {
  /**
   * The products of four queries, [width, 4] from `queries` to its end, with panels of items, [panels, width, 8]: those of query i
   * from `scores` + i · 4 · TILE on, where the first's end is given.
   */
  multiply(items: number, queries: number, queriesEnd: number, scores: number, scoresEnd: number): void;
  /** Writes four floats that add up to Σ exp(score - reference); of more than 2^120 it is too small, and above 2^118 all the same. */
  sumOfExp(scores: number, scoresEnd: number, reference: number, sums: number): void;
  /** Adds to four integers, which add up to how many scores are strictly higher than the threshold. */
  countAbove(scores: number, scoresEnd: number, threshold: number, counts: number): void;
  /** The same of four thresholds, with four integers each. */
  countAboveEach(scores: number, scoresEnd: number, thresholds: number, counts: number): void;
}

/** A kernel and its memory, of so many bytes at least. */
export function scoreKernel(bytes: number): { buffer: ArrayBuffer; kernel: ScoreKernel } {
  const { buffer, functions } = instanceOf<keyof ScoreKernel>(MODULE, bytes);
  return { buffer, kernel: functions };
}

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const ADD = vector(0xe4);
const SUBTRACT = vector(0xe5);
const MULTIPLY = vector(0xe6);
const IS_GREATER = vector(0x44);
const LOWER = vector(0xea);
const HIGHER = vector(0xeb);
const SPLAT = vector(0x13);
const ADD_INTEGERS = vector(0xae);
const SUBTRACT_INTEGERS = vector(0xb1);
const SHIFT_LEFT = vector(0xab);

const moved = (pointer: number, step: number): Code =>
  all(get(pointer), constant(step), I32_ADD, set(pointer));

function multiply(): KernelFunction {
  const [ITEMS, FROM, END, SCORES, SCORES_END, QUERY] = [0, 1, 2, 3, 4, 5];
  const [FIRST, LEFT, RIGHT, BOTH] = [6, 14, 15, 16];
  const cells = Array.from({ length: QUERIES * 2 }, (_, i) => ({
    local: FIRST + i,
    query: Math.floor(i / 2),
    half: i % 2,
  }));
  const part = all(
    all(get(ITEMS), load(0), set(LEFT)),
    all(get(ITEMS), load(VECTOR_BYTES), set(RIGHT)),
    ...cells.map(({ local, query, half }) =>
      all(
        half === 0 ? all(get(QUERY), load32Splat(query * FLOAT), set(BOTH)) : [],
        all(get(local), get(BOTH), get(half === 0 ? LEFT : RIGHT), MULTIPLY, ADD, set(local)),
      ),
    ),
    moved(ITEMS, PANEL * FLOAT),
  );
  const panel = all(
    ...cells.map(({ local }) => all(ZEROS, set(local))),
    all(get(FROM), set(QUERY)),
    until(QUERY, QUERIES * FLOAT, get(END), part),
    ...cells.map(({ local, query, half }) =>
      all(get(SCORES), get(local), store(query * TILE * FLOAT + half * VECTOR_BYTES)),
    ),
  );
  return {
    parameters: ['i32', 'i32', 'i32', 'i32', 'i32'],
    pointers: 1,
    vectors: 11,
    body: until(SCORES, PANEL * FLOAT, get(SCORES_END), panel),
  };
}

/** 2^x = Σ c x^i to 8e-8 of it, for |x| up to 1/2: the best of its degree in that. From the highest power. */
const POWERS = [
  0.0013276471992602875, 0.009675541334451691, 0.055507132734977614, 0.24022119723840046, 0.6931469670647605,
  1.0000000716546849,
];
/** What is above is taken for it, and what is below: powers of two that a float holds. */
const [HIGHEST, LOWEST] = [120, -126];
/** A float that is added to a number below 2^22 ends in the nearest integer to it. */
const ROUNDING = 1.5 * 2 ** 23;

/** exp(x) = 2^n · 2^(x log2 e - n) for the nearest integer n, which is added to the exponent of the second factor. */
function sumOfExp(): KernelFunction {
  const [SCORES, END, REFERENCE, SUMS] = [0, 1, 2, 3];
  const [REFERENCES, POWER, ROUNDED, LEFT, RIGHT, FIRST] = [4, 5, 6, 7, 8, 9];
  const constants = [Math.LOG2E, HIGHEST, LOWEST, ROUNDING, ...POWERS];
  const of = (value: number) => get(FIRST + constants.indexOf(value));
  const [highest = 0, ...others] = POWERS;
  const added = (distance: number, sum: number) =>
    all(
      all(get(SCORES), load(distance), get(REFERENCES), SUBTRACT, of(Math.LOG2E), MULTIPLY),
      all(of(HIGHEST), LOWER, of(LOWEST), HIGHER, set(POWER)),
      all(get(POWER), of(ROUNDING), ADD, set(ROUNDED)),
      all(get(POWER), get(ROUNDED), of(ROUNDING), SUBTRACT, SUBTRACT, set(POWER)),
      all(of(highest), ...others.map((factor) => all(get(POWER), MULTIPLY, of(factor), ADD))),
      all(get(ROUNDED), constant(23), SHIFT_LEFT, ADD_INTEGERS),
      all(get(sum), ADD, set(sum)),
    );
  return {
    parameters: ['i32', 'i32', 'f32', 'i32'],
    pointers: 0,
    vectors: 5 + constants.length,
    body: all(
      all(get(REFERENCE), SPLAT, set(REFERENCES)),
      ...constants.map((value, i) => all(floats(value), set(FIRST + i))),
      until(SCORES, 2 * VECTOR_BYTES, get(END), all(added(0, LEFT), added(VECTOR_BYTES, RIGHT))),
      all(get(SUMS), get(LEFT), get(RIGHT), ADD, store(0)),
    ),
  };
}

/** True is -1 in all bits. */
function countAbove(thresholds: number): KernelFunction {
  const [SCORES, END, THRESHOLD, COUNTS] = [0, 1, 2, 3];
  const VALUES = 4;
  const each = Array.from({ length: thresholds }, (_, i) => ({
    i,
    threshold: VALUES + 1 + i,
    count: VALUES + 1 + thresholds + i,
  }));
  const counted = each.map(({ threshold, count }) =>
    all(get(count), get(VALUES), get(threshold), IS_GREATER, SUBTRACT_INTEGERS, set(count)),
  );
  return {
    parameters: ['i32', 'i32', 'i32', 'i32'],
    pointers: 0,
    vectors: 1 + 2 * thresholds,
    body: all(
      ...each.map(({ i, threshold }) => all(get(THRESHOLD), load32Splat(i * FLOAT), set(threshold))),
      until(SCORES, VECTOR_BYTES, get(END), all(all(get(SCORES), load(0), set(VALUES)), ...counted)),
      ...each.map(({ i, count }) => {
        const place = i * VECTOR_BYTES;
        return all(get(COUNTS), get(COUNTS), load(place), get(count), ADD_INTEGERS, store(place));
      }),
    ),
  };
}

const MODULE = moduleOf({
  multiply: multiply(),
  sumOfExp: sumOfExp(),
  countAbove: countAbove(1),
  countAboveEach: countAbove(THRESHOLDS),
});
