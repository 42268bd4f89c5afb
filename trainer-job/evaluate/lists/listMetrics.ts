/** What lists themselves are like, whatever was taken. The definitions are those of `shared/metrics/families/lists`. */
import { METRICS, metricName, type Metrics } from '@trainyard/shared';
import type { Lists } from './topLists.js';

export interface ListedData {
  /** Items of the catalogue. */
  items: number;
  /** [items + 1] how many training rows each has; the unknown item 0 counts nothing. */
  counts: Int32Array;
  /** [lists] the mean of these counts over the distinct items that the user has in train. */
  historyCounts: Float64Array;
  /** [items, width] the model's. */
  vectors: Float32Array;
  width: number;
}

/** At each K; empty without lists. */
export function listMetrics(lists: Lists, k: readonly number[], data: ListedData): Metrics {
  if (lists.start.length < 2) return {};
  const units = unitVectors(data.vectors, data.width);
  const total = data.counts.reduce((sum, count) => sum + count, 0);
  const information = Float64Array.from(data.counts, (count) => -Math.log2(count / total));
  const metrics: Metrics = {};
  const set = (name: string, value: number | undefined) => {
    if (value !== undefined && Number.isFinite(value)) metrics[name] = value;
  };
  const { catalogueCoverage, giniIndex, novelty, popularityLift, listSimilarity } = METRICS;
  for (const at of k) {
    const times = timesListed(lists, at, data.items);
    set(metricName(catalogueCoverage, 'test', at), times.filter((count) => count > 0).length / data.items);
    set(metricName(giniIndex, 'test', at), gini(times));
    set(
      metricName(novelty, 'test', at),
      meanOver(lists, at, (list) => meanAt(information, list)),
    );
    set(metricName(popularityLift, 'test', at), lift(lists, at, data));
    set(
      metricName(listSimilarity, 'test', at),
      meanOver(lists, at, (list) => similarity(list, units, data.width)),
    );
  }
  return metrics;
}

function* firstOf({ start, items }: Lists, k: number): Generator<Int32Array> {
  for (let q = 0; q + 1 < start.length; q++) {
    yield items.subarray(start[q], Math.min(start[q]! + k, start[q + 1]!));
  }
}

/** The mean of what is there; undefined where nothing is. */
function meanOver(
  lists: Lists,
  k: number,
  valueOf: (list: Int32Array) => number | undefined,
): number | undefined {
  let [sum, count] = [0, 0];
  for (const list of firstOf(lists, k)) {
    const value = valueOf(list);
    if (value === undefined) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : undefined;
}

function meanAt(values: Float64Array | Int32Array, list: Int32Array): number | undefined {
  let sum = 0;
  for (const item of list) sum += values[item]!;
  return list.length > 0 ? sum / list.length : undefined;
}

/** [items] */
function timesListed(lists: Lists, k: number, items: number): Int32Array {
  const times = new Int32Array(items);
  for (const list of firstOf(lists, k)) for (const item of list) times[item - 1]!++;
  return times;
}

/** Undefined where nothing is listed. */
function gini(times: Int32Array): number | undefined {
  const ascending = times.toSorted();
  const n = ascending.length;
  let [weighted, total] = [0, 0];
  ascending.forEach((count, j) => {
    weighted += (2 * (j + 1) - n - 1) * count;
    total += count;
  });
  return total > 0 ? weighted / (n * total) : undefined;
}

/** Of the users who have both a list and a history. */
function lift(lists: Lists, k: number, { counts, historyCounts }: ListedData): number | undefined {
  let [listed, had, q] = [0, 0, 0];
  for (const list of firstOf(lists, k)) {
    const history = historyCounts[q++]!;
    const own = meanAt(counts, list);
    if (own === undefined || Number.isNaN(history)) continue;
    listed += own;
    had += history;
  }
  return had > 0 ? listed / had - 1 : undefined;
}

/** The mean cosine of two of the list: the square of the sum of unit vectors holds each pair twice, and each item with itself. */
function similarity(list: Int32Array, units: Float64Array, width: number): number | undefined {
  const n = list.length;
  if (n < 2) return undefined;
  let [square, own] = [0, 0];
  for (let c = 0; c < width; c++) {
    let sum = 0;
    for (const item of list) {
      const value = units[(item - 1) * width + c]!;
      sum += value;
      own += value * value;
    }
    square += sum * sum;
  }
  return (square - own) / (n * (n - 1));
}

/** A vector of zeros stays one: it is like nothing. */
function unitVectors(vectors: Float32Array, width: number): Float64Array {
  const units = Float64Array.from(vectors);
  for (let from = 0; from < units.length; from += width) {
    const vector = units.subarray(from, from + width);
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) vector.forEach((value, c) => (vector[c] = value / length));
  }
  return units;
}
