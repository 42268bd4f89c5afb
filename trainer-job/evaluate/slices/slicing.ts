/** What test rows are told apart by. */

export interface Slicing {
  /** As slices name it. */
  readonly by: string;
  /** Whether the specification asks for it. */
  readonly isAsked: boolean;
  /** Which slice the measured rows at a place, of the query entity and the item, belong to; below 0 for none. */
  sliceOf(this: void, query: number, item: number, place: number): number;
  /** Where the rows of one place may be of several slices: how many of them are of which. */
  rowsAt?(this: void, place: number): ReadonlyMap<number, number>;
  /** What the rows of the slice have in common. */
  label(this: void, slice: number): string;
  /** A name by which gates know the slice where its label follows from the data, and is another one with the next. */
  alias?(this: void, slice: number): string | undefined;
}

/** Of values by their order: the intervals that boundaries, ascending, cut them into. */
export function intervalLabel(boundaries: readonly number[], slice: number): string {
  const [from, to] = [boundaries[slice - 1], boundaries[slice]].map((one) =>
    one === undefined
      ? undefined
      : Number(one.toPrecision(4)).toLocaleString('en-US', { maximumSignificantDigits: 4 }),
  );
  if (from === undefined) return to === undefined ? 'all' : `below ${to}`;
  return to === undefined ? `${from} and more` : `${from} to below ${to}`;
}

/** How many of the ascending boundaries are not above the value. */
export function intervalOfValue(boundaries: ArrayLike<number>, value: number): number {
  let slice = 0;
  while (slice < boundaries.length && boundaries[slice]! <= value) slice++;
  return slice;
}

/** At most `parts - 1` distinct boundaries that cut the values into parts of about one size; equal values stay together. */
export function quantileBoundaries(values: ArrayLike<number>, parts: number): number[] {
  const sorted = Float64Array.from(values).toSorted();
  if (sorted.length === 0) return [];
  const boundaries = Array.from(
    { length: parts - 1 },
    (_, i) => sorted[Math.min(sorted.length - 1, Math.ceil(((i + 1) * sorted.length) / parts))]!,
  );
  // The least value is no boundary: nothing would lie below it.
  return [...new Set(boundaries)].filter((one) => one > sorted[0]!);
}
