import { ratingSchema } from '@trainyard/shared/spec/rating';
import { z } from 'zod';
import { fittedTargetSchema } from '../encode/target.js';
import { savedArraysSchema } from './savedArrays.js';

/** `rating.json`: how a rating head is built, what it predicts, and where its matrices lie in `weights.bin`. */
export const ratingDocumentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Of the towers' outputs. */
  widths: z.strictObject({ query: z.int().min(1), candidate: z.int().min(1) }),
  rating: ratingSchema,
  target: fittedTargetSchema,
  weights: savedArraysSchema,
});

export const RATING_VERSIONS = { 1: ratingDocumentSchema };
