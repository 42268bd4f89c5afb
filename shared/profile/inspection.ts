/** What the trainer finds in the files of a source before anybody has written a specification for it. */
import { z } from 'zod';
import { columnNameSchema } from '../spec/columns.js';
import { columnCleaningSchema } from '../spec/cleaning.js';
import { multiSchema } from '../spec/shape/multi.js';
import { sourceFormatSchema } from '../spec/source.js';
import { profileSchema } from './profile.js';

/** `trainer-job --inspect` prints one as JSON, and `trainyard init` proposes a specification of it. */
export const inspectionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  format: sourceFormatSchema,
  bytes: z.int().min(0),
  /** False where only the first rows were read: then `profile` is of these. */
  isWhole: z.boolean(),
  profile: profileSchema,
  /**
   * By column, the settings of `dataset.columns` that each of its values can be read with, the best first. Several ones differ in what they
   * mean, as days before months do, and a person has to choose.
   */
  readings: z.record(columnNameSchema, z.array(columnCleaningSchema).min(1)),
  /** By column of times, or one that the first of its readings makes times of: the oldest and the newest, in seconds since 1970. */
  times: z.record(columnNameSchema, z.strictObject({ from: z.number(), to: z.number() })),
  /** Columns of texts some of which have blanks at an end. */
  untrimmed: z.array(columnNameSchema),
  /** By column of several values a row, how `multi` of a feature reads them. */
  lists: z.record(columnNameSchema, multiSchema),
  /** How many values of `column` there are for a value of `of`, in the mean: 1 where `of` decides it. */
  valuesPerValue: z.array(z.strictObject({ of: z.string(), column: z.string(), values: z.number().min(0) })),
  /** Columns that cannot be used, and why. */
  unusable: z.record(z.string(), z.string()),
});
export type Inspection = z.infer<typeof inspectionSchema>;
