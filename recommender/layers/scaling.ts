/** What a tower's output becomes: score(q, c) = scaled(q) · scaled(c), all [width] of one entity. */
export type Scaling = (output: Float32Array) => Float32Array;

/** For `cosine`, vectors have length 1 first, a zero vector staying zero; then they are divided by the temperature. */
export function scaling(similarity: 'dot' | 'cosine', temperature: number): Scaling {
  const factor = 1 / temperature;
  if (similarity === 'dot') {
    return factor === 1 ? (output) => output : (output) => output.map((value) => value * factor);
  }
  return (output) => {
    const length = Math.hypot(...output);
    return length > 0 ? output.map((value) => (value / length) * factor) : output;
  };
}
