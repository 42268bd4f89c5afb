/** The bytes of a `tf.train.Example`: a protobuf message of three levels, read without its schema. */

export type FeatureKind = 'bytes' | 'float' | 'int64';
export interface FeatureValues {
  kind: FeatureKind;
  /** Bytes as they are, floats widened without loss. */
  values: (Buffer | number | bigint)[];
}

/** The bytes are no `tf.train.Example`. */
export class NoExampleError extends Error {
  override readonly name = 'NoExampleError';
}

const KINDS: Record<number, FeatureKind> = { 1: 'bytes', 2: 'float', 3: 'int64' };
const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Calls `found` with each feature of an example. Throws `NoExampleError` for bytes that are none. */
export function readExample(
  bytes: Buffer,
  found: (name: string, feature: FeatureValues | undefined) => void,
): void {
  for (const features of messages(bytes, { 1: 'Features' })) {
    for (const entry of messages(features.bytes, { 1: 'an entry of Features' })) {
      let name = '';
      let feature: FeatureValues | undefined;
      for (const part of messages(entry.bytes, { 1: 'a name', 2: 'a Feature' })) {
        if (part.field === 1) name = part.bytes.toString('utf8');
        else feature = featureOf(part.bytes);
      }
      found(name, feature);
    }
  }
}

/** Undefined for a feature of no kind. A later list of another kind replaces the earlier, as protobuf has it. */
function featureOf(bytes: Buffer): FeatureValues | undefined {
  let feature: FeatureValues | undefined;
  for (const list of messages(bytes, { 1: 'BytesList', 2: 'FloatList', 3: 'Int64List' })) {
    const kind = KINDS[list.field] ?? 'bytes';
    if (feature?.kind !== kind) feature = { kind, values: [] };
    readList(list.bytes, kind, feature.values);
  }
  return feature;
}

/** Numbers stand packed in one field or each in a field of its own. */
function readList(bytes: Buffer, kind: FeatureKind, values: FeatureValues['values']): void {
  const at = { offset: 0 };
  while (at.offset < bytes.length) {
    const tag = Number(varint(bytes, at));
    const wire = tag & 7;
    if (tag >>> 3 !== 1) throw new NoExampleError(`a list has field ${tag >>> 3}`);
    if (kind === 'int64' && wire === VARINT) values.push(BigInt.asIntN(64, varint(bytes, at)));
    else if (kind === 'float' && wire === FIXED32) values.push(bytes.readFloatLE(skip(bytes, at, 4)));
    else if (wire !== LENGTH_DELIMITED) throw new NoExampleError(`a list of ${kind} has wire type ${wire}`);
    else readPacked(sized(bytes, at), kind, values);
  }
}

function readPacked(packed: Buffer, kind: FeatureKind, values: FeatureValues['values']): void {
  const at = { offset: 0 };
  if (kind === 'bytes') values.push(packed);
  else if (kind === 'int64') {
    while (at.offset < packed.length) values.push(BigInt.asIntN(64, varint(packed, at)));
  } else {
    while (at.offset < packed.length) values.push(packed.readFloatLE(skip(packed, at, 4)));
  }
}

/** The length-delimited fields of a message, all of which are in `known`. */
function* messages(
  bytes: Buffer,
  known: Record<number, string>,
): Generator<{ field: number; bytes: Buffer }> {
  const at = { offset: 0 };
  while (at.offset < bytes.length) {
    const tag = Number(varint(bytes, at));
    const field = Math.floor(tag / 8);
    if (known[field] === undefined || tag % 8 !== LENGTH_DELIMITED) {
      throw new NoExampleError(
        `field ${field} of wire type ${tag % 8} stands where ${Object.values(known).join(' or ')} should`,
      );
    }
    yield { field, bytes: sized(bytes, at) };
  }
}

function sized(bytes: Buffer, at: { offset: number }): Buffer {
  const length = Number(varint(bytes, at));
  const start = skip(bytes, at, length);
  return bytes.subarray(start, start + length);
}

/** Where the next `length` bytes begin. */
function skip(bytes: Buffer, at: { offset: number }, length: number): number {
  const start = at.offset;
  if (length > bytes.length - start) throw new NoExampleError('a field is longer than what it stands in');
  at.offset += length;
  return start;
}

/** Of 64 bits, unsigned. */
function varint(bytes: Buffer, at: { offset: number }): bigint {
  let low = 0;
  // Seven times seven bits fit a number without loss; nearly all values end there.
  for (let i = 0; i < 7; i++) {
    const byte = bytes[at.offset++];
    if (byte === undefined) throw new NoExampleError('it ends inside a number');
    low += (byte & 127) * 2 ** (7 * i);
    if (byte < 128) return BigInt(low);
  }
  let value = BigInt(low);
  for (let i = 7n; i < 10n; i++) {
    const byte = bytes[at.offset++];
    if (byte === undefined) throw new NoExampleError('it ends inside a number');
    value += BigInt(byte & 127) << (7n * i);
    if (byte < 128) return BigInt.asUintN(64, value);
  }
  throw new NoExampleError('a number has more than ten bytes');
}
