/** What the parts of an evaluation share: where each method puts the targets of the same test rows, and what it predicts for them. */
import type { Metrics, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset, TestTimes } from '../data/encodedDataset.js';
import type { TwoTowerModel } from '../model/twoTowerModel.js';
import type { PerUserMeans } from './confidence/perUser.js';
import type { Findings } from './findings.js';
import type { ServingModel } from './production/production.js';
import type { EvaluationRows } from './ranks/evaluationRows.js';
import type { Scoring } from './ranks/scoring.js';
import type { Answers } from './ratings/answers.js';
import type { RatedPairs } from './ratings/ratedPairs.js';

/** The name of the model among the methods. */
export const MODEL = 'model';

export interface Evaluated {
  model: TwoTowerModel;
  data: EncodedDataset;
  spec: TrainingSpec;
  /** Who computes its ranks; this thread unless given. */
  scoring?: Scoring | undefined;
  /** The version that serves, or why it is not compared with; none where no version serves. */
  production?: ServingModel | undefined;
  /** When each test row happened; none where nobody knows. */
  testTimes?: TestTimes | undefined;
  /** Called often; what it throws ends the evaluation. */
  between: () => Promise<void>;
}

/** Of retrieval. */
export interface Ranked {
  rows: EvaluationRows;
  /** [items, width] what the model makes of its catalogue. */
  itemVectors: Float32Array;
  /** [targets] by method: how many items of the catalogue come before each target, those left out of it not counted. */
  ranks: ReadonlyMap<string, Int32Array>;
  /** What these ranks are worth, by method. */
  means: ReadonlyMap<string, PerUserMeans>;
}

/** Of predicted targets. */
export interface Rated {
  pairs: RatedPairs;
  /** [rows] as the metrics take them: the column's own units, or 0 and 1. */
  actual: Float64Array;
  /** Whether targets are 0 or 1, of which a prediction is the probability of a 1. */
  isBinary: boolean;
  /** [rows] by method, those of the model calibrated where the specification says so. */
  predicted: ReadonlyMap<string, Float64Array>;
  /** [rows] of the model. */
  uncalibrated: Float64Array;
  /** The prediction from which on a row is taken for a 1, by method; empty for numbers. */
  thresholds: ReadonlyMap<string, number>;
  /** Null for numbers. */
  answers: Answers | null;
}

/** What the model is compared with. */
interface Method {
  name: string;
  metrics: Metrics;
  /** What it was computed with, such as what was chosen on the validation rows. */
  settings: Readonly<Record<string, string | number | null>>;
}

export interface PartContext extends Evaluated {
  /** Of the model on the test split. */
  metrics: Metrics;
  /** What the model is compared with. */
  methods: readonly Method[];
  primaryMetric: string | null;
  ranked: Ranked | null;
  rated: Rated | null;
}

/** One thing that `evaluate` finds out beside the metrics; a part is a file, and its line in the table of `evaluateModel.ts`. */
export type Part = (context: PartContext) => Promise<Partial<Findings>>;
