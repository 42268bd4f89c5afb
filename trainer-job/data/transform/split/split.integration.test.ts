import { describe, expect, it } from 'vitest';
import { randomFor, type TrainingSpecInput } from '@trainyard/shared';
import { prepared, userItemSpec, writeLines } from '../../../../test/support/data/prepared.js';
import { temporaryFolder } from '../../../../test/support/temporaryFolder.js';
import { SPLITS } from './sides.js';

type SplitInput = NonNullable<TrainingSpecInput['dataset']['split']>;

interface Row {
  /** Names the row: each is an item of its own. */
  item: string;
  [column: string]: unknown;
}

/** The items of each split, in its order. Items are unique, and known whatever side they are on: the ids stand in `user`. */
async function splitOf(rows: readonly Row[], split: SplitInput, columns = {}) {
  const folder = await temporaryFolder();
  const file = await writeLines(
    folder,
    'rows.jsonl',
    rows.map((row) => JSON.stringify(row)),
  );
  const { data, manifest, reports } = await prepared(folder, {
    ...userItemSpec(file, { split, columns }),
    features: {
      query: [
        { column: 'user', transform: 'lookup', id: true },
        { column: 'number', transform: 'cyclical', periods: [100_000] },
      ],
      candidate: [{ column: 'shop', transform: 'lookup', id: true }],
    },
  });
  // The angle of `number` tells which row it is.
  const numberOf = (entity: number) => {
    const [sin = 0, cos = 0] = data.query.rows(Int32Array.of(entity)).numbers;
    const turn = Math.atan2(sin, cos) / (2 * Math.PI);
    return Math.round((turn < 0 ? turn + 1 : turn) * 100_000);
  };
  const items = SPLITS.map((name) => Array.from(data.splits[name].query, numberOf));
  const stage = reports.find((report) => report.stage === 'transform')!;
  return { train: items[0]!, validation: items[1]!, test: items[2]!, rows: manifest.rows, stage };
}

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
/** 1000 rows, an hour from one to the next; `number` tells them apart. */
const rows: Row[] = Array.from({ length: 1000 }, (_, number) => ({
  number,
  item: `i${number}`,
  user: `u${number % 37}`,
  shop: `s${number % 2}`,
  kind: number % 100 === 0 ? 'rare' : number % 2 === 0 ? 'even' : 'odd',
  at: new Date(START + number * 3_600_000).toISOString(),
  side: number % 10 === 0 ? 'test' : number % 10 === 1 ? 'val' : 'train',
}));
const times = { at: { cast: 'timestamp' as const } };
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe('a random split', () => {
  it('goes by what rows hold: each keeps its side when others come before it, and equal rows share one', async () => {
    const before = await splitOf(rows, { strategy: 'random' });
    const added = Array.from({ length: 50 }, (_, i) => ({ ...rows[0]!, number: 5000 + i, item: `new${i}` }));
    const after = await splitOf([...added, ...rows.slice(0, 40), ...rows], { strategy: 'random' });
    for (const name of SPLITS) {
      const kept = after[name].filter((number) => number < 5000);
      expect(new Set(kept)).toEqual(new Set(before[name]));
      expect(
        Math.abs(before[name].length / 1000 - { train: 0.8, validation: 0.15, test: 0.05 }[name]),
      ).toBeLessThan(0.04);
    }
    const other = await splitOf(rows, { strategy: 'random', seed: 7 });
    expect(other.train).not.toEqual(before.train);
  });

  it('does not depend on the order of the columns', async () => {
    const turned = rows.map((row) => Object.fromEntries(Object.entries(row).toReversed()) as Row);
    const split = { strategy: 'random' as const };
    const [there, back] = [await splitOf(turned, split), await splitOf(rows, split)];
    for (const name of SPLITS) expect(there[name]).toEqual(back[name]);
  });
});

describe('a split by time', () => {
  it('holds out the last days before the newest row', async () => {
    const split = { strategy: 'timeHoldout' as const, column: 'at', validationDays: 3, testDays: 2 };
    const { train, validation, test } = await splitOf(rows.toReversed(), split, times);
    const newest = START + 999 * 3_600_000;
    const numbersFrom = (from: number, to: number) =>
      rows
        .filter(({ at }) => Date.parse(String(at)) >= from && Date.parse(String(at)) < to)
        .map(({ number }) => number);
    expect(test).toEqual(numbersFrom(newest - 2 * DAY, Infinity));
    expect(validation).toEqual(numbersFrom(newest - 5 * DAY, newest - 2 * DAY));
    expect(train).toEqual(numbersFrom(0, newest - 5 * DAY));
  });

  it('cuts at the instants that are given, whatever zone they are written in', async () => {
    const cuts = { validationFrom: '2026-01-21', testFrom: '2026-01-31T12:00:00+02:00' };
    const { train, validation, test } = await splitOf(
      rows,
      { strategy: 'strictTemporal', column: 'at', ...cuts },
      times,
    );
    expect([train.at(-1), validation[0], validation.at(-1), test[0]]).toEqual([479, 480, 729, 730]);
  });

  it('takes numbers for the unit that is named', async () => {
    const split = { strategy: 'strictTemporal' as const, column: 'number' };
    const { rows: counts } = await splitOf(
      rows,
      {
        ...split,
        validationFrom: '1970-01-01T00:10:00Z',
        testFrom: '1970-01-01T00:15:00Z',
      },
      { number: { unit: 's' } },
    );
    expect(counts).toEqual({ train: 600, validation: 300, test: 100 });
  });

  it('of which nothing is left for a side says which', async () => {
    const cuts = { validationFrom: '2027-01-01', testFrom: '2027-02-01' };
    await expect(splitOf(rows, { strategy: 'strictTemporal', column: 'at', ...cuts }, times)).rejects.toThrow(
      /none is in the validation split/,
    );
  });
});

describe('a split by a column', () => {
  it('stratified has the shares in every stratum, to half a row', async () => {
    const split = await splitOf(rows, { strategy: 'stratified', column: 'kind' });
    const share = { train: 0.8, validation: 0.15, test: 0.05 };
    for (const kind of ['rare', 'even', 'odd']) {
      const size = rows.filter((row) => row['kind'] === kind).length;
      for (const name of SPLITS) {
        const own = split[name].filter((number) => rows[number]!['kind'] === kind).length;
        expect(Math.abs(own - share[name] * size), `${kind} ${name}`).toBeLessThanOrEqual(1);
      }
    }
    expect(sorted([...split.train, ...split.validation, ...split.test])).toEqual(
      rows.map(({ number }) => number),
    );
  });

  it('by group has all rows of a group on one side, the same when groups are added', async () => {
    const shares = { train: 0.5, validation: 0.25, test: 0.25 };
    const by = { strategy: 'group' as const, column: 'user', ...shares };
    const sideOf = async (given: readonly Row[]) => {
      const split = await splitOf(given, by);
      const users = SPLITS.map((name) => new Set(split[name].map((number) => `u${number % 37}`)));
      expect(users.reduce((sum, { size }) => sum + size, 0)).toBe(
        new Set(given.map((row) => row['user'])).size,
      );
      return users;
    };
    const all = await sideOf(rows);
    const some = await sideOf(rows.filter(({ number }) => Number(number) % 37 < 30));
    some.forEach((users, side) => users.forEach((user) => expect(all[side]).toContain(user)));
  });

  it('is what the column says', async () => {
    const by = { strategy: 'column' as const, column: 'side', validation: ['val'] };
    const { train, validation, test } = await splitOf(rows, by);
    expect(new Set(test.map((number) => number % 10))).toEqual(new Set([0]));
    expect(new Set(validation.map((number) => number % 10))).toEqual(new Set([1]));
    expect(train).toHaveLength(800);
    await expect(splitOf(rows, { strategy: 'column', column: 'side' })).rejects.toThrow(
      /of 1,000 rows 100 have a value in column "side" that is none of \["train","validation","test"\]: "val" in 100$/,
    );
  });
});

describe('a split by the last rows of each user', () => {
  const random = randomFor(7, 'last rows');
  /** Users of one row to many, times that several rows share, rows without a time, and rows without a user. */
  const visits: Row[] = Array.from({ length: 600 }, (_, number) => {
    const user = Math.floor(90 * random() ** 2);
    const hour = Math.floor(200 * random());
    return {
      number,
      item: `i${number}`,
      shop: `s${number % 3}`,
      user: user < 3 ? null : `u${user}`,
      at: hour < 5 ? null : new Date(START + hour * 3_600_000).toISOString(),
    };
  });

  /** Each user by itself, sorted and cut. */
  function expected(perUser: number) {
    const time = ({ at }: Row) => (typeof at === 'string' ? Date.parse(at) : -1);
    const inOrder = visits.toSorted((a, b) => time(a) - time(b) || Number(a['number']) - Number(b['number']));
    const sides: Record<(typeof SPLITS)[number], Row[]> = { train: [], validation: [], test: [] };
    const whole = { users: 0, rows: 0 };
    for (const row of inOrder) {
      const own = inOrder.filter(({ user }) => user === row['user']);
      const fromEnd = own.length - 1 - own.indexOf(row);
      const isHeldOut = row['user'] !== null && own.length > 2 * perUser;
      if (!isHeldOut) whole.rows += 1;
      if (!isHeldOut && row['user'] !== null && fromEnd === 0) whole.users += 1;
      sides[!isHeldOut || fromEnd >= 2 * perUser ? 'train' : fromEnd < perUser ? 'test' : 'validation'].push(
        row,
      );
    }
    const before = { validation: ['train'], test: ['train', 'validation'] } as const;
    const tied = (['validation', 'test'] as const).map(
      (side) =>
        sides[side].filter((row) =>
          before[side].some((name) =>
            sides[name].some(
              (one) => one['user'] === row['user'] && one['at'] === row['at'] && row['at'] !== null,
            ),
          ),
        ).length,
    );
    return { sides, whole, tied };
  }

  it.each([
    [1, { strategy: 'leaveOneOut' as const }],
    [4, { strategy: 'lastN' as const, n: 4 }],
  ])('has the last %i of each as test and those before as validation, ties by the source', async (n, by) => {
    const { stage, ...split } = await splitOf(visits, { ...by, user: 'user', column: 'at' }, times);
    const { sides, whole, tied } = expected(n);
    for (const name of SPLITS) expect(split[name]).toEqual(sides[name].map((row) => row['number']));
    expect(whole.users).toBeGreaterThan(3);
    expect(stage.counts).toMatchObject({ usersNotHeldOut: whole.users, rowsNotHeldOut: whole.rows });
    expect(stage.detail).toContain(`with fewer than ${2 * n + 1} rows or of no user`);
    const warning = stage.warnings.find(({ code }) => code === 'tied-times');
    expect(warning?.counts ?? {}).toEqual(
      Object.fromEntries(
        (['validation', 'test'] as const).flatMap((side, i) =>
          tied[i]! > sides[side].length / 10 ? [[`${side}Tied`, tied[i]]] : [],
        ),
      ),
    );
  });

  it('whose column names no user says what to name', async () => {
    await expect(
      splitOf(visits, { strategy: 'leaveOneOut', user: 'item', column: 'at' }, times),
    ).rejects.toThrow(/none is in the validation split/);
  });
});
