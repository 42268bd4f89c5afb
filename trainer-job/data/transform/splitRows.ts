import { join } from 'node:path';
import type { Split } from '@trainyard/shared';
import { z } from 'zod';
import { readArray, writeArrays } from '../typedFiles.js';
import type { PieceCache } from './pieces.js';
import { withRows, type IngestedRows } from './rowsOf.js';
import { whole } from './measuredInWords.js';
import { sidesOf, SPLITS } from './split.js';
import { TrainerError } from '../../errors/trainerError.js';

/** Raise it when the same rows would be split otherwise. */
const SPLIT_VERSION = 3;

const rowsSchema = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() });

/**
 * Which rows are for what. All rows have a *place*: those of train come first, then validation, then test, and within each
 * they are in the split's order. Encoded rows are stored by place, so the training rows are places 0 … rows.train - 1.
 */
export interface SplitRows {
  rows: z.infer<typeof rowsSchema>;
  /** [rows] the place of each row of the ingested ones. */
  place: Int32Array;
  digest: string;
}

export async function splitRows(cache: PieceCache, ingested: IngestedRows, split: Split): Promise<SplitRows> {
  const { folder, outcome, digest } = await cache({
    key: { piece: 'split', version: SPLIT_VERSION, rows: ingested.digest, split },
    outcome: rowsSchema,
    produce: (target) => writePlaces(ingested, split, target),
  });
  const place = await readArray(Int32Array, join(folder, 'place.i32'), ingested.outcome.rowsKept);
  return { rows: outcome, place, digest };
}

async function writePlaces(ingested: IngestedRows, split: Split, folder: string): Promise<SplitRows['rows']> {
  const { side, order } = await withRows(ingested, folder, (database) =>
    sidesOf(database, split, ingested.outcome),
  );
  const counts = [0, 0, 0, 0];
  for (const number of side) counts[number]! += 1;
  const [train = 0, validation = 0, test = 0, nowhere = 0] = counts;
  checkNoneNowhere(split, nowhere, side.length);
  const rows = { train, validation, test };
  checkNoneEmpty(split, rows);
  const next = [0, train, train + validation];
  const place = new Int32Array(side.length);
  for (let i = 0; i < side.length; i++) {
    const row = order ? order[i]! : i;
    place[row] = next[side[row]!]!++;
  }
  await writeArrays(join(folder, 'place.i32'), place);
  return rows;
}

function checkNoneNowhere(split: Split, nowhere: number, rows: number): void {
  if (nowhere === 0 || split.strategy !== 'column') return;
  const listed = [...split.train, ...split.validation, ...split.test];
  throw new TrainerError(
    'unlisted-split-value',
    `of ${whole(rows)} rows ${whole(nowhere)} have a value in column "${split.column}" that is none of ${JSON.stringify(listed)}`,
    'list every value under train, validation or test of dataset.split, or drop the other rows by dataset.where',
    { stage: 'transform' },
  );
}

/** A split is empty when the draw of a random one, or the data, left it so. */
function checkNoneEmpty(split: Split, rows: SplitRows['rows']): void {
  const empty = SPLITS.find((name) => rows[name] === 0);
  if (!empty) return;
  throw new TrainerError(
    'empty-split',
    `of ${whole(rows.train + rows.validation + rows.test)} rows none is in the ${empty} split${whyEmpty(split, empty)}`,
    remedyOfEmpty(split, empty),
    { stage: 'transform' },
  );
}

/** What the rows of the split would have had to hold, where the specification says it. */
function whyEmpty(split: Split, empty: keyof SplitRows['rows']): string {
  if (split.strategy === 'column')
    return `, whose rows have ${split[empty].map((value) => JSON.stringify(value)).join(' or ')} in column "${split.column}"`;
  if (split.strategy !== 'strictTemporal') return '';
  const { column, validationFrom, testFrom } = split;
  const times = {
    train: `before ${validationFrom}`,
    validation: `from ${validationFrom} and before ${testFrom}`,
    test: `from ${testFrom}`,
  };
  return `, whose times in column "${column}" are ${times[empty]}`;
}

function remedyOfEmpty(split: Split, empty: keyof SplitRows['rows']): string {
  switch (split.strategy) {
    case 'column':
      return `list values that column "${split.column}" has under dataset.split.${empty}, give rows such a value in dataset.sql, or choose another strategy, such as "random"`;
    case 'strictTemporal':
      return `set dataset.split.validationFrom and testFrom to times among those of column "${split.column}"`;
    default:
      return 'bring more data, or change dataset.split';
  }
}
