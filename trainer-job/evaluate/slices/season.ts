/** Rows by the quarter of the year in which they happened. */
import { type LeftOut, SEASONS } from '@trainyard/shared';
import type { EncodedDataset, TestTimes } from '../../data/encodedDataset.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { MISSING } from './categories.js';
import type { Slicing } from './slicing.js';

export const SEASON = 'season';

/** The rows of the test split that each place of measured rows stands for. */
export interface RowsOfPlaces {
  /** [places + 1] those of place p are `rows[start[p]]` … `rows[start[p + 1] - 1]` */
  start: Int32Array;
  rows: Int32Array;
}

/** Rows without a time are a slice of their own. */
export function seasonSlicing({ seconds }: TestTimes, { start, rows }: RowsOfPlaces): Slicing {
  const quarterOf = (row: number) => {
    const time = seconds[row]!;
    return Number.isNaN(time) ? SEASONS.length : Math.floor(new Date(time * 1000).getUTCMonth() / 3);
  };
  return {
    by: SEASON,
    isAsked: false,
    sliceOf: (_query, _item, place) => quarterOf(rows[start[place]!]!),
    rowsAt(place) {
      const counts = new Map<number, number>();
      for (let at = start[place]!; at < start[place + 1]!; at++) {
        const quarter = quarterOf(rows[at]!);
        counts.set(quarter, (counts.get(quarter) ?? 0) + 1);
      }
      return counts;
    },
    label: (slice) => SEASONS[slice] ?? MISSING,
  };
}

export const WITHOUT_TIMES: LeftOut = {
  what: 'slices by season',
  why: 'the specification makes no column known to hold times',
  remedy: 'cast one to timestamp in dataset.columns, or name one in dataset.split or a cyclical feature',
};

/** Of predicted targets, each place is one row. */
export function eachItsOwn(rows: Int32Array): RowsOfPlaces {
  return { start: Int32Array.from({ length: rows.length + 1 }, (_, place) => place), rows };
}

/** Of targets: the rows of the query, or of the user who is asked for once, that have the item and count as answers. */
export function rowsOfTargets(data: EncodedDataset, measured: EvaluationRows): RowsOfPlaces {
  const { query, item, count, relevant } = data.splits.test;
  const { entities } = data.candidate;
  const keyOf = (entity: number) => (measured.per === 'row' ? entity : data.query.ids[entity]!);
  const places = new Map<number, number>();
  measured.queries.forEach((entity, q) => {
    for (let t = measured.targetStart[q]!; t < measured.targetStart[q + 1]!; t++)
      places.set(keyOf(entity) * entities + measured.items[t]!, t);
  });
  const placeOf = (row: number) =>
    relevant?.[row] === 0 ? undefined : places.get(keyOf(query[row]!) * entities + item[row]!);
  const start = new Int32Array(measured.items.length + 1);
  for (let row = 0; row < count; row++) {
    const place = placeOf(row);
    if (place !== undefined) start[place + 1]! += 1;
  }
  for (let place = 0; place < measured.items.length; place++) start[place + 1]! += start[place]!;
  const rows = new Int32Array(start.at(-1)!);
  const next = start.slice();
  for (let row = 0; row < count; row++) {
    const place = placeOf(row);
    if (place !== undefined) rows[next[place]!++] = row;
  }
  return { start, rows };
}
