/**
 * Points of Sobol's sequence with the direction numbers of Joe and Kuo (2008), in Gray code order as SciPy has them, and
 * scrambled: each dimension by a random lower triangular matrix of bits and a random shift (Matoušek, 1998), which leaves how
 * evenly the points lie.
 */
import type { Random } from '@trainyard/shared';
import { DIRECTIONS } from './sobolDirections.js';

const BITS = 30;
const SCALE = 2 ** BITS;

export const MOST_DIMENSIONS = DIRECTIONS.length;

/** The coordinate in [0, 1) of the point at `index`, counted from 0; scrambled where `random` is given, which must begin anew for each point. */
export function sobolCoordinate(dimension: number, index: number, random?: Random): number {
  const plain = directionsOf(dimension);
  const { directions, shift } = random ? scrambled(plain, random) : { directions: plain, shift: 0 };
  let bits = shift;
  // The Gray code of the index says which direction numbers are added.
  for (let [code, i] = [index ^ (index >>> 1), 0]; code !== 0; code >>>= 1, i++) {
    if ((code & 1) === 1) bits ^= directions[i] ?? 0;
  }
  return bits / SCALE;
}

/** One number of 30 bits for each bit of the index (Bratley and Fox, 1988). */
function directionsOf(dimension: number): number[] {
  const row = DIRECTIONS[dimension];
  if (!row)
    throw new Error(
      `Sobol's sequence has ${DIRECTIONS.length} dimensions here, counted from 0: there is no ${dimension}`,
    );
  const [polynomial, ...first] = row;
  const degree = first.length;
  // Of the first dimension, whose polynomial has no degree, each number is 1.
  const numbers = degree === 0 ? Array.from({ length: BITS }, () => 1) : [...first];
  for (let i = numbers.length; i < BITS; i++) {
    let next = (numbers[i - degree] ?? 0) ^ ((numbers[i - degree] ?? 0) * 2 ** degree);
    for (let k = 1; k < degree; k++) {
      if (((polynomial >>> (degree - k)) & 1) === 1) next ^= (numbers[i - k] ?? 0) * 2 ** k;
    }
    numbers.push(next);
  }
  return numbers.map((number, i) => number * 2 ** (BITS - 1 - i));
}

function scrambled(directions: readonly number[], random: Random): { directions: number[]; shift: number } {
  const word = () => Math.floor(random() * SCALE);
  const shift = word();
  // Row i of the matrix, from the highest bit: what is above the diagonal is 0, the diagonal 1.
  const rows = Array.from({ length: BITS }, (_, i) => {
    const diagonal = 2 ** (BITS - 1 - i);
    return (word() & ~(2 * diagonal - 1) & (SCALE - 1)) | diagonal;
  });
  const product = (bits: number) =>
    rows.reduce((sum, row, i) => sum | (isOdd(row & bits) ? 2 ** (BITS - 1 - i) : 0), 0);
  return { directions: directions.map(product), shift };
}

/** Whether the number of bits that are set is odd. */
function isOdd(bits: number): boolean {
  let odd = false;
  for (let left = bits; left !== 0; left &= left - 1) odd = !odd;
  return odd;
}
