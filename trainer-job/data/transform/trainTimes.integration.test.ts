import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3600;
const ROWS = 40;

/** Of rows whose `at` is as given, written in the order of the file; the training rows are the first 32 in the split's order. */
async function timesOf(
  at: (row: number) => unknown,
  split: TrainingSpecInput['dataset']['split'],
  columns: TrainingSpecInput['dataset']['columns'] = {},
): Promise<number[] | undefined> {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: ROWS }, (_, row) =>
    JSON.stringify({ user: `u${row % 3}`, item: `i${row % 4}`, at: at(row) }),
  );
  const spec = userItemSpec(await writeLines(folder, 'rows.jsonl', lines), { split, columns });
  const { data } = await prepared(folder, spec);
  const times = await data.trainTimes?.();
  return times && Array.from(times);
}

const isoAfter = (row: number) => new Date(START + row * HOUR * 1000).toISOString();
const byTime = { strategy: 'time', column: 'at' } as const;
const cast = { at: { cast: 'timestamp' } } as const;
const firstHours = Array.from({ length: 32 }, (_, row) => START / 1000 + row * HOUR);

describe('the times of the training rows', () => {
  it('are seconds since 1970 in the order of the split, whatever that of the file', async () => {
    expect(await timesOf((row) => isoAfter(ROWS - 1 - row), byTime, cast)).toEqual(firstHours);
  });

  it('are of numbers in the unit that they tell', async () => {
    expect(await timesOf((row) => START + row * HOUR * 1000, byTime)).toEqual(firstHours);
  });

  it('are none of a row that has none, or one that nobody means: it is one of the oldest', async () => {
    const times = await timesOf(
      (row) => (row === 3 ? null : row === 5 ? '0001-01-01T00:00:00Z' : isoAfter(row)),
      byTime,
      cast,
    );
    expect(times?.slice(0, 2)).toEqual([NaN, NaN]);
    expect(times?.slice(2)).toEqual(
      firstHours
        .filter((_time, row) => row !== 3 && row !== 5)
        .concat([32, 33].map((row) => START / 1000 + row * HOUR))
        .slice(0, 30),
    );
  });

  it('are not there where numbers are no times, or the split goes by none', async () => {
    expect(await timesOf((row) => row, byTime)).toBeUndefined();
    expect(await timesOf(isoAfter, { strategy: 'random' }, cast)).toBeUndefined();
  });
});
