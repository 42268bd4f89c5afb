import type { FeatureValues } from '@trainyard/recommender/encode/value';
import type { TwoTowerModel } from '../../../trainer-job/model/twoTowerModel.js';

/** A model whose formats are compared. */
export interface FormatModel {
  /** Its artifacts, with all formats. */
  folder: string;
  trained: TwoTowerModel;
  /** A row for each item of the catalogue. */
  items: readonly FeatureValues[];
  /** Whether some queries have values far beyond those of the training. */
  isFarOut: boolean;
}
