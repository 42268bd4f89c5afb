import type { TrainingSpecInput } from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec, writeLines } from '../../../test/support/data/prepared.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { TrainerError } from '../../errors/trainerError.js';
import { evaluationRows } from '../../evaluate/ranks/evaluationRows.js';
import { ratedPairs } from '../../evaluate/ratings/ratedPairs.js';
import type { SplitName } from '../encodedDataset.js';

type Split = NonNullable<TrainingSpecInput['dataset']['split']>;
type Row = readonly [user: number, item: number, rating: number | null];

const BY_COLUMN: Split = {
  strategy: 'column',
  column: 'side',
  train: ['a'],
  validation: ['b'],
  test: ['c'],
};
const SPLITS: readonly Split[] = [
  { strategy: 'random' },
  { strategy: 'stratified', column: 'user' },
  { strategy: 'group', column: 'user' },
  { strategy: 'group', column: 'item' },
  { strategy: 'time', column: 'ts' },
  { strategy: 'leaveOneOut', user: 'user', column: 'ts' },
  { strategy: 'lastN', user: 'user', column: 'ts', n: 2 },
  { strategy: 'timeHoldout', column: 'ts', validationDays: 2, testDays: 1 },
  { strategy: 'strictTemporal', column: 'ts', validationFrom: '2026-01-06', testFrom: '2026-01-08' },
  BY_COLUMN,
];

const COLUMNS = { rating: { cast: 'float64' as const }, ts: { cast: 'timestamp' as const } };

/** Rows an hour apart from 2026-01-01 on; every fifth is of validation, and the one after it of test, where a column says it. */
async function transformed(rows: readonly Row[], parts: Partial<TrainingSpecInput>, split: Split) {
  const folder = await temporaryFolder();
  const lines = rows.map(([user, item, rating], i) => {
    const at = new Date(Date.UTC(2026, 0, 1, i)).toISOString();
    return `u${user},i${item},${rating ?? ''},${at},${'aaabc'[i % 5]}`;
  });
  await writeLines(folder, 'rows.csv', ['user,item,rating,ts,side', ...lines]);
  const spec = userItemSpec('rows.csv', { split, columns: COLUMNS });
  const input = { ...spec, ...parts, features: { ...spec.features, ...parts.features } };
  const { data, reports } = await prepared(folder, input);
  const stage = reports.find((report) => report.stage === 'transform');
  if (!stage) throw new Error('transform has reported nothing');
  return { data, stage, codes: stage.warnings.map(({ code }) => code) };
}

const RATED: Partial<TrainingSpecInput> = {
  features: { ...userItemSpec('').features, target: { column: 'rating' } },
};

const many = (rows: number, of: (i: number) => Row): Row[] => Array.from({ length: rows }, (_, i) => of(i));
/** Everybody buys everything again and again. */
const known = many(2000, (i) => [i % 21, (i * 7) % 31, i % 4]);
/** Each user comes once. */
const onceOnly = many(1500, (i) => [i, i % 60, i % 5]);

describe('a split', () => {
  const tables = fc
    .record({
      users: fc.integer({ min: 2, max: 80 }),
      items: fc.integer({ min: 2, max: 80 }),
      count: fc.integer({ min: 40, max: 400 }),
      seed: fc.integer({ min: 1, max: 1000 }),
      ratedShare: fc.constantFrom(0, 0.02, 0.5, 1),
    })
    .map(({ users, items, count, seed, ratedShare }) =>
      many(count, (i) => {
        const draw = (of: number, by: number) => Math.floor(of * ((((i + seed) * by) % 1009) / 1009));
        return [
          draw(users, 7919),
          draw(items, 104_729),
          draw(1000, 31) < 1000 * ratedShare ? draw(5, 613) : null,
        ];
      }),
    );

  it('that is hardly measured never goes without a warning, and is counted as the evaluation counts it', async () => {
    const completed = { retrieval: 0, ranking: 0, hybrid: 0 };
    const property = fc.asyncProperty(
      tables,
      fc.constantFrom(...SPLITS),
      fc.constantFrom('retrieval' as const, 'ranking' as const, 'hybrid' as const),
      async (rows, split, type) => {
        const parts = { model: { type }, ...(type !== 'retrieval' && RATED) };
        const result = await transformed(rows, parts, split).catch((error: unknown) => {
          if (error instanceof TrainerError) return undefined;
          throw error;
        });
        // What is refused completes nothing.
        if (!result) return;
        completed[type] += 1;
        const { data, stage } = result;
        for (const name of ['validation', 'test'] satisfies SplitName[]) {
          const found = evaluationRows(data, name).rowCount;
          const measured = type === 'retrieval' ? found : ratedPairs(data, name).targets.length;
          expect(stage.counts[`${name}Measured`]).toBe(measured);
          expect(stage.detail).toContain(`${measured} of ${data.splits[name].count} ${name}`);
          const warned = stage.warnings.filter(({ message }) =>
            new RegExp(` ${name} rows?( can be measured|,)`).test(message),
          );
          const isFew = measured < 100 || measured < data.splits[name].count / 2;
          expect(warned.map(({ code }) => code)).toEqual(
            isFew ? [measured === 0 ? 'no-rows-measured' : 'few-rows-measured'] : [],
          );
          for (const { remedy, counts } of warned) {
            expect(remedy).not.toBeNull();
            const { rows: all = 0, known: both = 0, newUser = 0, newItem = 0, newBoth = 0 } = counts;
            expect(both + newUser + newItem + newBoth).toBe(all);
          }
        }
      },
    );
    await fc.assert(property, { numRuns: 24 });
    expect(completed.retrieval + completed.ranking + completed.hybrid).toBeGreaterThan(0);
  });

  it('of which all can be measured says so and warns of nothing', async () => {
    const { stage } = await transformed(known, { evaluation: { k: [5, 10] } }, BY_COLUMN);
    expect(stage.warnings).toEqual([]);
    expect(stage.detail).toMatch(/^\d+ of (\d+) validation and \d+ of \d+ test rows can be measured$/);
  });

  it('by time whose users are all new turns early stopping off in words', async () => {
    const { stage, codes } = await transformed(onceOnly, {}, { strategy: 'time', column: 'ts' });
    expect(codes).toEqual(['no-rows-measured', 'no-rows-measured', 'monitor-off', 'recall-of-all-items']);
    expect(stage.warnings[0]).toMatchObject({
      message: 'none of 225 validation rows can be measured: 225 whose "user" train does not know',
      remedy: expect.stringContaining('hold out less time') as string,
      counts: { rows: 225, measured: 0, newUser: 225 },
    });
    expect(stage.warnings[2]?.message).toBe(
      'early stopping is off: all 20 epochs are trained, and the last one is kept, for no validation row gives a val_loss',
    );
  });

  it('by time whose items are new says what to do about items, whoever is new besides', async () => {
    const rows = many(400, (i): Row => [i < 300 || i % 3 > 0 ? i % 9 : i, i < 300 ? i % 20 : i, null]);
    const { stage } = await transformed(rows, {}, { strategy: 'time', column: 'ts' });
    expect(stage.warnings[0]).toMatchObject({
      code: 'no-rows-measured',
      remedy: expect.stringContaining('so that items of train are measured') as string,
    });
  });

  it.each<[string, Row[], number, RegExp | null]>([
    [
      'of one time alone',
      many(400, () => [1, 1, null]),
      1e9,
      /^60 of 60 validation and 20 of 20 test rows have/,
    ],
    ['of a few times', known.slice(0, 400), 100, /^60 of 60 validation and 20 of 20 test rows have/],
    ['of hours, one of which is cut', known.slice(0, 400), 3, null],
  ])('by shares of time %s says when the order of the source decides', async (_, rows, alike, says) => {
    const folder = await temporaryFolder();
    const lines = rows.map((_row, i) => {
      const at = new Date(Date.UTC(2026, 0, 1, Math.floor(i / alike))).toISOString();
      return `u${i % 7},i${i % 11},${at}`;
    });
    await writeLines(folder, 'rows.csv', ['user,item,ts', ...lines]);
    const split: Split = { strategy: 'time', column: 'ts' };
    const { reports } = await prepared(
      folder,
      userItemSpec('rows.csv', { split, columns: { ts: COLUMNS.ts } }),
    );
    const warnings = reports.flatMap((report) => report.warnings).filter(({ code }) => code === 'tied-times');
    expect(warnings.map(({ message }) => message)).toEqual(says ? [expect.stringMatching(says)] : []);
  });

  it('says what each of its rows lacks', async () => {
    // Validation and test have one row each of a new user, a new item, both, and no target.
    const held: Row[] = [
      [99, 1, 3],
      [1, 99, 3],
      [98, 98, 3],
      [1, 1, null],
      [1, 1, 2],
    ];
    const rows = [...many(150, (i): Row => [i % 5, i % 6, i % 4]), ...held, ...held];
    const side = (i: number) => (i < 150 ? 'a' : i < 155 ? 'b' : 'c');
    const folder = await temporaryFolder();
    const lines = rows.map(([user, item, rating], i) => `u${user},i${item},${rating ?? ''},${side(i)}`);
    await writeLines(folder, 'rows.csv', ['user,item,rating,side', ...lines]);
    const base = userItemSpec('rows.csv', { split: BY_COLUMN, columns: { rating: COLUMNS.rating } });
    const { reports } = await prepared(folder, { ...base, ...RATED, model: { type: 'ranking' } });
    const { counts, detail } = reports.find(({ stage }) => stage === 'transform') ?? {};
    for (const name of ['validation', 'test']) {
      expect(counts).toMatchObject({
        [`${name}Measured`]: 1,
        [`${name}NewUser`]: 1,
        [`${name}NewItem`]: 1,
        [`${name}NewBoth`]: 1,
        [`${name}NoTarget`]: 1,
      });
      expect(detail).toContain(
        `${name}: 1 whose "user" train does not know, 1 whose "item" train does not know, 1 both of whose ids train does not know, 1 without a target`,
      );
    }
  });
});

describe('rows without an id', () => {
  it('are not told as rows whose id is new alone', async () => {
    const folder = await temporaryFolder();
    const lines = Array.from(
      { length: 300 },
      (_, i) => `${i % 10 === 3 ? '' : `u${i % 6}`},i${i % 9},${'aaabc'[i % 5]}`,
    );
    await writeLines(folder, 'rows.csv', ['user,item,side', ...lines]);
    const { reports } = await prepared(folder, userItemSpec('rows.csv', { split: BY_COLUMN }));
    const stage = reports.find((report) => report.stage === 'transform');
    const said = 'validation: 30 whose "user" is missing or not known to train';
    expect(stage?.detail).toContain(said);
    expect(stage?.warnings.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('30 whose "user" is missing or not known to train'),
    );
  });
});

describe('a metric that cannot be wrong', () => {
  it('is warned of where it is recall of all items', async () => {
    const { stage } = await transformed(known, { evaluation: { k: [5, 31, 1000] } }, BY_COLUMN);
    expect(stage.warnings).toMatchObject([
      {
        code: 'recall-of-all-items',
        message: expect.stringMatching(/^recall at 31 and 1000 is 1 .*there are 31 items$/) as string,
      },
    ]);
  });

  it.each<[string, Partial<TrainingSpecInput>]>([
    ['training.earlyStopping', { training: { earlyStopping: { monitor: 'recall_at_1000' } } }],
    ['training.schedule', { training: { schedule: { type: 'plateau', monitor: 'recall_at_1000' } } }],
    [
      'evaluation.gates[0]',
      { evaluation: { k: [1000], gates: [{ metric: 'test_recall_at_1000', atLeast: 0.5 }] } },
    ],
  ])('is refused where %s goes by it', async (path, parts) => {
    const asked = { evaluation: { k: [5, 1000] }, ...parts };
    await expect(transformed(known, asked, BY_COLUMN)).rejects.toMatchObject({
      code: 'constant-metric',
      message: expect.stringContaining(`${path} goes by `) as string,
      remedy: expect.stringContaining('take a K below 31') as string,
    });
  });

  it.each<[string, (rating: number) => Row, Partial<TrainingSpecInput>]>([
    ['all are 4', () => [0, 0, 4], RATED],
    [
      'all reach the threshold',
      (rating) => [0, 0, rating],
      { features: { ...userItemSpec('').features, target: { column: 'rating', threshold: 0 } } },
    ],
    [
      'all are nearest to one class',
      (rating) => [0, 0, 4 + rating / 100],
      {
        ...RATED,
        model: { type: 'ranking', rating: { loss: { type: 'categoricalCrossEntropy', classes: [1, 4] } } },
      },
    ],
  ])('is refused where it is of a target of one value: %s', async (_, rate, parts) => {
    const rows = known.map(([user, item, rating]): Row => [user, item, rate(rating ?? 0)[2]]);
    const asked: Partial<TrainingSpecInput> = { model: { type: 'ranking' }, ...parts };
    await expect(transformed(rows, asked, BY_COLUMN)).rejects.toMatchObject({
      code: 'one-target-value',
      message: expect.stringContaining('column "rating", the target, is ') as string,
    });
  });

  it('is warned of where only the test rows have one target', async () => {
    const rows = known.map(([user, item], i): Row => [user, item, i % 5 === 4 ? 1 : i % 2]);
    const features = { ...userItemSpec('').features, target: { column: 'rating', threshold: 1 } };
    const { stage } = await transformed(rows, { features, model: { type: 'ranking' } }, BY_COLUMN);
    expect(stage.warnings).toMatchObject([
      {
        code: 'one-target-value',
        message: expect.stringMatching(/in all measured test rows.*no test_auc$/) as string,
      },
    ]);
  });

  it('is not told of an area under the curve that numbers do not have anyway', async () => {
    const rows = known.map(([user, item], i): Row => [user, item, i % 5 === 4 ? 1 : i % 2]);
    const { stage } = await transformed(rows, { ...RATED, model: { type: 'ranking' } }, BY_COLUMN);
    expect(stage.warnings).toMatchObject([
      { code: 'one-target-value', message: expect.stringMatching(/as good as any model$/) as string },
    ]);
  });

  it('is refused where train knows one item only', async () => {
    const rows = known.map(([user], i): Row => [user, i === 7 ? 1 : i === 1999 ? 2 : 0, 1]);
    const features = {
      query: userItemSpec('').features.query,
      candidate: [{ column: 'item', transform: 'lookup' as const, id: true, minCount: 2 }],
    };
    await expect(transformed(rows, { features }, BY_COLUMN)).rejects.toMatchObject({ code: 'single-id' });
  });
});
