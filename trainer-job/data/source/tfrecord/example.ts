/** The bytes of a `tf.train.Example`: a protobuf message of three levels, read without its schema and without copies. */
import { isUtf8 } from 'node:buffer';

export type FeatureKind = 'bytes' | 'float' | 'int64';
export interface FeatureValues {
  kind: FeatureKind;
  count: number;
  /** The last one: bytes as text, floats widened without loss; undefined for bytes that are not UTF-8. */
  value: FeatureValue;
  /** All of them, where there are several. */
  all: FeatureValue[] | undefined;
}

type FeatureValue = string | number | bigint | undefined;

/** The bytes are no `tf.train.Example`. */
export class NoExampleError extends Error {
  override readonly name = 'NoExampleError';
}

const KINDS: readonly (FeatureKind | undefined)[] = [undefined, 'bytes', 'float', 'int64'];
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * Calls `found` with each feature of an example; undefined is a feature of no kind, and one that is given twice comes twice.
 * Throws `NoExampleError` for bytes that are none.
 */
export function readExample(
  bytes: Buffer,
  found: (name: string, feature: FeatureValues | undefined) => void,
): void {
  new ExampleReader(bytes, found).read();
}

/** One pass from the first byte to the last. `at` is where it stands; each level reads up to the end that it is given. */
class ExampleReader {
  private at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly found: (name: string, feature: FeatureValues | undefined) => void,
  ) {}

  read(): void {
    const { bytes } = this;
    while (this.at < bytes.length) {
      this.fieldOf(1, 'Features', bytes.length);
      const end = this.length(bytes.length);
      while (this.at < end) {
        this.fieldOf(1, 'an entry of Features', end);
        this.entry(this.length(end));
      }
    }
  }

  private entry(end: number): void {
    let name = '';
    let feature: FeatureValues | undefined;
    while (this.at < end) {
      const field = this.fieldOf(2, 'a name or a Feature', end);
      const partEnd = this.length(end);
      if (field === 2) feature = this.feature(partEnd);
      else name = this.text(partEnd) ?? fail('the name of a feature is not UTF-8');
    }
    this.found(name, feature);
  }

  /** A later list of another kind replaces the earlier, as protobuf has it. */
  private feature(end: number): FeatureValues | undefined {
    let feature: FeatureValues | undefined;
    while (this.at < end) {
      const kind = KINDS[this.fieldOf(3, 'BytesList, FloatList or Int64List', end)] ?? 'bytes';
      if (feature?.kind !== kind) feature = { kind, count: 0, value: undefined, all: undefined };
      this.list(feature, this.length(end));
    }
    return feature;
  }

  /** Numbers stand packed in one field or each in a field of its own. */
  private list(feature: FeatureValues, end: number): void {
    while (this.at < end) {
      const tag = this.varint(end);
      const wire = tag % 8;
      if (tag < 8 || tag >= 16) fail(`a list has field ${Math.floor(tag / 8)}`);
      if (wire === LENGTH_DELIMITED) this.packed(feature, this.length(end));
      else if (feature.kind === 'int64' && wire === VARINT) this.int64(feature, end);
      else if (feature.kind === 'float' && wire === FIXED32) this.float(feature, end);
      else fail(`a list of ${feature.kind} has wire type ${wire}`);
    }
  }

  private packed(feature: FeatureValues, end: number): void {
    if (feature.kind === 'bytes') {
      add(feature, this.text(end));
    } else if (feature.kind === 'int64') while (this.at < end) this.int64(feature, end);
    else while (this.at < end) this.float(feature, end);
  }

  private int64(feature: FeatureValues, end: number): void {
    const start = this.at;
    const value = this.varint(end);
    // Seven times seven bits are a number without loss.
    add(feature, this.at - start <= 7 ? BigInt(value) : this.exact(start));
  }

  private float(feature: FeatureValues, end: number): void {
    if (this.at + 4 > end) tooLong();
    add(feature, this.bytes.readFloatLE(this.at));
    this.at += 4;
  }

  /** Undefined for what is not UTF-8, which decoding alone would hide behind replacement characters. */
  private text(end: number): string | undefined {
    const start = this.at;
    this.at = end;
    const text = this.bytes.toString('utf8', start, end);
    return text.includes('\ufffd') && !isUtf8(this.bytes.subarray(start, end)) ? undefined : text;
  }

  /** The number of a length-delimited field, from 1 to `most`. */
  private fieldOf(most: number, what: string, end: number): number {
    const tag = this.varint(end);
    const field = Math.floor(tag / 8);
    if (field < 1 || field > most || tag % 8 !== LENGTH_DELIMITED) {
      fail(`field ${field} of wire type ${tag % 8} stands where ${what} should`);
    }
    return field;
  }

  /** Where a field ends whose length stands here. */
  private length(end: number): number {
    const length = this.varint(end);
    if (length > end - this.at) tooLong();
    return this.at + length;
  }

  /** Unsigned; beyond 53 bits it is rounded. */
  private varint(end: number): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= end) fail('it ends inside a number');
      const byte = this.bytes[this.at++] ?? 0;
      if (byte < 128) return value + byte * scale;
      value += (byte & 127) * scale;
      scale *= 128;
    }
    return fail('a number has more than ten bytes');
  }

  /** The varint from `start` to here, of 64 bits, signed. */
  private exact(start: number): bigint {
    let value = 0n;
    for (let i = this.at - 1; i >= start; i--) value = (value << 7n) | BigInt((this.bytes[i] ?? 0) & 127);
    return BigInt.asIntN(64, value);
  }
}

function add(feature: FeatureValues, value: FeatureValue): void {
  if (feature.count === 1) feature.all = [feature.value];
  feature.all?.push(value);
  feature.value = value;
  feature.count++;
}

function tooLong(): never {
  return fail('a field is longer than what it stands in');
}

function fail(why: string): never {
  throw new NoExampleError(why);
}
