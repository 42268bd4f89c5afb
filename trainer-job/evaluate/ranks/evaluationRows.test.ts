import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tinyDataset, tinySpec } from '../../../test/support/training/tinyDataset.js';
import type { EncodedDataset, EncodedRows } from '../../data/encodedDataset.js';
import { evaluationRows, rowsProtocol, type EvaluationRows, type RowsProtocol } from './evaluationRows.js';

/** Query entities are in pairs: two and three are the user one's, and so on; the entities 0 and 1 are unknown users. */
const USERS = 4;
const ITEMS = 6;
const base = tinyDataset({ users: 2 * USERS + 1, items: ITEMS, rows: 30, groups: 1 });
const userOf = (entity: number) => Math.floor(entity / 2);
const ids = base.query.ids.map(userOf);

const row = fc.record({
  query: fc.integer({ min: 0, max: 2 * USERS + 1 }),
  item: fc.integer({ min: 0, max: ITEMS }),
  relevant: fc.boolean(),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;
const rows = fc.array(row, { maxLength: 25 });

function encoded(list: readonly Row[]): EncodedRows {
  return {
    count: list.length,
    query: Int32Array.from(list, ({ query }) => query),
    item: Int32Array.from(list, ({ item }) => item),
    relevant: Int32Array.from(list, ({ relevant }) => Number(relevant)),
  };
}

function dataOf(train: Row[], validation: Row[], test: Row[]): EncodedDataset {
  const query = { ...base.query, ids };
  const splits = { train: encoded(train), validation: encoded(validation), test: encoded(test) };
  return { ...base, query, splits };
}

/** Per query: its entity, its user, its items with how many rows, and what it lacks. */
function readable({ queries, users, targetStart, items, rows: times, excluded }: EvaluationRows) {
  return Array.from(queries, (entity, q) => ({
    entity,
    user: users[q],
    targets: Object.fromEntries(
      Array.from(items.slice(targetStart[q], targetStart[q + 1]), (item, i) => [
        item,
        times[targetStart[q]! + i],
      ]),
    ),
    without: excluded && Array.from(excluded.items.subarray(excluded.start[q], excluded.start[q + 1])),
  }));
}

/** The same by looking through all rows again and again. */
function plainly(train: Row[], validation: Row[], test: Row[], { per, exclude }: RowsProtocol) {
  const before = { none: [], train, trainAndValidation: [...train, ...validation] }[exclude];
  const had = (user: number) => [
    ...new Set(
      before.filter(({ query, item }) => userOf(query) === user && item > 0).map(({ item }) => item),
    ),
  ];
  const counted = test.filter(
    ({ query, item, relevant }) =>
      userOf(query) > 0 && item > 0 && relevant && !had(userOf(query)).includes(item),
  );
  const keyOf = ({ query }: Row) => (per === 'row' ? query : userOf(query));
  return [...new Set(counted.map(keyOf))].map((key) => {
    const own = counted.filter((one) => keyOf(one) === key);
    const targets: Record<number, number> = {};
    for (const { item } of own) targets[item] = (targets[item] ?? 0) + 1;
    const user = userOf(own[0]!.query);
    return {
      entity: own[0]!.query,
      user,
      targets,
      without: exclude === 'none' ? null : had(user).toSorted((a, b) => a - b),
    };
  });
}

describe('what is asked', () => {
  const protocols = fc.record<RowsProtocol>({
    per: fc.constantFrom('row', 'user'),
    exclude: fc.constantFrom('none', 'train', 'trainAndValidation'),
    seed: fc.constant(1),
  });

  it('is by the definition of each protocol: relevant rows of known users and items that are not left out', () => {
    fc.assert(
      fc.property(rows, rows, rows, protocols, (train, validation, test, protocol) => {
        const found = evaluationRows(dataOf(train, validation, test), 'test', 'known', protocol);
        const expected = plainly(train, validation, test, protocol);
        expect(readable(found)).toEqual(expected);
        const { uncounted, rowCount } = found;
        const known = test.filter(({ query, item }) => userOf(query) > 0 && item > 0);
        expect(rowCount + uncounted!.irrelevant + uncounted!.excluded).toBe(known.length);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out of validation what train has, and never what validation has itself', () => {
    const one = (item: number) => [{ query: 2, item, relevant: true }];
    const found = evaluationRows(dataOf(one(1), one(2), one(3)), 'validation', 'known', {
      per: 'user',
      exclude: 'trainAndValidation',
      seed: 1,
    });
    expect(readable(found)).toEqual([{ entity: 2, user: 1, targets: { 2: 1 }, without: [1] }]);
  });

  it('is of at most so many users, the same for a seed, and says how many rows were not drawn', () => {
    const data = tinyDataset();
    const draw = (seed: number) =>
      evaluationRows(data, 'test', 'known', { per: 'user', exclude: 'none', maxUsers: 7, seed });
    const found = draw(3);
    expect(found.queries).toHaveLength(7);
    expect(draw(3)).toEqual(found);
    expect(draw(4).users).not.toEqual(found.users);
    expect(found.uncounted).toMatchObject({ users: 60, undrawn: data.splits.test.count - found.rowCount });
    const all = evaluationRows(data, 'test', 'known', {
      per: 'user',
      exclude: 'none',
      maxUsers: 60,
      seed: 3,
    });
    expect(all.rowCount).toBe(data.splits.test.count);
  });

  it('is of cold users each row, by whatever protocol', () => {
    const test = [0, 0, 1].map((query) => ({ query, item: 2, relevant: true }));
    const found = evaluationRows(dataOf([], [], test), 'test', 'cold', {
      per: 'user',
      exclude: 'train',
      seed: 1,
    });
    expect(readable(found)).toEqual([
      { entity: 0, user: 0, targets: { 2: 2 }, without: null },
      { entity: 1, user: 0, targets: { 2: 1 }, without: null },
    ]);
  });

  it('is by the specification: tfrs unless it says otherwise', () => {
    expect(rowsProtocol(tinySpec())).toMatchObject({ per: 'row', exclude: 'none', maxUsers: undefined });
    const named = tinySpec({
      evaluation: { protocol: 'perUser', exclude: 'trainAndValidation', maxUsers: 5 },
    });
    expect(rowsProtocol(named)).toMatchObject({ per: 'user', exclude: 'trainAndValidation', maxUsers: 5 });
  });
});
