/** CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), eight bytes at a time, and its mask in record files. */

/** `TABLES[k][b]`: what byte b does to the sum when k more bytes follow it. */
const TABLES = tables();

function tables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
    return sum;
  });
  const all = [first];
  for (let k = 1; k < 8; k++) {
    all.push(all[k - 1]!.map((sum) => (sum >>> 8) ^ (first[sum & 255] ?? 0)));
  }
  return all;
}

/** Of the bytes from `from` to before `to`; `before` is the sum of what comes before them. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = [
    TABLES[0]!,
    TABLES[1]!,
    TABLES[2]!,
    TABLES[3]!,
    TABLES[4]!,
    TABLES[5]!,
    TABLES[6]!,
    TABLES[7]!,
  ];
  let sum = ~before;
  let at = from;
  const whole = to - ((to - from) % 8);
  while (at < whole) {
    sum ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    sum =
      t7[sum & 255]! ^
      t6[(sum >>> 8) & 255]! ^
      t5[(sum >>> 16) & 255]! ^
      t4[sum >>> 24]! ^
      t3[bytes[at + 4]!]! ^
      t2[bytes[at + 5]!]! ^
      t1[bytes[at + 6]!]! ^
      t0[bytes[at + 7]!]!;
    at += 8;
  }
  for (; at < to; at++) sum = (sum >>> 8) ^ t0[(sum ^ bytes[at]!) & 255]!;
  return ~sum >>> 0;
}

/** As record files store it: a sum over bytes that hold sums is a poor one, so it is rotated and shifted. */
export function maskedCrc32c(bytes: Uint8Array, from?: number, to?: number): number {
  return masked(crc32c(bytes, from, to));
}

export function masked(sum: number): number {
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
