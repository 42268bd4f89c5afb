import {
  cutText,
  comparisonsOf,
  type Gate,
  type LeftOut,
  type Metrics,
  type TrainingSpec,
  whole,
} from '@trainyard/shared';
import type { MethodEstimates } from '../confidence/estimates.js';
import type { PartContext } from '../part.js';
import { PRODUCTION } from '../production/production.js';
import { SEASON } from './season.js';
import type { Slicing } from './slicing.js';

export interface SliceKey {
  by: string;
  label: string;
  /** Another name of it, which gates may take. */
  alias?: string | undefined;
  isAsked: boolean;
}

/** What was measured of one slice. */
export interface SlicedFigures {
  key: SliceKey;
  rows: number;
  users: number;
  metrics: Metrics;
  /** Of the methods that the slice is compared with, by name: of the metrics that it is compared by. */
  others: ReadonlyMap<string, Metrics>;
  /** By method, of the model and of those: of the primary metric and of those that gates ask of the slice; empty without draws. */
  estimates: MethodEstimates;
}

/** The metrics that gates ask of a slice. */
export function gatedMetrics(spec: TrainingSpec, key: SliceKey): string[] {
  return gatesOf(spec, key).map(({ metric }) => metric);
}

function gatesOf({ evaluation }: TrainingSpec, { by, label, alias }: SliceKey): Gate[] {
  return evaluation.gates.filter(
    ({ slice }) => slice?.by === by && (slice.value === label || slice.value === alias),
  );
}

/** What the slice is compared with: the best of the others by the primary metric, the version that serves, and what gates of the slice name. */
export function comparedMethods(
  { spec, metrics, methods, primaryMetric }: PartContext,
  key: SliceKey,
): string[] {
  const [best] = comparisonsOf(metrics, methods, primaryMetric).filter(
    ({ metric }) => metric === primaryMetric,
  );
  const named = gatesOf(spec, key).flatMap(({ aboveBaseline }) => aboveBaseline ?? []);
  const wanted = new Set([...(best ? [best.against] : []), PRODUCTION, ...named]);
  return methods.map(({ name }) => name).filter((name) => wanted.has(name));
}

/** Of one slicing, the slices with the most rows. */
const MAX_VALUES = 50;
/** How much of a value a slice is called by, in reports as in gates. */
const MAX_LABEL = 200;

export interface PlacesOfSlice {
  key: SliceKey;
  /** Ascending. */
  places: Int32Array;
  /** [places] how many rows of the slice each stands for. */
  counts: Int32Array;
  rows: number;
}

/**
 * Those with the most rows first, and all that gates are on; `counts` [places] says how many rows each place stands for, 1 unless
 * given. Of what is cut, and of what tells nobody from anybody though it was asked for, it is said in `leftOut`.
 */
export function placesBySlice(
  { slicing, spec, leftOut }: { slicing: Slicing; spec: TrainingSpec; leftOut: LeftOut[] },
  queries: Int32Array,
  items: Int32Array,
  counts?: Int32Array,
): PlacesOfSlice[] {
  // By what reports and gates call them: values that are called alike, such as blank ones, are one slice.
  const found = new Map<string, { alias: string | undefined; places: number[]; counts: number[] }>();
  const labels = new Map<number, string>();
  const labelOf = (slice: number) => {
    const label = labels.get(slice) ?? cutText(slicing.label(slice), MAX_LABEL);
    labels.set(slice, label);
    return label;
  };
  const add = (slice: number, place: number, rows: number) => {
    if (slice < 0) return;
    const label = labelOf(slice);
    let own = found.get(label);
    if (!own) found.set(label, (own = { alias: slicing.alias?.(slice), places: [], counts: [] }));
    own.places.push(place);
    own.counts.push(rows);
  };
  for (let place = 0; place < queries.length; place++) {
    if (slicing.rowsAt) slicing.rowsAt(place).forEach((rows, slice) => add(slice, place, rows));
    else add(slicing.sliceOf(queries[place]!, items[place]!, place), place, counts ? counts[place]! : 1);
  }
  const all = [...found].map(([label, own]) => ({
    key: { by: slicing.by, label, alias: own.alias, isAsked: slicing.isAsked },
    places: Int32Array.from(own.places),
    counts: Int32Array.from(own.counts),
    rows: own.counts.reduce((sum, one) => sum + one, 0),
  }));
  const isGated = ({ key }: PlacesOfSlice) => gatesOf(spec, key).length > 0;
  const [only] = all;
  if (only && all.length === 1) {
    if (isGated(only)) return [only];
    if (slicing.isAsked || slicing.by === SEASON) leftOut.push(oneSlice(only.key));
    return [];
  }
  const kept = all.toSorted((a, b) => b.rows - a.rows).filter((one, i) => i < MAX_VALUES || isGated(one));
  if (kept.length < all.length) leftOut.push(cutSlices(slicing.by, all.length - kept.length, all.length));
  return kept;
}

function oneSlice({ by, label }: SliceKey): LeftOut {
  const what = cutText(`slices by ${by}`, 200);
  return { what, why: cutText(`all measured rows are in one: ${label}`, 500), remedy: null };
}

function cutSlices(by: string, cut: number, values: number): LeftOut {
  return {
    what: cutText(`${whole(cut)} of ${whole(values)} slices by ${by}`, 200),
    why: `the ${MAX_VALUES} with the most rows are told`,
    remedy: null,
  };
}
