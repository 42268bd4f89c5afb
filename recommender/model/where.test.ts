import { describe, expect, it } from 'vitest';
import { RecommenderError } from '../error.js';
import { attributeColumns } from './attributes.js';
import type { Where } from './model.js';
import { testOf } from './where.js';

const COLUMNS: Readonly<Record<string, { type: string; values: readonly (string | null)[] }>> = {
  code: { type: 'BIGINT', values: ['9007199254740993', '-9007199254740993', '7', null] },
  weight: { type: 'DOUBLE', values: ['9007199254740994', '1e+20', '0.5', '0'] },
  depth: { type: 'FLOAT', values: ['inf', '-inf', '1500', null] },
  day: { type: 'DATE', values: ['2024-02-29', '1960-01-01', '2024-03-01', null] },
  made: {
    type: 'TIMESTAMP',
    values: ['2024-02-29 23:00:00', '2024-02-29 00:00:00.5', '1960-01-01 00:00:00', null],
  },
  sold: {
    type: 'TIMESTAMP WITH TIME ZONE',
    values: ['2024-02-29 22:00:00+00', '2024-03-01 00:00:00+00', null, null],
  },
};
const columns = attributeColumns({
  entities: 4,
  columns: Object.entries(COLUMNS).map(([name, { type }]) => ({ name, type })),
  of: (i) => Object.fromEntries(Object.entries(COLUMNS).map(([name, { values }]) => [name, values[i]!])),
  column: (name) => (i) => COLUMNS[name]!.values[i]!,
});

function placesOf(where: Where): number[] {
  const test = testOf(where, String, columns)!;
  return [0, 1, 2, 3].filter(test);
}

describe('a filter by attributes', () => {
  it.each<[Where, number[]]>([
    [{ code: 9_007_199_254_740_993n }, [0]],
    [{ code: '9007199254740993' }, [0]],
    [{ code: [9_007_199_254_740_992n, -9_007_199_254_740_993n, 7n] }, [1, 2]],
    [{ code: { from: 8 } }, [0]],
    [{ code: { from: -9_007_199_254_740_992n, to: 9_007_199_254_740_992n } }, [2]],
    [{ code: { to: '-9007199254740993' } }, [1]],
    [{ weight: 9_007_199_254_740_994 }, [0]],
    [{ weight: 1e20 }, [1]],
    [{ weight: -0 }, [3]],
    [{ weight: { from: 1e19 } }, [1]],
    [{ depth: { from: 1000 } }, [0, 2]],
    [{ depth: [-Infinity, null] }, [1, 3]],
    [{ depth: { to: Infinity } }, [0, 1, 2]],
    [{ day: '2024-02-29T00:00:00Z' }, [0]],
    [{ day: { to: '1999-12-31' } }, [1]],
    [{ made: '2024-02-29T23:00:00Z' }, [0]],
    [{ made: ['2024-02-29T00:00:00.500Z', null] }, [1, 3]],
    [{ made: { from: '2024-02-29T12:00:00' } }, [0]],
    [{ made: { to: '2024-02-29T01:00+01:00' } }, [2]],
    [{ sold: '2024-03-01T00:00+02:00' }, [0]],
  ])('compares whole numbers of any size, and times however they are written: %o', (where, places) => {
    expect(placesOf(where)).toEqual(places);
  });

  it.each<[unknown, RegExp]>([
    [
      Promise.resolve(false),
      /where answers a promise for the item "0": give a function that answers true or false at once/,
    ],
    ['no', /where answers the text "no" for the item "0"/],
    [0, /answers a number/],
    [undefined, /answers undefined/],
    [null, /answers null/],
    [[], /answers a list/],
  ])('that is a function is refused where it answers no boolean: %o', (answer, message) => {
    const act = () => placesOf((() => answer) as never);
    expect(act).toThrow(message);
    expect(act).toThrow(expect.objectContaining({ name: 'RecommenderError', code: 'bad-option' }));
    expect(placesOf((id) => id === '2')).toEqual([2]);
  });

  it('finds each item by what is said of it', () => {
    for (const { name, at } of columns) {
      for (let i = 0; i < 4; i++) expect(placesOf({ [name]: at(i) })).toContain(i);
    }
  });

  it.each<[Where, string, RegExp]>([
    [{ code: 2 ** 60 }, 'unsafe-number', /"code" of 1152921504606847000.*give it as a bigint/],
    [{ code: [2 ** 53] }, 'unsafe-number', /9007199254740992/],
    [{ code: '7' }, 'bad-option', /"code" of the text "7", and it holds numbers/],
    [{ made: 'soon' }, 'bad-option', /the text "soon", and it holds times: give times as texts of ISO 8601/],
    [{ made: { from: 1_700_000_000 } }, 'bad-option', /a number, and it holds times/],
  ])('refuses what would quietly match nothing: %o', (where, code, message) => {
    const act = () => placesOf(where);
    expect(act).toThrow(RecommenderError);
    expect(act).toThrow(expect.objectContaining({ code }));
    expect(act).toThrow(message);
  });
});
