/** Lists of texts as bytes: for n texts, n + 1 uint32 with the end of each (the first is 0), then their UTF-8. Little-endian. */
import { RecommenderError } from '../error.js';

/** No text is longer than what engines allow one string to be. */
const AT_ONCE = 1 << 28;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The `count` texts that a list holds; fails where it is cut off. */
export function unpackTexts(packed: Uint8Array, count: number): string[] {
  const start = (count + 1) * 4;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.byteLength < start || packed.byteLength !== start + view.getUint32(count * 4, true)) {
    throw new RecommenderError('mismatched-files', 'a list of texts is cut off', 'copy the folder again');
  }
  const end = (i: number) => view.getUint32(i * 4, true);
  const content = packed.subarray(start);
  const whole = content.length <= AT_ONCE ? utf8.decode(content) : '';
  // Where all of it is ASCII, bytes are characters: one call decodes the list.
  const textOf =
    whole.length === content.length
      ? (i: number) => whole.slice(end(i), end(i + 1))
      : (i: number) => utf8.decode(content.subarray(end(i), end(i + 1)));
  return Array.from({ length: count }, (_, i) => textOf(i));
}
