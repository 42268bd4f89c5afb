import type { EncodedTower } from '../../data/encodedDataset.js';
import { permutation, type Random } from '../../model/random.js';

/**
 * The order of an epoch's `count` rows. Without blocks, any order is as likely as any other. With them, the blocks are in
 * random order, and rows are shuffled among `together` blocks at a time: what is read at a time stays within memory.
 */
export function epochOrder(count: number, random: Random, blocks?: EncodedTower['blocks']): Int32Array {
  if (!blocks) return permutation(count, random);
  const { entities: size, together } = blocks;
  const numbers = permutation(Math.ceil(count / size), random);
  const order = new Int32Array(count);
  let filled = 0;
  for (let first = 0; first < numbers.length; first += together) {
    const from = filled;
    for (const number of numbers.subarray(first, first + together)) {
      for (let row = number * size; row < Math.min((number + 1) * size, count); row++) order[filled++] = row;
    }
    shuffle(order.subarray(from, filled), random);
  }
  return order;
}

/** Fisher and Yates, in place. */
function shuffle(values: Int32Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
}
