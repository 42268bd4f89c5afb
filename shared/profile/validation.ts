/** What was checked of one version of a data set, and what came of it: as the trainer writes it beside the profile, and all others read it. */
import { z } from 'zod';
import { instantSchema } from '../common.js';
import { expectationSchema, severitySchema } from '../spec/expectations.js';

/** A value that breaks an expectation, cut after 200 characters, and its row: 1 is the first of the source. */
export const exampleSchema = z.strictObject({ row: z.int().min(1).nullable(), value: z.string() });
export type Example = z.infer<typeof exampleSchema>;
export const MAX_EXAMPLES = 5;

/** What became of an expectation; one over several columns has a finding for each that breaks it. */
const findingSchema = z.strictObject({
  expectation: expectationSchema,
  outcome: z.enum(['met', 'violated', 'notChecked']),
  severity: severitySchema,
  /** In words: what was found and what is allowed, or why it was not checked. */
  message: z.string(),
  /** Rows or values that break it, and of how many; null where it is not about rows. */
  count: z.int().min(0).nullable(),
  total: z.int().min(0).nullable(),
  examples: z.array(exampleSchema).max(MAX_EXAMPLES),
});
export type Finding = z.infer<typeof findingSchema>;

const schemaChangeSchema = z.strictObject({
  change: z.enum(['added', 'removed', 'renamed', 'retyped', 'newValues', 'nowNullable']),
  column: z.string(),
  message: z.string(),
});
export type SchemaChange = z.infer<typeof schemaChangeSchema>;

const columnDriftSchema = z.strictObject({
  column: z.string(),
  /** Numbers and times are compared in the reference's percentiles, all else by the shares of its most frequent values. */
  by: z.enum(['percentiles', 'values']),
  psi: z.number(),
  /** In nats, of the current data from the reference. */
  kl: z.number(),
  /** Null where values have no order. */
  ks: z.strictObject({ statistic: z.number(), pValue: z.number() }).nullable(),
});
export type ColumnDrift = z.infer<typeof columnDriftSchema>;

const suspectsSchema = z.strictObject({
  column: z.string(),
  count: z.int(),
  total: z.int(),
  examples: z.array(exampleSchema),
});
export type Suspects = z.infer<typeof suspectsSchema>;

/** `validation.json`. The trainer writes into it as well what it has made of outliers, which is of its own kind. */
export const validationSchema = z.object({
  schemaVersion: z.literal(1),
  /** Whether no expectation of severity `error` is violated. */
  passed: z.boolean(),
  checkedAt: instantSchema,
  rows: z.int(),
  /** What volume, drift and schema were compared with, or why with nothing. */
  reference: z.string(),
  /** Of every expectation, in the order of the specification. */
  findings: z.array(findingSchema),
  /** What no expectation asks for and a person should know. */
  warnings: z.array(z.string()),
  /** Against the reference; empty without one. */
  schema_changes: z.array(schemaChangeSchema),
  drift: z.array(columnDriftSchema),
  /** The violated expectations but those on outliers and labels, in words. */
  schema_violations: z.array(z.string()),
  /** Found by `outliers` and `labels`, whether or not they are too many. */
  detected_outliers: z.array(suspectsSchema),
  potential_mislabels: z.array(suspectsSchema),
});
export type Validation = z.infer<typeof validationSchema>;
