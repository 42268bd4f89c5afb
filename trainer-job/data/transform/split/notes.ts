/** What one has to know of a split beside its rows. */
import type { SplitName } from '../../encodedDataset.js';

/** Rows of validation, and of test, that have the same time as one on a side before theirs: what tells them apart is the order of the source. */
export type TiedRows = Record<Exclude<SplitName, 'train'>, number>;

/** The users that have too few rows for all sides, and those rows and rows without a user: all of them are train. */
export interface NotHeldOut {
  users: number;
  rows: number;
}
