/** The binary form of WebAssembly, as far as small functions with SIMD need it (WebAssembly Core Specification 2.0, chapter 5). */

const TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof TYPES;
/** Instructions, assembled. */
export type Code = readonly number[];

export interface FunctionText {
  parameters: readonly ValueType[];
  /** Undefined of one that gives nothing back. */
  result?: ValueType;
  locals: readonly ValueType[];
  body: Code;
}

/** A module that imports the memory `env.memory` and exports the functions by name. */
export function assembleModule(functions: Readonly<Record<string, FunctionText>>): Uint8Array<ArrayBuffer> {
  const texts = Object.values(functions);
  const signatures = texts.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((type) => [TYPES[type]])),
    ...list(result ? [[TYPES[result]]] : []),
  ]);
  const bodies = texts.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, TYPES[type]])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    0x00,
    0x61,
    0x73,
    0x6d,
    0x01,
    0x00,
    0x00,
    0x00,
    ...section(1, list(signatures)),
    ...section(2, list([[...name('env'), ...name('memory'), 0x02, 0x00, 0x01]])),
    ...section(3, list(texts.map((_text, i) => unsigned(i)))),
    ...section(7, list(Object.keys(functions).map((key, i) => [...name(key), 0x00, ...unsigned(i)]))),
    ...section(10, list(bodies)),
  ]);
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  store: (): Code => [0x36, 2, 0],
  ltUnsigned: [0x49],
  add: [0x6a],
  sub: [0x6b],
  and: [0x71],
  shiftLeft: [0x74],
  shiftRight: [0x76],
} as const;
const simd = (operation: number, ...rest: readonly number[]): Code => [0xfd, ...unsigned(operation), ...rest];
export const v128 = {
  load: (offset: number): Code => simd(0x00, 0, ...unsigned(offset)),
  store: (offset: number): Code => simd(0x0b, 0, ...unsigned(offset)),
  /** Eight bytes with their signs become eight integers of 16 bits. */
  load8Signed: (offset: number): Code => simd(0x01, 0, ...unsigned(offset)),
  zero: simd(0x0c, ...Array.from({ length: 16 }, () => 0)),
  and: simd(0x4e),
  or: simd(0x50),
  anyTrue: simd(0x53),
} as const;
export const i32x4 = {
  bitmask: simd(0xa4),
  add: simd(0xae),
  /** Of eight products of integers of 16 bits, the sums of each two neighbours. */
  dot16: simd(0xba),
} as const;
export const f32x4 = {
  splat: simd(0x13),
  below: simd(0x43),
  atLeast: simd(0x46),
  add: simd(0xe4),
  multiply: simd(0xe6),
  /** The first, or the second where that is greater. */
  larger: simd(0xeb),
  ofIntegers: simd(0xfa),
} as const;

/** Repeats its body for as long as the condition at the end of it holds. */
export const repeatWhile = (body: Code, condition: Code): Code => [
  0x03,
  0x40,
  ...body,
  ...condition,
  0x0d,
  0,
  0x0b,
];
export const when = (condition: Code, then: Code): Code => [...condition, 0x04, 0x40, ...then, 0x0b];

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()];
}

function name(text: string): Code {
  return list(Array.from(new TextEncoder().encode(text), (byte) => [byte]));
}

/** LEB128 of a number from 0 to 2^32 - 1. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 of a number of 32 bits with a sign. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && !(low & 0x40)) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}
