import type { ModelType } from '../common.js';
import type { BaselineKind } from './baselines.js';

/**
 * What a metric was measured on. `training`: the batches of an epoch, as the model learned from them · `train`: a sample of the
 * training rows after the epoch · `validation`: after the epoch · `test`: once, with the weights that were kept. What tells of no
 * rows of a split is of the `data` before they are split, or of `serving` the exported model.
 */
export const METRIC_SPLITS = ['training', 'train', 'validation', 'test', 'data', 'serving'] as const;
export type MetricSplit = (typeof METRIC_SPLITS)[number];

/** What is predicted: a number in the column's own units, or the probability of a 1. */
export const TARGET_KINDS = ['number', 'binary'] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** How a value is written; `digits` are those behind the point, and a small `number` keeps three that are not 0. */
export type MetricDisplay =
  | { as: 'share' | 'number'; digits: number }
  | { as: 'count' }
  | { as: 'currency'; currency: string; digits: number };

/** A table of the terminal: a row for each epoch, or the result beside the baselines. */
export type MetricTableName = 'epochs' | 'result';

/** Metrics of one definition, on each split and at each K that it is measured on. All that is known about them stands here. */
export interface MetricFamily {
  /** In snake_case; with the split before it and K behind it, it is a metric's name: `test_recall_at_10`. */
  readonly name: string;
  /** For people, in full. */
  readonly title: string;
  /** Null: neither is better, so that it is neither monitored nor ordered by. */
  readonly better: 'higher' | 'lower' | null;
  /** The types of models that have it. */
  readonly models: readonly ModelType[];
  /** The kinds of target that it is made for; whatever the target unless given. */
  readonly targets?: readonly TargetKind[];
  readonly splits: readonly MetricSplit[];
  /** `cold`: it is of the rows of users that occur in no training row, and there is none where there are no such rows. */
  readonly users?: 'cold';
  /** The split whose metric has no prefix; the name with the prefix, where the split has one, is its alias. */
  readonly unprefixed?: MetricSplit;
  /** Whether there is one for each of `evaluation.k`, or of `at`. */
  readonly perK: boolean;
  /** Whether it is 1, whatever a model does, at a K that holds the whole catalogue. */
  readonly oneAtFullK?: true;
  /** The numbers that K is of, where they are not those of `evaluation.k`. */
  readonly at?: readonly number[];
  /** Whether values below 0 are possible. */
  readonly mayBeNegative?: boolean;
  /** The least and the greatest value that is possible, where they are not those of a share, or 0 and whatever. */
  readonly least?: number;
  readonly greatest?: number;
  readonly display: MetricDisplay;
  /** The terminal's tables that have a column of it. */
  readonly columns: readonly MetricTableName[];
  /** The splits whose metric completed runs can be ordered by: two indexes in Firestore for each, and for each usual K. */
  readonly orderedOn: readonly MetricSplit[];
  /** Which baselines are measured by it too, on the test split: those that find items, or those that predict targets. */
  readonly baselines: BaselineKind | null;
  /** One sentence, or several, in Markdown. */
  readonly formula: string;
  /** Where the definition comes from; null for a mere count. */
  readonly source: { readonly title: string; readonly url: string } | null;
}

/** Families by a handle for code; their order is the order in which people see them. */
export type MetricTable = Readonly<Record<string, MetricFamily>>;
