/** Items that share a point of the graph, which would not lead past many equal ones: who finds the point has found them all. */
export interface SharedPoints {
  /** How many points there are. */
  count: number;
  /** [items + 1] by the item that stands for a point: its items are `members` from here up to the next number. */
  starts: Uint32Array;
  /** [items] by point, the lowest item first. */
  members: Uint32Array;
  /** [items] 1 where the vector of a member is that of the member before it, to the last bit. */
  sameAsBefore: Uint8Array;
}

/** `standIns` has, by item, the first item of the same point. `vectors` is [items, width]. */
export function sharedPoints(standIns: Uint32Array, vectors: Float32Array, width: number): SharedPoints {
  const items = standIns.length;
  const starts = new Uint32Array(items + 1);
  for (const first of standIns) starts[first + 1]!++;
  let count = 0;
  for (let item = 0; item < items; item++) {
    if (starts[item + 1]! > 0) count++;
    starts[item + 1]! += starts[item]!;
  }
  const [next, members] = [starts.slice(), new Uint32Array(items)];
  for (let item = 0; item < items; item++) members[next[standIns[item]!]!++] = item;
  const sameAsBefore = new Uint8Array(items);
  for (let at = 1; at < items; at++) {
    const [before, item] = [members[at - 1]!, members[at]!];
    if (standIns[before] === standIns[item] && areEqual(vectors, before * width, item * width, width))
      sameAsBefore[at] = 1;
  }
  return { count, starts, members, sameAsBefore };
}

function areEqual(vectors: Float32Array, one: number, other: number, width: number): boolean {
  for (let i = 0; i < width; i++) if (vectors[one + i] !== vectors[other + i]) return false;
  return true;
}
