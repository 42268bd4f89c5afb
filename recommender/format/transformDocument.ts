import { sampleWeightSchema } from '@trainyard/shared/spec/sampleWeight';
import { z } from 'zod';
import { encodedFeatureSchema } from '../encode/encodedFeature.js';
import { fittedFeatureSchema } from '../encode/fittedFeature.js';
import { fittedTargetSchema } from '../encode/target.js';

const towerTransformSchema = z.strictObject({
  features: z.array(
    z.strictObject({
      encoded: encodedFeatureSchema,
      fitted: fittedFeatureSchema,
      /** Values of the feature's vocabulary, and where they lie in `transform.bin`, packed as `unpackTexts` reads them. */
      vocabulary: z.strictObject({ size: z.int().min(0), offset: z.int().min(0), bytes: z.int().min(0) }),
    }),
  ),
  /** Position in `features` of the one that identifies the entity. */
  idFeature: z.int().min(0),
  entities: z.int().min(1),
  /** Width of the tower's input: the widths of its features side by side. */
  inputWidth: z.int().min(1),
});

const splitCountsSchema = z.strictObject({ train: z.int(), validation: z.int(), test: z.int() });

/**
 * `transform.json`: with `transform.bin`, all that a server needs to encode a request as the training data was. The fields about
 * entities and rows are of the trainer's encoded data, which lie beside it while a model trains.
 */
export const transformDocumentSchema = z.strictObject({
  schemaVersion: z.literal(2),
  query: towerTransformSchema,
  candidate: towerTransformSchema,
  /** What a query entity is: a distinct tuple of features, or, where almost all are distinct, a row. */
  queryEntities: z.enum(['tuples', 'rows']),
  rows: splitCountsSchema,
  /** What a rating predicts; `rows` have one. */
  target: z.strictObject({ fitted: fittedTargetSchema, rows: splitCountsSchema }).optional(),
  /** DuckDB's types of the columns that features read, but for texts; older trainers did not say them. */
  columnTypes: z.record(z.string(), z.string()).optional(),
  /** The columns of texts from which training took the blanks at both ends (`dataset.columns.NAME.trim`), as encoders do; older trainers did not say them. */
  trimmed: z.array(z.string()).optional(),
  /** What the weights of the training rows were made of. */
  sampleWeight: sampleWeightSchema.optional(),
});
export type TransformDocument = z.infer<typeof transformDocumentSchema>;

export const TRANSFORM_VERSIONS = { 2: transformDocumentSchema };
