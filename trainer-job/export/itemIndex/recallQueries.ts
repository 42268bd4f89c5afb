/** Vectors that the recall of a graph is measured by. All are longer than 0: the answer to zeros comes from no graph. */
import { fillNormal, type Random } from '../../model/random.js';

/** Up to so many of the vectors [rows, width], each row once, in the order in which they are drawn. */
export function drawnVectors(
  vectors: Float32Array,
  width: number,
  count: number,
  random: Random,
  isMeant: (row: number) => boolean = () => true,
): Float32Array[] {
  const vectorOf = (row: number) => vectors.subarray(row * width, (row + 1) * width);
  const known = Int32Array.from({ length: vectors.length / width }, (_, i) => i).filter(
    (row) => isMeant(row) && isLong(vectorOf(row)),
  );
  const drawn = Math.min(count, known.length);
  for (let i = 0; i < drawn; i++) {
    const other = i + Math.floor(random() * (known.length - i));
    [known[i], known[other]] = [known[other] ?? 0, known[i] ?? 0];
  }
  return Array.from(known.subarray(0, drawn), vectorOf);
}

/** So many random vectors, each of whose numbers has the mean and the deviation that the vectors [rows, width] have there; none where those are all zeros. */
export function randomDirections(
  vectors: Float32Array,
  width: number,
  count: number,
  random: Random,
): Float32Array[] {
  const { means, deviations } = moments(vectors, width);
  const drawn = Array.from({ length: count }, () => {
    const numbers = new Float32Array(width);
    fillNormal(numbers, 1, random);
    return numbers.map((value, i) => means[i]! + value * deviations[i]!);
  });
  return drawn.filter(isLong);
}

function isLong(vector: Float32Array): boolean {
  return vector.some((value) => value !== 0);
}

function moments(vectors: Float32Array, width: number): { means: Float64Array; deviations: Float64Array } {
  const rows = vectors.length / width;
  const means = new Float64Array(width);
  for (let at = 0; at < vectors.length; at += width)
    for (let i = 0; i < width; i++) means[i]! += vectors[at + i]! / rows;
  const deviations = new Float64Array(width);
  for (let at = 0; at < vectors.length; at += width)
    for (let i = 0; i < width; i++) deviations[i]! += (vectors[at + i]! - means[i]!) ** 2 / rows;
  return { means, deviations: deviations.map(Math.sqrt) };
}
