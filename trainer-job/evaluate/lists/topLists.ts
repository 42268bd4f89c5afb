/** The lists that a model would show: the best items of users, without what is left out of their rankings. */
import { topK } from '@trainyard/recommender/search/topK';
import * as tf from '@tensorflow/tfjs-core';
import { matMulTransposed, readAndDispose } from '../../model/matrix.js';
import { scoreCapacity } from '../../model/scoreCapacity.js';
import { type Excluded, excludedOf, oneAfterTheOther } from '../ranks/excluded.js';
import type { Scored } from '../ranks/scoreSplit.js';

type Asked = Pick<Scored, 'width' | 'embed' | 'spec'>;

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

interface ListOptions {
  /** How many items a list has; fewer where there are not so many. */
  size: number;
  /** Called often; what it throws ends it. */
  between: () => Promise<void>;
}

/** `itemVectors` [items, width] are the model's of its catalogue. */
export async function topLists(
  model: Asked,
  itemVectors: Float32Array,
  { queries, excluded }: Shown,
  { size, between }: ListOptions,
): Promise<Lists> {
  const count = itemVectors.length / model.width;
  const items = tf.tensor2d(itemVectors, [count, model.width]);
  const together = Math.max(1, Math.floor(scoreCapacity(model.spec) / count));
  const listed: Int32Array[] = [];
  const best = bestOf(count, size);
  try {
    for (let from = 0; from < queries.length; from += together) {
      const block = queries.subarray(from, from + together);
      const scores = scoresOf(model, block, items);
      for (const [i] of block.entries()) {
        listed.push(best(scores.subarray(i * count, (i + 1) * count), excludedOf({ excluded }, from + i)));
      }
      await between();
    }
  } finally {
    items.dispose();
  }
  return oneAfterTheOther(listed);
}

function scoresOf(model: Asked, queries: Int32Array, items: tf.Tensor2D): Float32Array {
  const vectors = model.embed('query', queries);
  // A tidy that returned the numbers themselves would walk through all of them, in search of tensors.
  return readAndDispose(
    tf.tidy(() => matMulTransposed(tf.tensor2d(vectors, [queries.length, model.width]), items)),
  );
}

/** Finds the best items, from 1, of scores [items], the best first, without those that are left out. */
function bestOf(count: number, size: number): (scores: Float32Array, without: Int32Array) => Int32Array {
  const isLeftOut = new Uint8Array(count);
  return (scores, without) => {
    for (const item of without) isLeftOut[item - 1] = 1;
    const found = topK(scores, size, (index) => isLeftOut[index] === 0);
    for (const item of without) isLeftOut[item - 1] = 0;
    return Int32Array.from(found, ({ index }) => index + 1);
  };
}
