/** What a model is measured by, and what its result must reach. */
import { z } from 'zod';
import { described } from '../../described.js';
import { USUAL_K } from '../../metrics/orderings.js';
import { baselinesShape } from './baselines.js';
import { confidenceShape } from './confidence.js';
import { gateSchema } from './gate.js';
import { gateSetNameSchema, MAX_GATES } from './gateSets.js';
import { protocolShape } from './protocol.js';
import { yesOrNoShape } from './yesOrNo.js';

/** A row counts when its user and its item occur in train; what is a question and what is ranked is said by the protocol. */
export const evaluationSchema = z.strictObject({
  k: described(
    z
      .array(z.int().min(1).max(10_000))
      .min(1)
      .max(10)
      .default([...USUAL_K]),
    'The K of the metrics at K, such as recall@K: the share of rows whose item has fewer than K items of the catalogue that score strictly higher. ' +
      'Rows count whose user and item occur in train.',
    [10, 100],
  ),
  ...protocolShape,
  trainSample: described(
    z.int().min(0).max(1_000_000).default(0),
    'The number of training rows that are evaluated after each epoch too, by the metrics that begin with `train_`; 0 for none.',
    10_000,
  ),
  ...baselinesShape,
  ...confidenceShape,
  ...yesOrNoShape,
  gateSet: described(
    gateSetNameSchema.nullable().default(null),
    "The gate set whose gates are added: one of the model's own, or a built-in one. Its gates stand among `gates` once a run is started. null for none.",
    'release',
  ),
  gates: described(
    z.array(gateSchema).max(MAX_GATES).default([]),
    'What the result must reach, else its model version is not promoted. A gate that no result of such a model could pass is refused.',
    [{ metric: 'test_recall_at_100', atLeast: 0.3, aboveBaseline: 'popularity' }],
  ),
});
export type Evaluation = z.infer<typeof evaluationSchema>;
