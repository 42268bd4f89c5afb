/** Numbers the distinct tuples of columns in the order of their first row, column by column, so that memory holds two at a time. */
export interface Tuples {
  /** [rows] */
  tuple: Int32Array;
  /** [tuples] the first row of each. */
  first: Int32Array;
}

/** Of rows that all have the same empty tuple. */
export function noColumns(rows: number): Tuples {
  return { tuple: new Int32Array(rows), first: new Int32Array(Math.min(rows, 1)) };
}

/**
 * `tuples` with one column more, [rows]; undefined when there are more than `limit` then. Linear in the rows: an open hash
 * table of pairs (tuple so far, value).
 */
export function withColumn({ tuple }: Tuples, column: Int32Array, limit: number): Tuples | undefined {
  const mask = 2 ** Math.ceil(Math.log2(2 * limit + 2)) - 1;
  const slots = new Int32Array(mask + 1).fill(-1);
  const numbered = new Int32Array(tuple.length);
  const first = new Int32Array(limit);
  let count = 0;
  for (let row = 0; row < tuple.length; row++) {
    const [before, value] = [tuple[row]!, column[row]!];
    let slot = hashOf(before, value) & mask;
    let found = slots[slot]!;
    while (found >= 0 && (tuple[first[found]!] !== before || column[first[found]!] !== value)) {
      slot = (slot + 1) & mask;
      found = slots[slot]!;
    }
    if (found < 0) {
      if (count === limit) return undefined;
      found = count++;
      slots[slot] = found;
      first[found] = row;
    }
    numbered[row] = found;
  }
  return { tuple: numbered, first: first.slice(0, count) };
}

function hashOf(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
