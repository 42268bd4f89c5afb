/**
 * MurmurHash3 x86 32 bit of bytes (Austin Appleby, public domain, https://github.com/aappleby/smhasher): the hash of all
 * hashed features. Unsigned. Of the first `length` bytes.
 */
export function murmur3(bytes: Uint8Array, seed = 0, length = bytes.length): number {
  const blocks = length & ~3;
  let hash = seed;
  for (let i = 0; i < blocks; i += 4) {
    hash ^= mixed(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let i = length - 1; i >= blocks; i--) tail = (tail << 8) | bytes[i]!;
  if (length > blocks) hash ^= mixed(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

const utf8 = new TextEncoder();
/** Holds the UTF-8 of one text at a time: an array for each of millions of texts would cost more than its hash. */
let scratch = new Uint8Array(1024);

/** The hash of a text's UTF-8, as one of `buckets` numbers from 0. */
export function bucketOf(text: string, buckets: number): number {
  if (scratch.length < 3 * text.length) scratch = new Uint8Array(6 * text.length);
  return murmur3(scratch, 0, writeUtf8(text)) % buckets;
}

/** Writes a text into `scratch`; returns how many bytes it took. Most texts are ASCII, and short. */
function writeUtf8(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return utf8.encodeInto(text, scratch).written;
    scratch[i] = unit;
  }
  return text.length;
}
