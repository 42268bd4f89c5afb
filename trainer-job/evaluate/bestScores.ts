/**
 * The scores that decide a rank below `depth`, without moving all scores of a catalogue to the host: for each query, all its
 * scores that are at least some bound, which is no higher than its `depth` highest score. Where less than the bound scores,
 * the rank is `depth` or more.
 *
 * The bound: the catalogue is cut into groups, and the `depth` highest of the groups' best scores are `depth` scores, so the
 * lowest of them is no higher than the `depth` highest score of all. On TensorFlow a pass for the groups' best and one for
 * the comparison cost a tenth of sorting or moving the scores; wasm has them in host memory anyway.
 */
import * as tf from '@tensorflow/tfjs-core';

export type BestScores = {
  /** [queries] scores below it are not listed */
  bounds: Float32Array;
  /** The listed scores of query q are `scores[starts[q]]` … `scores[starts[q + 1] - 1]`, in any order. */
  starts: Int32Array;
  scores: Float32Array;
};

/** With this many groups for each of the `depth` scores, little more than `depth` scores reach the bound. */
const GROUPS_PER_SCORE = 4;

/** `scores` [queries, items]; fewer than `depth` items are all listed. */
export function bestScores(scores: tf.Tensor2D, depth: number): BestScores {
  const [queries, items] = scores.shape;
  const groupSize = Math.floor(items / (depth * GROUPS_PER_SCORE));
  if (tf.getBackend() !== 'tensorflow' || groupSize < 2) {
    return {
      bounds: new Float32Array(queries).fill(-Infinity),
      starts: Int32Array.from({ length: queries + 1 }, (_, q) => q * items),
      scores: scores.dataSync<'float32'>(),
    };
  }
  return tf.tidy(() => above(scores, lowerBounds(scores, depth, groupSize)));
}

/** [queries, 1] */
function lowerBounds(scores: tf.Tensor2D, depth: number, groupSize: number): tf.Tensor2D {
  const [queries, items] = scores.shape;
  const groups = Math.floor(items / groupSize);
  // The items behind the last whole group are left out: the bound is one for them as well.
  const whole =
    groups * groupSize === items ? scores : tf.slice2d(scores, [0, 0], [queries, groups * groupSize]);
  const best = tf.max<tf.Tensor2D>(tf.reshape(whole, [queries, groupSize, groups]), 1);
  return tf.min<tf.Tensor2D>(tf.topk(best, depth, false).values, 1, true);
}

function above(scores: tf.Tensor2D, bounds: tf.Tensor2D): BestScores {
  const [queries, items] = scores.shape;
  const places = trueElements(tf.greaterEqual(scores, bounds).dataSync<'bool'>());
  const starts = new Int32Array(queries + 1);
  for (const place of places) starts[Math.floor(place / items) + 1]! += 1;
  for (let q = 1; q < starts.length; q++) starts[q]! += starts[q - 1]!;
  const listed = tf.gather(tf.reshape(scores, [queries * items]), tf.tensor1d(places, 'int32'));
  return { bounds: bounds.dataSync<'float32'>(), starts, scores: listed.dataSync<'float32'>() };
}

/** The places of the bytes that are not 0, in their order. Most are 0: eight at a time are passed over. */
function trueElements(mask: Uint8Array): Int32Array {
  const aligned = mask.byteOffset % 8 === 0 ? mask : mask.slice();
  const words = new Float64Array(aligned.buffer, aligned.byteOffset, Math.floor(mask.length / 8));
  const places: number[] = [];
  const collect = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (aligned[i] !== 0) places.push(i);
  };
  for (let word = 0; word < words.length; word++) if (words[word] !== 0) collect(word * 8, word * 8 + 8);
  collect(words.length * 8, mask.length);
  return Int32Array.from(places);
}
