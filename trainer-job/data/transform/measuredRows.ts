/** How many rows of each split the model can be measured by, and why not by the others. */
import { z } from 'zod';
import type { EncodedDataset, EncodedRows, SplitName } from '../encodedDataset.js';
import { readEncodedDataset } from '../readEncodedDataset.js';
import { SPLITS } from './split/sides.js';

/** Raise it when the same rows would be counted otherwise. */
export const MEASURED_VERSION = 1;

const measuredRowsSchema = z.strictObject({
  rows: z.int(),
  /** Rows whose user and item both occur in train: retrieval is measured by these. */
  known: z.int(),
  /** Of the others: those whose user alone, whose item alone, or both of which do not occur in train often enough. */
  newUser: z.int(),
  newItem: z.int(),
  newBoth: z.int(),
  /** Known rows without a target, where there is one to predict: ratings are measured by the rest. */
  noTarget: z.int(),
  /** The extremes of the target, in the column's own units, of rows that are measured, or learned from; null where there is none. */
  target: z.strictObject({ least: z.number(), greatest: z.number() }).nullable(),
});
export type MeasuredRows = z.infer<typeof measuredRowsSchema>;

export const measuredSplitsSchema = z.strictObject({
  train: measuredRowsSchema,
  validation: measuredRowsSchema,
  test: measuredRowsSchema,
});
export type MeasuredSplits = z.infer<typeof measuredSplitsSchema>;

const relevantOfSplitSchema = z.strictObject({
  /** Rows of the split that meet the condition, and those of them whose user and item both occur in train. */
  rows: z.int(),
  known: z.int(),
});

export const relevantSplitsSchema = z.strictObject({
  train: relevantOfSplitSchema,
  validation: relevantOfSplitSchema,
  test: relevantOfSplitSchema,
});
export type RelevantSplits = z.infer<typeof relevantSplitsSchema>;

/** Of what `transform` has written into a folder. */
export async function measureFolder(folder: string): Promise<MeasuredSplits> {
  return measuredSplits(await readEncodedDataset(folder));
}

function measuredSplits({ query, splits }: Pick<EncodedDataset, 'query' | 'splits'>): MeasuredSplits {
  const [train, validation, test] = SPLITS.map((name: SplitName) =>
    measuredRows(splits[name], query.ids, name === 'train'),
  );
  return measuredSplitsSchema.parse({ train, validation, test });
}

/** Training learns from the rows of rare users too. */
function measuredRows(
  { count, query, item, target }: EncodedRows,
  users: Int32Array,
  isTrain: boolean,
): MeasuredRows {
  const counts = { rows: count, known: 0, newUser: 0, newItem: 0, newBoth: 0, noTarget: 0 };
  let [least, greatest] = [Infinity, -Infinity];
  for (let row = 0; row < count; row++) {
    const isUserNew = users[query[row]!] === 0;
    const isItemNew = item[row] === 0;
    const value = target?.[row];
    if (isUserNew) counts[isItemNew ? 'newBoth' : 'newUser']++;
    else if (isItemNew) counts.newItem++;
    else {
      counts.known++;
      if (value !== undefined && Number.isNaN(value)) counts.noTarget++;
    }
    if (value === undefined || Number.isNaN(value) || isItemNew || (isUserNew && !isTrain)) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return { ...counts, target: least <= greatest ? { least, greatest } : null };
}
