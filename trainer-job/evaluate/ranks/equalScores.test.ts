import { describe, expect, it } from 'vitest';
import { equalScoreWarnings } from './equalScores.js';
import type { EvaluationRows } from './evaluationRows.js';

const WIDTH = 2;
const QUERIES = 10;
const ITEMS = 30;

const rows: EvaluationRows = {
  per: 'row',
  users: new Int32Array(QUERIES).fill(1),
  excluded: null,
  queries: Int32Array.from({ length: QUERIES }, (_, q) => q),
  targetStart: Int32Array.from({ length: QUERIES + 1 }, (_, q) => q),
  items: Int32Array.from({ length: QUERIES }, (_, q) => 1 + q),
  rows: new Int32Array(QUERIES).fill(3),
  rowCount: 3 * QUERIES,
};

function warnings(query: (q: number) => number, item: (i: number) => number) {
  const vectors = (count: number, of: (i: number) => number) =>
    Float32Array.from({ length: count * WIDTH }, (_, at) => of(Math.floor(at / WIDTH)));
  return equalScoreWarnings(
    {
      width: WIDTH,
      embed: (_, entities) => vectors(entities.length, (at) => query(entities[at]!)),
    },
    { rows, itemVectors: vectors(ITEMS, (at) => item(at + 1)) },
    [5],
  );
}

describe('equal scores', () => {
  it('are warned of where vectors of queries are zero, with the rows that it concerns', () => {
    const found = warnings(
      (q) => (q < 4 ? 0 : 1),
      (i) => i,
    );
    expect(found).toMatchObject([{ code: 'equal-scores' }]);
    expect(found[0]?.message).toMatch(/^12 of 30 test rows/);
    expect(found[0]?.counts).toEqual({ looked: 30, equal: 12, byTies: 12 });
  });

  it('are warned of where all items have one vector', () => {
    expect(
      warnings(
        (q) => 1 + q,
        () => 0.5,
      )[0]?.message,
    ).toMatch(/^30 of 30 test rows/);
  });

  it('decide little where items are alike by twos: only at the end of a list', () => {
    // Items 25 and 26 are fifth and sixth, and no row has them: those of rows, 1 to 10, are far behind.
    const found = warnings(
      () => 1,
      (i) => Math.floor(i / 2),
    );
    expect(found[0]?.counts).toEqual({ looked: 30, equal: 27, byTies: 0 });
  });

  it('are none of a model that tells items apart', () => {
    expect(
      warnings(
        (q) => 1 + q,
        (i) => i,
      ),
    ).toEqual([]);
  });
});
