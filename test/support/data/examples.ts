/** Record files of `tf.train.Example`, byte by byte: what TensorFlow would write, and what it would not. */
import { maskedCrc32c } from '../../../trainer-job/data/source/tfrecord/crc32c.js';

/** A record as TensorFlow frames it. */
export function record(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, sumOf(length), data, sumOf(data)]);
}

function sumOf(bytes: Buffer): Buffer {
  const field = Buffer.alloc(4);
  field.writeUInt32LE(maskedCrc32c(bytes));
  return field;
}

/** A length-delimited field of a protobuf message. */
export function message(number: number, ...parts: Buffer[]): Buffer {
  const data = Buffer.concat(parts);
  const head = [number * 8 + 2];
  for (let rest = data.length; ; rest >>>= 7) {
    head.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from(head), data]);
}

/** The numbers of the kinds of list in a `tf.train.Feature`. */
export const BYTES = 1;
export const FLOAT = 2;
export const INT64 = 3;

/** A feature whose list is given as bytes. */
export type Feature = [name: string, kind: number, list: Buffer];

export function example(...features: Feature[]): Buffer {
  const entries = features.map(([name, kind, list]) =>
    message(1, message(1, Buffer.from(name)), message(2, message(kind, list))),
  );
  return message(1, ...entries);
}

export const text = (value: string): Buffer => message(1, Buffer.from(value));
export const textFeature = (name: string, value: string): Feature => [name, BYTES, text(value)];
