import { z } from 'zod';

export const sourceFormatSchema = z.enum(['parquet', 'csv', 'jsonl']);
export type SourceFormat = z.infer<typeof sourceFormatSchema>;

/** Where the rows are: a path, a `file://` URL or a glob of either. The format is read off the ending unless given. */
export const sourceSchema = z.strictObject({
  uri: z.string().min(1).max(2048),
  format: sourceFormatSchema.optional(),
});

const columnName = z.string().min(1).max(300);

/** Cleaning of one column before anything else sees it: `cast` first, then `trim`. */
export const columnCleaningSchema = z.strictObject({
  cast: z.enum(['string', 'int64', 'float64', 'timestamp']).optional(),
  trim: z.boolean().default(false),
});

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** A row is kept when every condition holds. A comparison with null never holds. */
export const conditionSchema = z.discriminatedUnion('is', [
  z.strictObject({ column: columnName, is: z.literal('notNull') }),
  z.strictObject({
    column: columnName,
    is: z.enum(['equal', 'notEqual', 'greater', 'greaterOrEqual', 'less', 'lessOrEqual']),
    value: scalar,
  }),
  z.strictObject({ column: columnName, is: z.literal('in'), values: z.array(scalar).min(1).max(1000) }),
]);
export type Condition = z.infer<typeof conditionSchema>;

const share = z.number().gt(0).lt(1);
const shares = { train: share.default(0.8), validation: share.default(0.15), test: share.default(0.05) };

function sumToOne(split: { train: number; validation: number; test: number }): boolean {
  return Math.abs(split.train + split.validation + split.test - 1) < 1e-9;
}
const SUM_MESSAGE = 'train, validation and test must add up to 1';

/**
 * `time`: rows in the order of `column` (ties in the order of the file), the first share is train, the next validation,
 * the last test. `random`: every row by a hash of the seed and its position.
 */
export const splitSchema = z.discriminatedUnion('strategy', [
  z
    .strictObject({ strategy: z.literal('random'), seed: z.int().min(0).default(42), ...shares })
    .refine(sumToOne, SUM_MESSAGE),
  z
    .strictObject({ strategy: z.literal('time'), column: columnName, ...shares })
    .refine(sumToOne, SUM_MESSAGE),
]);
export type Split = z.infer<typeof splitSchema>;

export const datasetSchema = z.strictObject({
  source: sourceSchema,
  columns: z.record(columnName, columnCleaningSchema).default({}),
  where: z.array(conditionSchema).max(100).default([]),
  split: splitSchema.prefault({ strategy: 'random' }),
});
export type Dataset = z.infer<typeof datasetSchema>;
