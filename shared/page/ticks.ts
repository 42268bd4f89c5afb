/** Where the figures of an axis stand: at round numbers, so that a person reads between them. */

const MOST_TICKS = 7;
/** Steps may be these, times a power of ten. */
const ROUND = [1, 2, 2.5, 5, 10];

/** Multiples of a round step within the range, a few of them; of whole things, whole numbers alone. */
export function linearTicks(low: number, high: number, areWhole = false): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / (MOST_TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    (ROUND.find((round) => round * power >= rough * (1 - 1e-9) && (!areWhole || Number.isInteger(round))) ??
      10) * power;
  const every = areWhole ? Math.max(1, Math.round(step)) : step;
  const first = Math.ceil(low / every - 1e-9);
  const count = Math.floor(high / every + 1e-9) - first + 1;
  // A multiple of 0.1 has digits that nobody means.
  return Array.from({ length: Math.max(0, count) }, (_, i) => Number(((first + i) * every).toPrecision(12)));
}

/** Powers of ten, of wide ranges every other one; of a range that holds fewer than two, its round numbers. */
export function logTicks(low: number, high: number): number[] {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (to - from < 1) return linearTicks(low, high);
  const every = Math.ceil((to - from + 1) / MOST_TICKS);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, i) =>
    Number((10 ** (from + i * every)).toPrecision(12)),
  );
}
