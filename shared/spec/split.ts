import { z } from 'zod';
import { columnNameSchema } from './columns.js';

const share = z.number().gt(0).lt(1);
const shares = { train: share.default(0.8), validation: share.default(0.15), test: share.default(0.05) };
const seed = { seed: z.int().min(0).default(42) };
const column = { column: columnNameSchema };

function sumToOne(split: { train: number; validation: number; test: number }): boolean {
  return Math.abs(split.train + split.validation + split.test - 1) < 1e-9;
}
const SUM_MESSAGE = 'train, validation and test must add up to 1';

/** A day, from its midnight in UTC, or a time with its offset. */
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
const days = z.number().gt(0).max(36_500);
const sideValues = (name: string) =>
  z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .max(100)
    .default([name]);

/** Every row by a hash of the seed and of what it holds: it keeps its side when others are added, and equal rows share one. */
const randomSplitSchema = z
  .strictObject({ strategy: z.literal('random'), ...seed, ...shares })
  .refine(sumToOne, SUM_MESSAGE);

/** Rows in the order of `column` (ties in the order of the file): the first share is train, the next validation, the last test. */
const timeSplitSchema = z
  .strictObject({ strategy: z.literal('time'), ...column, ...shares })
  .refine(sumToOne, SUM_MESSAGE);

/** The last `testDays` days before the newest row are test, the `validationDays` before these are validation. */
const timeHoldoutSplitSchema = z.strictObject({
  strategy: z.literal('timeHoldout'),
  ...column,
  validationDays: days,
  testDays: days,
});

/** Rows before `validationFrom` are train, those before `testFrom` validation, the others test. */
const strictTemporalSplitSchema = z
  .strictObject({
    strategy: z.literal('strictTemporal'),
    ...column,
    validationFrom: moment,
    testFrom: moment,
  })
  .refine(({ validationFrom, testFrom }) => Date.parse(validationFrom) < Date.parse(testFrom), {
    path: ['testFrom'],
    message: 'is not after validationFrom',
  });

/** The shares hold, to half a row, among the rows of each value of `column`; which of them go where is drawn as in `random`. */
const stratifiedSplitSchema = z
  .strictObject({ strategy: z.literal('stratified'), ...column, ...seed, ...shares })
  .refine(sumToOne, SUM_MESSAGE);

/** All rows with one value of `column` are on one side, by a hash of the seed and the value. */
const groupSplitSchema = z
  .strictObject({ strategy: z.literal('group'), ...column, ...seed, ...shares })
  .refine(sumToOne, SUM_MESSAGE);

/** The data says it: rows are where the value of `column` is listed. A value that is listed nowhere is an error. */
const columnSplitSchema = z
  .strictObject({
    strategy: z.literal('column'),
    ...column,
    train: sideValues('train'),
    validation: sideValues('validation'),
    test: sideValues('test'),
  })
  .refine(({ train, validation, test }) => {
    const all = [...train, ...validation, ...test].map(String);
    return new Set(all).size === all.length;
  }, 'a value is listed twice');

export const splitSchema = z.discriminatedUnion('strategy', [
  randomSplitSchema,
  timeSplitSchema,
  timeHoldoutSplitSchema,
  strictTemporalSplitSchema,
  stratifiedSplitSchema,
  groupSplitSchema,
  columnSplitSchema,
]);
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
