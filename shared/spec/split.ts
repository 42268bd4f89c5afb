import { z } from 'zod';
import { described } from '../described.js';
import { columnNameSchema } from './columns.js';

const share = z.number().gt(0).lt(1);
const shares = {
  train: described(
    share.default(0.8),
    'The share of the rows that the model is trained on. The three shares add up to 1.',
    0.8,
  ),
  validation: described(
    share.default(0.15),
    'The share of the rows that each epoch is evaluated on. The three shares add up to 1.',
    0.15,
  ),
  test: described(
    share.default(0.05),
    'The share of the rows that the result is measured on, once. The three shares add up to 1.',
    0.05,
  ),
};
const seed = {
  seed: described(
    z.int().min(0).default(42),
    'The seed of the hash. Another seed puts rows on other sides.',
    42,
  ),
};
const columnOf = (description: string, example: string) => ({
  column: described(columnNameSchema.clone(), description, example),
});
const timeColumn = columnOf(
  'The column of times that orders the rows. Columns of CSV files are text: cast it to `timestamp` in `dataset.columns`, with a `format` where the times are not those of ISO 8601. Numbers are times since 1970, in the unit that their range tells or that `unit` names.',
  'at',
);

/** Says the shares, for those that were left out have a default. */
function sumToOne(
  { train, validation, test }: { train: number; validation: number; test: number },
  context: z.RefinementCtx,
): void {
  const sum = train + validation + test;
  if (Math.abs(sum - 1) < 1e-9) return;
  const message = `train, validation and test must add up to 1: ${train}, ${validation} and ${test} are ${Number(sum.toPrecision(9))}`;
  context.addIssue({ code: 'custom', message });
}

const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const days = z.number().gt(0).max(36_500);
const sideValues = (name: string) =>
  described(
    z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .max(100)
      .default([name]),
    `The values of the column whose rows are on the side ${name}.`,
    [name],
  );

const randomSplitSchema = z
  .strictObject({
    strategy: described(
      z.literal('random'),
      'Each row goes by a hash of the seed and of what the row holds. A row keeps its side when others are added, and equal rows share one side.',
    ),
    ...seed,
    ...shares,
  })
  .superRefine(sumToOne);

const timeSplitSchema = z
  .strictObject({
    strategy: described(
      z.literal('time'),
      'Rows go in the order of the column, oldest first, ties in the order of the file: the first share is train, the next validation, the last test.',
    ),
    ...timeColumn,
    ...shares,
  })
  .superRefine(sumToOne);

const timeHoldoutSplitSchema = z.strictObject({
  strategy: described(
    z.literal('timeHoldout'),
    'The last days before the newest row are test, the days before these are validation, and everything older is train.',
  ),
  ...timeColumn,
  validationDays: described(days.clone(), 'The length of the validation side, in days.', 7),
  testDays: described(days.clone(), 'The length of the test side, in days up to the newest row.', 7),
});

const strictTemporalSplitSchema = z
  .strictObject({
    strategy: described(
      z.literal('strictTemporal'),
      'Rows before `validationFrom` are train, those before `testFrom` are validation, and the others are test.',
    ),
    ...timeColumn,
    validationFrom: described(
      moment.clone(),
      'The time from which rows are validation: a day, from its midnight in UTC, or a time with its offset.',
      '2026-10-01',
    ),
    testFrom: described(
      moment.clone(),
      'The time from which rows are test: a day, from its midnight in UTC, or a time with its offset. It is after `validationFrom`.',
      '2026-10-15T00:00:00Z',
    ),
  })
  .refine(({ validationFrom, testFrom }) => Date.parse(validationFrom) < Date.parse(testFrom), {
    path: ['testFrom'],
    message: 'is not after validationFrom',
  });

const stratifiedSplitSchema = z
  .strictObject({
    strategy: described(
      z.literal('stratified'),
      'The shares hold, to half a row, among the rows of each value of the column; which of them go where is drawn as in `random`.',
    ),
    ...columnOf('The column among whose values the shares hold.', 'country'),
    ...seed,
    ...shares,
  })
  .superRefine(sumToOne);

const groupSplitSchema = z
  .strictObject({
    strategy: described(
      z.literal('group'),
      'All rows with one value of the column are on one side, by a hash of the seed and the value.',
    ),
    ...columnOf('The column whose values stay together, such as the user.', 'user'),
    ...seed,
    ...shares,
  })
  .superRefine(sumToOne);

const columnSplitSchema = z
  .strictObject({
    strategy: described(
      z.literal('column'),
      'A column of the data says it: a row is on the side whose list has the value of the column. A value that no list has is an error.',
    ),
    ...columnOf('The column that says the side of each row.', 'split'),
    train: sideValues('train'),
    validation: sideValues('validation'),
    test: sideValues('test'),
  })
  .superRefine(({ train, validation, test }, context) => {
    const all = [...train, ...validation, ...test].map(String);
    const twice = all.find((value, i) => all.indexOf(value) < i);
    if (twice === undefined) return;
    const sides = Object.entries({ train, validation, test }).map(
      ([side, values]) => `${side} ${JSON.stringify(values)}`,
    );
    const message = `"${twice}" is listed twice, and each value is on one side: ${sides.join(', ')}`;
    context.addIssue({ code: 'custom', message });
  });

const lastRowsOf = {
  user: described(
    columnNameSchema.clone(),
    'The column that says whose row it is. Rows without a value are train.',
    'user',
  ),
  ...columnOf(
    'The column of times that orders the rows of each user: the later come last, of equal ones the later in the source, and rows without a time first.',
    'at',
  ),
};

const leaveOneOutSplitSchema = z.strictObject({
  strategy: described(
    z.literal('leaveOneOut'),
    'Of each user the last row is test, the one before it validation, and the others are train. Users with fewer than three rows are train alone. Train has rows that are later than those that other users are measured on: it is a measure of what users do next, and not of the future.',
  ),
  ...lastRowsOf,
});

const lastNSplitSchema = z.strictObject({
  strategy: described(
    z.literal('lastN'),
    'As `leaveOneOut`, with several rows: of each user the last `n` are test, the `n` before them validation, and the others are train. Users with fewer than 2 × `n` + 1 rows are train alone.',
  ),
  ...lastRowsOf,
  n: described(z.int().min(1).max(1000), 'The number of rows of each user on either side.', 5),
});

export const splitSchema = described(
  z.discriminatedUnion('strategy', [
    randomSplitSchema,
    timeSplitSchema,
    timeHoldoutSplitSchema,
    strictTemporalSplitSchema,
    stratifiedSplitSchema,
    groupSplitSchema,
    columnSplitSchema,
    leaveOneOutSplitSchema,
    lastNSplitSchema,
  ]),
  'How the rows are divided into those that train the model, those that each epoch is evaluated on, and those that the result is measured on.',
);
export type Split = z.infer<typeof splitSchema>;
export type SplitOf<S extends Split['strategy']> = Extract<Split, { strategy: S }>;

/** The columns that a split reads, by their keys; a split by what rows hold reads none alone. */
export function splitColumns(split: Split): { key: 'column' | 'user'; column: string }[] {
  return [
    ...('column' in split ? [{ key: 'column' as const, column: split.column }] : []),
    ...('user' in split ? [{ key: 'user' as const, column: split.user }] : []),
  ];
}

/** The strategies that read times, and what for: which row comes first, or how far apart rows are. */
const TIME_USES: Partial<Record<Split['strategy'], 'order' | 'instants'>> = {
  time: 'order',
  timeHoldout: 'instants',
  strictTemporal: 'instants',
  leaveOneOut: 'order',
  lastN: 'order',
};

/** What a split reads the times of its column for; undefined of one that reads no times. */
export function splitTimeUse({ strategy }: Pick<Split, 'strategy'>): 'order' | 'instants' | undefined {
  return TIME_USES[strategy];
}

/** The strategies whose column is one of times, as a list in words. */
export const TIME_STRATEGIES = 'time, timeHoldout, strictTemporal, leaveOneOut or lastN';

/** The column of times that orders a split. */
export function splitTimeColumn(split: Split): string | undefined {
  return splitTimeUse(split) !== undefined && 'column' in split ? split.column : undefined;
}

/** How many of the last rows of each user are on either side that is held out. */
export function lastRowsPerUser(split: SplitOf<'leaveOneOut' | 'lastN'>): number {
  return split.strategy === 'lastN' ? split.n : 1;
}
