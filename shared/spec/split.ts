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

export const splitSchema = described(
  z.discriminatedUnion('strategy', [
    randomSplitSchema,
    timeSplitSchema,
    timeHoldoutSplitSchema,
    strictTemporalSplitSchema,
    stratifiedSplitSchema,
    groupSplitSchema,
    columnSplitSchema,
  ]),
  'How the rows are divided into those that train the model, those that each epoch is evaluated on, and those that the result is measured on.',
);
export type Split = z.infer<typeof splitSchema>;
export type SplitOf<S extends Split['strategy']> = Extract<Split, { strategy: S }>;

/** The column that a split reads, if it reads one alone. */
export function splitColumn(split: Split): string | undefined {
  return 'column' in split ? split.column : undefined;
}

/** The column of times that orders a split. */
export function splitTimeColumn(split: Split): string | undefined {
  return split.strategy === 'time' || split.strategy === 'timeHoldout' || split.strategy === 'strictTemporal'
    ? split.column
    : undefined;
}
