/** Arrays of uint32 as files hold them: little-endian. */
import { RecommenderError } from '../error.js';

/** The numbers of a file; fails when it does not hold `count` of them. */
export function uint32Of(path: string, bytes: Uint8Array, count: number): Uint32Array {
  if (bytes.byteLength !== count * 4)
    throw cutOff(`${path} has ${bytes.byteLength} bytes instead of ${count * 4}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = view.getUint32(i * 4, true);
  return numbers;
}

export function cutOff(what: string): RecommenderError {
  return new RecommenderError(
    'mismatched-files',
    what,
    'copy all files of one run, and wait until they are whole',
  );
}
