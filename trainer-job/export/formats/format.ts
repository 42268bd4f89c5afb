/** One format that a model is exported in for other software. */
import type { ModelFormatName, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { ModelSource } from './graph/modelSource.js';

export interface FormatContext {
  /** Its weights are in host memory. */
  model: TwoTowerModel;
  data: EncodedDataset;
  spec: TrainingSpec;
  /** The ids of the catalogue as texts, most frequent in training first: item i of `item_vectors.f32`, entity i + 1. */
  items: readonly string[];
  /** The name of the version and when it was made. */
  version: string;
  createdAt: Date;
  /** The unfinished folder of the model; the native files, vectors and tables lie in it already. */
  folder: string;
  /** Lets reports and signals have their turn; throws where the run is stopped. To be called often. */
  between(this: void): Promise<void>;
}

export interface ModelFormat {
  name: ModelFormatName;
  /** What of this model, as it has become, it cannot hold, in words for people, beside what `FORMAT_SUPPORT` says; mostly nothing. */
  lacks(this: void, context: FormatContext): readonly string[];
  /**
   * Writes its files below `folder` and returns the names of artifacts with their paths in it, with `/`. `source` reads the native
   * files of the model, once for all formats.
   */
  write(
    this: void,
    context: FormatContext,
    source: () => Promise<ModelSource>,
  ): Promise<Readonly<Record<string, string>>>;
}
