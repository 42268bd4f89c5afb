/**
 * Functions in WebAssembly with vectors of 128 bits, written as the bytes of the binary format
 * (https://webassembly.github.io/spec/core/binary/): by functions that stand for its instructions, a stack machine's, so that an
 * instruction's operands come before it. Addresses are in bytes.
 */

/** What is used of WebAssembly, whose types come with those of browsers alone. */
declare const WebAssembly: {
  Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Module: new (binary: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, (...numbers: number[]) => void>> };
};

export type Code = readonly number[];

export const all = (...parts: readonly Code[]): Code => parts.flat();

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

/** Signed LEB128 of a number that is not below 0: one more bit says so. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}

const END = 0x0b;

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const I32_ADD: Code = [0x6a];
export const I32_MUL: Code = [0x6c];

export const VECTOR_BYTES = 16;

/** An instruction of vectors, by its number in the binary format. */
export const vector = (instruction: number): Code => [0xfd, ...unsigned(instruction)];
/** Of an address on the stack and a fixed distance from it; addresses are multiples of 4. */
const at = (distance: number): Code => [2, ...unsigned(distance)];
export const load = (distance: number): Code => [...vector(0), ...at(distance)];
export const store = (distance: number): Code => [...vector(11), ...at(distance)];
/** A number of 32 or of 64 bits in all places of a vector. */
export const load32Splat = (distance: number): Code => [...vector(9), ...at(distance)];
export const load64Splat = (distance: number): Code => [...vector(10), ...at(distance)];
const vectorOf = (bytes: readonly number[]): Code => [...vector(12), ...bytes];
export const ZEROS = vectorOf(Array.from({ length: VECTOR_BYTES }, () => 0));
/** A float of 32 bits in all places. */
export const floats = (value: number): Code =>
  vectorOf([...new Uint8Array(Float32Array.of(value, value, value, value).buffer)]);

/** Does `body` and moves `pointer` on by `step`, until it is what `end` says: at least once. */
export const until = (pointer: number, step: number, end: Code, body: Code): Code => {
  const [loop, ofNothing, ifNotEqual, again] = [0x03, 0x40, 0x47, [0x0d, 0]];
  const moved = all(get(pointer), constant(step), I32_ADD, set(pointer));
  return [loop, ofNothing, ...body, ...moved, ...get(pointer), ...end, ifNotEqual, ...again, END];
};

const TYPES = { i32: 0x7f, f32: 0x7d, f64: 0x7c } as const;
const V128 = 0x7b;

/** A function that returns nothing. Its locals are the parameters, then `pointers` integers, then `vectors`. */
export interface KernelFunction {
  parameters: readonly (keyof typeof TYPES)[];
  pointers: number;
  vectors: number;
  body: Code;
}

/** The name of the format and its version. */
const MAGIC: Code = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** The binary of these functions, which share one memory that the host gives. */
export function moduleOf(functions: Readonly<Record<string, KernelFunction>>): Uint8Array {
  const section = (id: number, parts: readonly Code[]) => {
    const content = all(unsigned(parts.length), ...parts);
    return [id, ...unsigned(content.length), ...content];
  };
  const name = (text: string) => [text.length, ...Buffer.from(text)];
  const [types, imports, declared, exported, code] = [1, 2, 3, 7, 10];
  const own = Object.entries(functions);
  return Uint8Array.from([
    ...MAGIC,
    ...section(
      types,
      own.map(([, { parameters }]) => [0x60, parameters.length, ...parameters.map((type) => TYPES[type]), 0]),
    ),
    ...section(imports, [[...name('host'), ...name('memory'), 2, 0, 1]]),
    ...section(
      declared,
      own.map((_, i) => [i]),
    ),
    ...section(
      exported,
      own.map(([text], i) => [...name(text), 0, i]),
    ),
    ...section(
      code,
      own.map(([, { pointers, vectors, body }]) => {
        const definition = [2, ...unsigned(pointers), TYPES.i32, ...unsigned(vectors), V128, ...body, END];
        return [...unsigned(definition.length), ...definition];
      }),
    ),
  ]);
}

const PAGE_BYTES = 65_536;

/** Memory of so many bytes at least, all 0, and the functions of a module in it. */
export function instanceOf<Name extends string>(
  binary: Uint8Array,
  bytes: number,
): { buffer: ArrayBuffer; functions: Readonly<Record<Name, (...numbers: number[]) => void>> } {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary), { host: { memory } });
  return { buffer: memory.buffer, functions: exports };
}
