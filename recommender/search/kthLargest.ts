/** The value of which `rank` - 1 others of the first `count` are at least as large; they are put in another order. `rank` is from 1 to `count`. */
export function kthLargest(values: Float32Array, count: number, rank: number): number {
  const place = rank - 1;
  let [from, to] = [0, count - 1];
  // The way of Hoare: what is larger than a pivot goes before it, and the side that has the place is looked at again.
  while (from < to) {
    const pivot = median(values[from]!, values[(from + to) >>> 1]!, values[to]!);
    let [left, right] = [from, to];
    while (left <= right) {
      while (values[left]! > pivot) left++;
      while (values[right]! < pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (place <= right) to = right;
    else if (place >= left) from = left;
    else break;
  }
  return values[place]!;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
