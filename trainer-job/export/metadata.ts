import { metricsSchema, ratingSchema } from '@trainyard/shared';
import { z } from 'zod';
import { encodedFeatureSchema } from '@trainyard/recommender/encode/encodedFeature';
import { itemIndexSchema } from '@trainyard/recommender/format/itemIndex';

const towerSchema = z.strictObject({
  /** What each feature contributes; `input_width` is the sum of these widths. */
  features: z.array(encodedFeatureSchema),
  layers: z.array(z.unknown()),
  input_width: z.int(),
  parameters: z.int(),
});

/** `model_metadata.json`: what was trained, from what, by what, and how good it is. */
export const modelMetadataSchema = z.strictObject({
  schemaVersion: z.literal(2),
  /** The run's name, `model#number`, or its id where the trainer runs alone. */
  model_version: z.string(),
  created_at: z.string(),
  architecture: z.strictObject({
    type: z.string(),
    similarity: z.string(),
    output_width: z.int(),
    parameters: z.int(),
    query: towerSchema,
    candidate: towerSchema,
    /** Of models that predict a target: the head, and how many parameters it has. */
    rating: ratingSchema.extend({ parameters: z.int() }).optional(),
  }),
  hyperparameters: z.strictObject({
    training: z.unknown(),
    /** Width of the tower's input that each feature makes. */
    embedding_dims: z.record(z.string(), z.int()),
    /** The features of the candidate tower beside its id. */
    product_metadata: z.array(z.string()),
  }),
  metrics: z.strictObject({
    test_metrics: metricsSchema,
    validation_metrics: metricsSchema,
    baselines: z.record(z.string(), metricsSchema),
    history: z.array(z.unknown()),
  }),
  /** Of a run with `outputs.index`: the index, and its recall against the exact one. */
  item_index: itemIndexSchema.optional(),
  /** What the features of the candidate tower beside its id are worth; null where there are none, or that was not measured. */
  metadata_impact: z
    .strictObject({
      /** How it was measured: the trained model saw other items' values, and was not trained again without them. */
      method: z.literal('permutation on the trained model, not a model trained without the metadata'),
      metric: z.string(),
      /** On the test rows that it was measured on. */
      with_metadata: z.number(),
      without_metadata: z.number(),
      /** How much better the metric is with them, as a share of its value without: `+9.1%`; null beside 0. */
      improvement_vs_no_metadata: z.string().nullable(),
      /** Of 95 %, of the difference; null where none was computed. */
      interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
      /** Whether all of the interval is above 0. */
      proves_metadata_value: z.boolean(),
    })
    .nullable(),
  run: z.record(z.string(), z.unknown()),
});
export type MetadataImpact = ModelMetadata['metadata_impact'];
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;
