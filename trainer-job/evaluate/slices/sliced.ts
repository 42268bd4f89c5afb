import type { LeftOut, Metrics, TrainingSpec } from '@trainyard/shared';
import type { Estimate } from '../confidence/estimate.js';
import type { Slicing } from './slicing.js';

export interface SliceKey {
  by: string;
  label: string;
  isAsked: boolean;
}

/** What was measured of one slice. */
export interface SlicedFigures {
  key: SliceKey;
  rows: number;
  users: number;
  metrics: Metrics;
  /** Of the primary metric and of those that gates ask of the slice; empty without draws. */
  estimates: ReadonlyMap<string, Estimate>;
}

/** The metrics that gates ask of a slice. */
export function gatedMetrics({ evaluation }: TrainingSpec, { by, label }: SliceKey): string[] {
  return evaluation.gates.flatMap(({ slice, metric }) =>
    slice?.by === by && slice.value === label ? [metric] : [],
  );
}

/** Of one slicing, the slices with the most rows. */
const MAX_VALUES = 50;

/**
 * The places [rows] of each slice, those with the most rows first; `counts` [rows] says how many rows each place stands for. Of
 * what is cut it is said in `leftOut`.
 */
export function placesBySlice(
  slicing: Slicing,
  queries: Int32Array,
  items: Int32Array,
  leftOut: LeftOut[],
  counts?: Int32Array,
): { key: SliceKey; places: Int32Array; rows: number }[] {
  const places = new Map<number, number[]>();
  const rows = new Map<number, number>();
  for (let at = 0; at < queries.length; at++) {
    const slice = slicing.sliceOf(queries[at]!, items[at]!);
    if (slice < 0) continue;
    const own = places.get(slice);
    if (own) own.push(at);
    else places.set(slice, [at]);
    rows.set(slice, (rows.get(slice) ?? 0) + (counts ? counts[at]! : 1));
  }
  // All rows in one slice tell nobody from anybody.
  if (places.size < 2) return [];
  if (places.size > MAX_VALUES) leftOut.push(cutSlices(slicing.by, places.size));
  return [...places]
    .map(([slice, own]) => ({
      key: { by: slicing.by, label: slicing.label(slice), isAsked: slicing.isAsked },
      places: Int32Array.from(own),
      rows: rows.get(slice)!,
    }))
    .toSorted((a, b) => b.rows - a.rows)
    .slice(0, MAX_VALUES);
}

function cutSlices(by: string, values: number): LeftOut {
  const whole = (count: number) => count.toLocaleString('en-US');
  return {
    what: `${whole(values - MAX_VALUES)} of ${whole(values)} slices by ${by}`.slice(0, 200),
    why: `the ${MAX_VALUES} with the most rows are told`,
    remedy: null,
  };
}
