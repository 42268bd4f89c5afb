/** The lists that a model would show: the best items of users, without what is left out of their rankings. */
import * as tf from '@tensorflow/tfjs-core';
import { catalogue } from '../../model/catalogue.js';
import { matMulTransposed, readAndDispose } from '../../model/matrix.js';
import { scoreCapacity } from '../../model/scoreCapacity.js';
import type { Excluded } from '../ranks/excluded.js';
import type { Scored } from '../ranks/scoreSplit.js';

/** Who is shown a list. */
export interface Shown {
  /** [lists] query entities */
  queries: Int32Array;
  /** What each list lacks; null where nothing is left out. */
  excluded: Excluded | null;
}

/** The list of q is `items[start[q]]` … `items[start[q + 1] - 1]`, the best first; equal ones in the order of the catalogue. */
export interface Lists {
  start: Int32Array;
  items: Int32Array;
}

/** Of `size` items each, fewer where there are not so many. */
export async function topLists(
  model: Scored,
  { queries, excluded }: Shown,
  size: number,
  between: () => Promise<void>,
): Promise<Lists> {
  const count = model.candidate.data.entities - 1;
  const items = tf.tensor2d(model.embed('candidate', catalogue(count + 1)), [count, model.width]);
  const together = Math.max(1, Math.floor(scoreCapacity(model.spec) / count));
  const start = new Int32Array(queries.length + 1);
  const listed: Int32Array[] = [];
  const best = bestOf(count, size);
  try {
    for (let from = 0; from < queries.length; from += together) {
      const block = queries.subarray(from, from + together);
      const scores = scoresOf(model, block, items);
      for (const [i] of block.entries()) {
        const without = excluded?.items.subarray(excluded.start[from + i], excluded.start[from + i + 1]);
        const list = best(scores.subarray(i * count, (i + 1) * count), without);
        start[from + i + 1] = start[from + i]! + list.length;
        listed.push(list);
      }
      await between();
    }
  } finally {
    items.dispose();
  }
  const all = new Int32Array(start.at(-1)!);
  listed.forEach((list, q) => all.set(list, start[q]));
  return { start, items: all };
}

function scoresOf(model: Scored, queries: Int32Array, items: tf.Tensor2D): Float32Array {
  const vectors = model.embed('query', queries);
  // A tidy that returned the numbers themselves would walk through all of them, in search of tensors.
  return readAndDispose(
    tf.tidy(() => matMulTransposed(tf.tensor2d(vectors, [queries.length, model.width]), items)),
  );
}

/** Finds the best items of scores [items], from 1: those so far are a heap, whose root is the worst of them. */
function bestOf(count: number, size: number): (scores: Float32Array, without?: Int32Array) => Int32Array {
  const isLeftOut = new Uint8Array(count);
  return (scores, without = new Int32Array(0)) => {
    for (const item of without) isLeftOut[item - 1] = 1;
    const heap: number[] = [];
    const isWorse = (a: number, b: number) => scores[a]! < scores[b]! || (scores[a] === scores[b] && a > b);
    for (let i = 0; i < count; i++) {
      if (isLeftOut[i] === 1) continue;
      if (heap.length < size) rise(heap, i, isWorse);
      else if (scores[i]! > scores[heap[0]!]!) sink(heap, i, isWorse);
    }
    for (const item of without) isLeftOut[item - 1] = 0;
    return Int32Array.from(
      heap.toSorted((a, b) => (isWorse(a, b) ? 1 : -1)),
      (i) => i + 1,
    );
  };
}

type IsWorse = (a: number, b: number) => boolean;

/** Adds to the heap. */
function rise(heap: number[], added: number, isWorse: IsWorse): void {
  let at = heap.push(added) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isWorse(added, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = added;
}

/** Puts another in place of the root. */
function sink(heap: number[], added: number, isWorse: IsWorse): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isWorse(heap[child + 1]!, heap[child]!)) child++;
    if (!isWorse(heap[child]!, added)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = added;
}
