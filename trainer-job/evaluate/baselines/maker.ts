import type { LeftOut, RetrievalBaseline, TrainingSpec } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import type { Ranker } from '../ranks/ranker.js';
import type { Interactions } from './interactions.js';
import type { Places } from './places.js';

export interface BaselineRequest {
  data: EncodedDataset;
  spec: Pick<TrainingSpec, 'evaluation'>;
  /** Those that settings are chosen on, by the protocol that the test rows are measured by. */
  validation: () => EvaluationRows;
  between: () => Promise<void>;
}

/** What baselines are made of. */
export interface Prepared extends BaselineRequest {
  interactions: Interactions;
  /** By the number of training rows. */
  popularity: Places;
}

/** Makes one, or says why it cannot be made. */
export type Maker = (prepared: Prepared) => Promise<Ranker | LeftOut>;

/** The name of a baseline among what was left out. */
export function titleOf(name: RetrievalBaseline): string {
  return `the baseline ${name}`;
}
