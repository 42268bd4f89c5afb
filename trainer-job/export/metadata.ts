import { metricsSchema, ratingSchema } from '@trainyard/shared';
import { z } from 'zod';
import { encodedFeatureSchema } from '@trainyard/recommender/encode/encodedFeature';

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
  run: z.record(z.string(), z.unknown()),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;
