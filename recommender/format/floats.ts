/** Arrays of float32 as files hold them: little-endian, row-major. */
import { RecommenderError } from '../error.js';

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The numbers of a file, in place where memory is laid out so; fails when it does not hold `count` of them. */
export function floatsOf(path: string, bytes: Uint8Array, count: number): Float32Array {
  if (bytes.byteLength !== count * 4) {
    throw new RecommenderError(
      'mismatched-files',
      `${path} has ${bytes.byteLength} bytes instead of ${count * 4}`,
      'copy all files of one run, and wait until they are whole',
    );
  }
  return floatsAt(bytes, 0, count);
}

/** `count` numbers from number `offset` on. */
export function floatsAt(bytes: Uint8Array, offset: number, count: number): Float32Array {
  const start = bytes.byteOffset + offset * 4;
  if (isLittleEndian && start % 4 === 0) return new Float32Array(bytes.buffer, start, count);
  const view = new DataView(bytes.buffer, start, count * 4);
  return Float32Array.from({ length: count }, (_, i) => view.getFloat32(i * 4, true));
}
