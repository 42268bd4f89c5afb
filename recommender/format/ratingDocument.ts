import { ratingSchema } from '@trainyard/shared/spec/rating';
import { z } from 'zod';
import { fittedTargetSchema } from '../encode/target.js';
import { calibrationSchema, type Calibration } from '../layers/calibration.js';
import { savedArraysSchema } from './savedArrays.js';

/** `rating.json`: how a rating head is built, what it predicts, and where its matrices lie in `weights.bin`. */
const ratingDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Of the towers' outputs. */
  widths: z.strictObject({ query: z.int().min(1), candidate: z.int().min(1) }),
  rating: ratingSchema,
  target: fittedTargetSchema,
  weights: savedArraysSchema,
});

/** Of a head whose predictions are calibrated; without that, the form stays the one that older recommenders read. */
const calibratedDocumentSchema = ratingDocumentSchema.extend({
  schemaVersion: z.literal(2),
  calibration: calibrationSchema,
});

export type RatingDocument = Omit<z.infer<typeof ratingDocumentSchema>, 'schemaVersion'> &
  ({ schemaVersion: 1 } | { schemaVersion: 2; calibration: Calibration });

export const RATING_VERSIONS: Readonly<Record<RatingDocument['schemaVersion'], z.ZodType<RatingDocument>>> = {
  1: ratingDocumentSchema,
  2: calibratedDocumentSchema,
};
