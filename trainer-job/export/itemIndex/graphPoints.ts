/** Which items are one point of the graph. */

/** How often a number's hash and what it is hashed with are mixed: the constants of FNV-1a, of 32 bits. */
const [OFFSET, PRIME] = [0x811c9dc5, 0x01000193];

/**
 * A graph keeps a few neighbours of each point. Where those are all equal to it, they lead nowhere else, and who enters among them, or
 * outside, never meets the rest. So items are entered once for each point that differs as the graph holds it, in half floats.
 */
export class GraphPoints {
  /** [items] the first item of the same point. */
  readonly standIns: Uint32Array;
  /** How many points there are. */
  count = 0;
  private readonly hashes: Int32Array;
  /** Places by hash, each with 1 + the item that stands there, or 0. */
  private readonly table: Int32Array;

  /** `pointOf` makes the point of an item that was added before: they are too many to be kept. */
  constructor(
    items: number,
    private readonly pointOf: (item: number) => Float32Array,
  ) {
    this.standIns = new Uint32Array(items);
    this.hashes = new Int32Array(items);
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * items + 1)));
  }

  /** Whether it is the first item of its point. Items come in ascending order. */
  add(item: number, point: Float32Array): boolean {
    const hash = hashOf(point);
    this.hashes[item] = hash;
    const last = this.table.length - 1;
    for (let place = hash & last; ; place = (place + 1) & last) {
      const other = this.table[place]! - 1;
      if (other < 0) {
        this.table[place] = item + 1;
        this.standIns[item] = item;
        this.count++;
        return true;
      }
      if (this.hashes[other] === hash && areOne(this.pointOf(other), point)) {
        this.standIns[item] = other;
        return false;
      }
    }
  }
}

const rounded = new Float32Array(1);
const bits = new Int32Array(rounded.buffer);

function hashOf(point: Float32Array): number {
  let hash = OFFSET;
  for (const value of point) {
    rounded[0] = half(value);
    hash = Math.imul(hash ^ bits[0]!, PRIME);
    hash ^= hash >>> 15;
  }
  return hash;
}

function areOne(one: Float32Array, other: Float32Array): boolean {
  return one.every((value, i) => half(value) === half(other[i]!));
}

/** The smallest half float that has all of its 11 digits. */
const SMALLEST_NORMAL = 2 ** -14;

/** The half float next to a float32 between -1 and 1, which is never -0. */
export function half(value: number): number {
  // Between 0.5 and 1, neighbours are 2^-24 apart, as half floats are that lack digits.
  if (Math.abs(value) < SMALLEST_NORMAL) return Math.fround(Math.fround(value + 0.75) - 0.75);
  // Veltkamp's splitting: the higher 11 of the 24 digits.
  const scaled = Math.fround(value * 8193);
  return Math.fround(scaled - Math.fround(scaled - value));
}
