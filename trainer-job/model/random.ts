import type { Random } from '@trainyard/shared';

export { randomFor, type Random } from '@trainyard/shared';

/** `values` filled with numbers uniform in [-limit, limit). */
export function fillUniform(values: Float32Array, limit: number, random: Random): void {
  for (let i = 0; i < values.length; i++) values[i] = (random() * 2 - 1) * limit;
}

/** `values` filled with numbers of a normal distribution around 0 (Box and Muller). */
export function fillNormal(values: Float32Array, deviation: number, random: Random): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle);
  }
}

/** What is left of a standard normal distribution's deviation when all beyond ±2 is drawn again. */
const TRUNCATED_DEVIATION = 0.87962566103423978;

/** `values` filled with numbers around 0 of this deviation, none of them further off than 2.27 times as much: Keras' truncated normal. */
export function fillTruncatedNormal(values: Float32Array, deviation: number, random: Random): void {
  const drawn = new Float32Array(2);
  for (let i = 0; i < values.length;) {
    fillNormal(drawn, 1, random);
    for (const value of drawn) {
      if (Math.abs(value) <= 2 && i < values.length) values[i++] = (value * deviation) / TRUNCATED_DEVIATION;
    }
  }
}

/** The numbers 0 … count - 1 in random order (Fisher and Yates). */
export function permutation(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
