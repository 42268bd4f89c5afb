/** A place among the scores, and the score there. */
export interface Found {
  index: number;
  score: number;
}

/**
 * The `k` highest scores, best first; of equal ones the lower index comes first. `isWanted` is asked about those places only
 * that would be among them. A heap of k: the cost is that of reading the scores once, and little more.
 */
export function topK(
  scores: ArrayLike<number>,
  k: number,
  isWanted: (index: number) => boolean = () => true,
): Found[] {
  // The worst of those found is at 0; the children of i, which are better, at 2i + 1 and 2i + 2.
  const heap: Found[] = [];
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    const found = { index, score };
    if (heap.length >= k && !isBetter(found, heap[0]!)) continue;
    if (!isWanted(index)) continue;
    if (heap.length < k) {
      heap.push(found);
      siftUp(heap);
    } else {
      heap[0] = found;
      siftDown(heap);
    }
  }
  return heap.toSorted((a, b) => (isBetter(a, b) ? -1 : 1));
}

function isBetter(a: Found, b: Found): boolean {
  return a.score > b.score || (a.score === b.score && a.index < b.index);
}

function siftUp(heap: Found[]): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (isBetter(heap[at]!, heap[parent]!)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function siftDown(heap: Found[]): void {
  for (let at = 0; ;) {
    let worst = at;
    for (const child of [2 * at + 1, 2 * at + 2]) {
      if (child < heap.length && isBetter(heap[worst]!, heap[child]!)) worst = child;
    }
    if (worst === at) return;
    swap(heap, at, worst);
    at = worst;
  }
}

function swap(heap: Found[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b]!, heap[a]!];
}
