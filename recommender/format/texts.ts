/** Lists of texts as bytes: for n texts, n + 1 uint32 with the end of each (the first is 0), then their UTF-8. Little-endian. */
import { RecommenderError } from '../error.js';

/** No text is longer than what engines allow one string to be. */
const AT_ONCE = 1 << 28;
/** Whoever asks for one in so many texts of a list gets all of them decoded. */
const FEW = 32;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A list whose texts are decoded when they are asked for: a million of them take much time and memory, and a query names few. */
export interface Texts {
  size: number;
  /** The text at a position from 0 to `size - 1`. */
  at(this: void, index: number): string;
  /** All of them: the same array each time, which nobody can change. */
  all(this: void): readonly string[];
}

/** The `count` texts that a list holds; fails where it is cut off. */
export function packedTexts(packed: Uint8Array, count: number): Texts {
  const start = (count + 1) * 4;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  if (packed.byteLength < start || packed.byteLength !== start + view.getUint32(count * 4, true)) {
    throw new RecommenderError('mismatched-files', 'a list of texts is cut off', 'copy the folder again');
  }
  const end = (i: number) => view.getUint32(i * 4, true);
  const content = packed.subarray(start);
  const decoded = (i: number) => utf8.decode(content.subarray(end(i), end(i + 1)));
  let list: readonly string[] | undefined;
  const all = () => (list ??= Object.freeze(unpacked(content, count, end, decoded)));
  let asked = 0;
  return {
    size: count,
    at: (i) => (list || ++asked * FEW > count ? all()[i]! : decoded(i)),
    all,
  };
}

/** All texts of a list at once, in an array of the caller's own. */
export function unpackTexts(packed: Uint8Array, count: number): string[] {
  return [...packedTexts(packed, count).all()];
}

function unpacked(
  content: Uint8Array,
  count: number,
  end: (i: number) => number,
  decoded: (i: number) => string,
): string[] {
  const whole = content.length <= AT_ONCE ? utf8.decode(content) : '';
  // Where all of it is ASCII, bytes are characters: one call decodes the list.
  const textOf = whole.length === content.length ? (i: number) => whole.slice(end(i), end(i + 1)) : decoded;
  return Array.from({ length: count }, (_, i) => textOf(i));
}
