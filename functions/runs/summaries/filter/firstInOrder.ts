/** The first entries of an order, without putting all others into it as well. */
export function firstInOrder<T>(entries: Iterable<T>, compare: (a: T, b: T) => number, most: number): T[] {
  const first: T[] = [];
  for (const entry of entries) {
    const last = first.at(-1);
    if (first.length === most && last !== undefined && compare(entry, last) >= 0) continue;
    first.splice(placeOf(first, entry, compare), 0, entry);
    if (first.length > most) first.pop();
  }
  return first;
}

/** Behind all that do not come after it. */
function placeOf<T>(sorted: readonly T[], entry: T, compare: (a: T, b: T) => number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other !== undefined && compare(other, entry) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
