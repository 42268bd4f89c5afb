/**
 * The ranks of targets among the scores of a catalogue, without sorting scores or moving all of them to the host. The rank of
 * a target is the number of items that score strictly higher; from `depth` on it is not told apart.
 *
 * The catalogue is cut into groups. A group whose best score is higher than the target's holds at least one higher item, and
 * any other group none: so with `depth` such groups the rank is `depth` or more, and with fewer only their scores need
 * counting: one pass for the groups' best and a gathering of few groups. Where every rank is to be told apart, a comparison counts
 * where the scores are.
 */
import * as tf from '@tensorflow/tfjs-core';
import { tensorflowOps } from '../../backend/tensorflowOps.js';
import { readAndDispose } from '../../model/matrix.js';
import { countHigher } from './ranks.js';

export interface Targets {
  /** The targets of query q are `starts[q]` … `starts[q + 1] - 1`. */
  starts: Int32Array;
  /** [targets] */
  scores: Float32Array;
}

/** The best of a group are found in steps of so many: what is left over takes longer than one of them. */
const PACKET = 8;

/** Items of a group: with about so many the best scores and the gathered ones cost alike. */
export function groupSize(items: number): number {
  return PACKET * Math.max(1, Math.round(Math.sqrt(items) / 3 / PACKET));
}

/** [targets] ranks among `scores` [queries, items], at most `depth`; `items` is a multiple of `size`, the size of a group. */
export function targetRanks(scores: tf.Tensor2D, targets: Targets, depth: number, size: number): Int32Array {
  const ranks = new Int32Array(targets.scores.length);
  const [queries, items] = scores.shape;
  // More than all groups: what is higher is counted in every one of them.
  if (depth >= items / size) return exactRanks(scores, targets, size).map((rank) => Math.min(rank, depth));
  const { groups, starts } = groupsAbove(scores, targets, depth, size, ranks);
  const listed = readAndDispose(
    tf.tidy(() => tf.gather(tf.reshape(scores, [-1, size]), tf.tensor1d(groups, 'int32'))),
  );
  for (let q = 0; q < queries; q++) {
    rankTargets(ranks, targets, q, listed.subarray(starts[q]! * size, starts[q + 1]! * size), depth);
  }
  return ranks;
}

/** Every target is compared with all scores of its query where they are, and what is read back is the counts of groups. */
function exactRanks(scores: tf.Tensor2D, { starts, scores: own }: Targets, size: number): Int32Array {
  const [queries, items] = scores.shape;
  const ranks = new Int32Array(own.length);
  const each = own.length / queries;
  if (starts.every((start, q) => start === q * each)) {
    // As many comparisons at once as take the memory of the scores: a truth value is a byte.
    for (let from = 0; from < each; from += 4) {
      const to = Math.min(from + 4, each);
      const places = Int32Array.from({ length: queries * (to - from) }, (_, i) => {
        return Math.floor(i / (to - from)) * each + from + (i % (to - from));
      });
      const thresholds = Float32Array.from(places, (t) => own[t]!);
      const higher = countHigherIn(tf.reshape(scores, [queries, 1, items]), thresholds, size);
      places.forEach((t, i) => (ranks[t] = higher[i]!));
    }
    return ranks;
  }
  const queryOf = new Int32Array(own.length);
  for (let q = 0; q < queries; q++) queryOf.fill(q, starts[q], starts[q + 1]);
  for (let from = 0; from < own.length; from += queries) {
    const to = Math.min(from + queries, own.length);
    const rows = tf.tidy(() =>
      tf.reshape<tf.Rank.R3>(tf.gather(scores, tf.tensor1d(queryOf.subarray(from, to), 'int32')), [
        to - from,
        1,
        items,
      ]),
    );
    ranks.set(countHigherIn(rows, own.subarray(from, to), size), from);
  }
  return ranks;
}

/** [thresholds] how many scores of its row are strictly higher than each; `scores` is [rows, 1, items], and is disposed. */
function countHigherIn(scores: tf.Tensor3D, thresholds: Float32Array, size: number): Int32Array {
  const ops = tensorflowOps();
  if (!ops) throw new Error('only TensorFlow has scores in groups');
  const [rows, , items] = scores.shape;
  const each = thresholds.length / rows;
  const groups = wordGroups(items, size);
  const sums = tf.tidy(() => {
    const isHigher = tf.greater(scores, tf.tensor3d(thresholds, [rows, each, 1]));
    const words = ops.truthWords(tf.reshape(isHigher, [thresholds.length, groups, -1, 4]));
    return tf.sum(words, 2);
  });
  scores.dispose();
  const counts = sums.dataSync<'int32'>();
  sums.dispose();
  return Int32Array.from(thresholds, (_, t) => {
    let count = 0;
    for (let at = t * groups; at < (t + 1) * groups; at++) count += bytesOf(counts[at]!);
    return count;
  });
}

/** Into how many equal groups, of at most 255 words, a row of so many scores is cut: a byte holds no larger sum. */
function wordGroups(items: number, size: number): number {
  const perGroup = Math.ceil(size / 4 / 255);
  let parts = perGroup;
  while ((size / 4) % parts !== 0) parts++;
  return (items / size) * parts;
}

/** The sum of the four bytes of a word. */
function bytesOf(word: number): number {
  return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
}

/** Ranks the targets of query `q` that are not known to be at `depth` yet, among these scores. */
function rankTargets(
  ranks: Int32Array,
  { starts, scores }: Targets,
  q: number,
  among: Float32Array,
  depth: number,
): void {
  const near: number[] = [];
  for (let t = starts[q]!; t < starts[q + 1]!; t++) if (ranks[t]! < depth) near.push(t);
  if (near.length === 0) return;
  const higher = countHigher(
    among,
    Float32Array.from(near, (t) => scores[t]!),
  );
  near.forEach((t, i) => (ranks[t] = Math.min(higher[i]!, depth)));
}

/**
 * The groups that hold an item higher than one of the query's targets with a rank below `depth`; those of query q are
 * `groups[starts[q]]` … `groups[starts[q + 1] - 1]`. Sets the ranks that the groups' best show to be `depth` or more.
 */
function groupsAbove(
  scores: tf.Tensor2D,
  targets: Targets,
  depth: number,
  size: number,
  ranks: Int32Array,
): { groups: Int32Array; starts: Int32Array } {
  const [queries, items] = scores.shape;
  const count = items / size;
  const best = readAndDispose(tf.tidy(() => tf.max(tf.reshape(scores, [queries, count, size]), 2)));
  // Fewer than `depth` are above the lowest target that is asked for.
  const groups = new Int32Array(queries * depth);
  const starts = new Int32Array(queries + 1);
  let listed = 0;
  for (let q = 0; q < queries; q++) {
    const end = (q + 1) * count;
    let lowest = Infinity;
    for (let t = targets.starts[q]!; t < targets.starts[q + 1]!; t++) {
      const score = targets.scores[t]!;
      let above = 0;
      for (let g = q * count; g < end && above < depth; g++) if (best[g]! > score) above++;
      if (above === depth) ranks[t] = depth;
      else if (score < lowest) lowest = score;
    }
    if (lowest < Infinity) {
      for (let g = q * count; g < end; g++) if (best[g]! > lowest) groups[listed++] = g;
    }
    starts[q + 1] = listed;
  }
  return { groups: groups.subarray(0, listed), starts };
}
