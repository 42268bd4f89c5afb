import { z } from 'zod';

/**
 * Only so many negatives compete, for each query those that it scores highest; one more where a row's own item is not among
 * them. All of them unless given.
 */
const hardest = z.int().min(1).max(100_000).optional();
/** Scores are lowered by the log of how often their item is expected to compete (logQ): popular items are not punished. */
const samplingCorrection = z.boolean().default(true);

/**
 * What a positive pair competes with in the softmax.
 *
 * - `catalogue`: every item.
 * - `inBatch`: the items of the batch, each as often as it occurs. With `removeAccidentalHits` a row's own item does not compete
 *   with itself where other rows have it too.
 * - `sampled`: `count` items drawn for each batch, with replacement, and shared by its rows. An item is drawn in proportion to
 *   its training rows to the power of `popularityPower`: 0 is uniform, 1 as often as it is bought. With `removeAccidentalHits`
 *   a row's own item is not among its negatives.
 */
export const negativesSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('catalogue'), hardest }),
  z.strictObject({
    type: z.literal('inBatch'),
    samplingCorrection,
    removeAccidentalHits: z.boolean().default(false),
    hardest,
  }),
  z.strictObject({
    type: z.literal('sampled'),
    count: z.int().min(1).max(1_000_000).default(1024),
    popularityPower: z.number().min(0).max(1).default(0.75),
    samplingCorrection,
    removeAccidentalHits: z.boolean().default(true),
    hardest,
  }),
]);
export type Negatives = z.infer<typeof negativesSchema>;
