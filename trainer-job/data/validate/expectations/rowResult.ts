import { z } from 'zod';
import type { Database } from '../../database.js';
import { exampleSchema, type Example } from '@trainyard/shared/profile/validation';

/** How many rows break an expectation, or why that cannot be told. */
export const rowResultSchema = z.union([
  z.strictObject({ count: z.int(), total: z.int(), examples: z.array(exampleSchema) }),
  z.strictObject({ problem: z.string() }),
]);
export type RowResult = z.infer<typeof rowResultSchema>;

/** Rows of `row`, from 0, and `value`. */
export async function examplesOf(database: Database, select: string): Promise<Example[]> {
  const rows = await database.rows(select);
  return rows.map(({ row, value }) => ({ row: Number(row) + 1, value: String(value).slice(0, 200) }));
}
