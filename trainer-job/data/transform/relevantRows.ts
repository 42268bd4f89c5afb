/** Which rows count as answers, where `evaluation.relevant` says it: beside the encoded rows, which are the same whatever it says. */
import { join } from 'node:path';
import type { Condition } from '@trainyard/shared';
import { z } from 'zod';
import type { EncodedDataset, SplitName } from '../encodedDataset.js';
import { conditionSql } from '../ingest/conditions.js';
import { internalName } from '../ingest/columns.js';
import { readEncodedDataset } from '../readEncodedDataset.js';
import { readArray, writeArrays } from '../typedFiles.js';
import type { RelevantSplits } from './measuredRows.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import type { SplitRows } from './split/splitRows.js';

/** Raise it when other rows would be relevant. */
export const RELEVANT_VERSION = 2;

export const relevantSchema = z.strictObject({ relevant: z.int() });

const FILE = 'relevant.i32';

/** By place, 1 for each row that meets the condition and 0 for all others; returns how many do. */
export async function writeRelevant(
  ingested: IngestedRows,
  { place }: SplitRows,
  condition: Condition,
  folder: string,
): Promise<z.infer<typeof relevantSchema>> {
  const { columns } = ingested.outcome;
  const type = columns.find(({ name }) => name === condition.column)?.type ?? 'VARCHAR';
  const holds = conditionSql(condition, internalName(columns, condition.column), type, 'evaluation.relevant');
  const relevant = new Int32Array(place.length);
  await withRows(ingested, folder, (database) =>
    database.scan(`SELECT n FROM rows WHERE ${holds}`, ([n = []]) => {
      for (const row of n) relevant[place[row as number]!] = 1;
    }),
  );
  await writeArrays(join(folder, FILE), relevant);
  return { relevant: relevant.reduce((sum, one) => sum + one, 0) };
}

/** Of what `transform` and `writeRelevant` have written into two folders. */
export async function countRelevant(encoded: string, relevant: string): Promise<RelevantSplits> {
  const { query, splits } = await withRelevant(await readEncodedDataset(encoded), relevant);
  const ofSplit = (name: SplitName) => {
    const { relevant: isRelevant, query: entities, item } = splits[name];
    const found = { rows: 0, known: 0 };
    for (const [row, holds] of isRelevant?.entries() ?? []) {
      if (holds !== 1) continue;
      found.rows++;
      if (item[row] !== 0 && query.ids[entities[row]!] !== 0) found.known++;
    }
    return found;
  };
  return { train: ofSplit('train'), validation: ofSplit('validation'), test: ofSplit('test') };
}

/** The data with what `writeRelevant` has written into `folder`. */
export async function withRelevant(data: EncodedDataset, folder: string): Promise<EncodedDataset> {
  const { train, validation, test } = data.splits;
  const count = train.count + validation.count + test.count;
  const relevant = await readArray(Int32Array, join(folder, FILE), count);
  const held = train.count + validation.count;
  return {
    ...data,
    splits: {
      train: { ...train, relevant: relevant.subarray(0, train.count) },
      validation: { ...validation, relevant: relevant.subarray(train.count, held) },
      test: { ...test, relevant: relevant.subarray(held) },
    },
  };
}
