import { expectationSchema, severitySchema, type Expectation } from '@trainyard/shared';
import { z } from 'zod';

/** A value that breaks an expectation, cut after 200 characters, and its row: 1 is the first of the source. */
export const exampleSchema = z.strictObject({ row: z.int().min(1).nullable(), value: z.string() });
export type Example = z.infer<typeof exampleSchema>;
export const MAX_EXAMPLES = 5;

/** What became of an expectation; one over several columns has a finding for each that breaks it. */
export const findingSchema = z.strictObject({
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

/** A finding without rows. */
export function finding(expectation: Expectation, outcome: Finding['outcome'], message: string): Finding {
  const { severity } = expectation;
  return { expectation, outcome, severity, message, count: null, total: null, examples: [] };
}

export function verdict(expectation: Expectation, holds: boolean, message: string): Finding {
  return finding(expectation, holds ? 'met' : 'violated', message);
}
