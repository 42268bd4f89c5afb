import { z } from 'zod';
import { described } from '../described.js';

const hardest = described(
  z.int().min(1).max(100_000).optional(),
  'The number of negatives that compete: for each query those that it scores highest, and one more where the item of the row is not among them. All of them unless given.',
  100,
);
const samplingCorrection = described(
  z.boolean().default(true),
  'Whether scores are lowered by the log of how often their item is expected to compete (logQ), so that popular items are not punished.',
);

export const negativesSchema = described(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: described(z.literal('catalogue'), 'Every item of the catalogue competes.'),
      hardest,
    }),
    z.strictObject({
      type: described(
        z.literal('inBatch'),
        'The items of the batch compete, each as often as it occurs there. With large catalogues this is the fastest, in large batches.',
      ),
      samplingCorrection,
      removeAccidentalHits: described(
        z.boolean().default(false),
        'Whether the item of a row does not compete with itself where other rows of the batch have it too.',
      ),
      hardest,
    }),
    z.strictObject({
      type: described(
        z.literal('sampled'),
        'Items are drawn for each batch, with replacement, and shared by its rows. The cost does not depend on the size of the catalogue.',
      ),
      count: described(
        z.int().min(1).max(1_000_000).default(1024),
        'The number of items that are drawn for a batch.',
        1024,
      ),
      popularityPower: described(
        z.number().min(0).max(1).default(0.75),
        'An item is drawn in proportion to its training rows to this power: 0 is uniform, 1 as often as it is bought.',
        0.75,
      ),
      samplingCorrection,
      removeAccidentalHits: described(
        z.boolean().default(true),
        'Whether the item of a row is not among its negatives.',
      ),
      hardest,
    }),
    z.strictObject({
      type: described(
        z.literal('mixed'),
        'The items of the batch compete, each as often as it occurs there, and with them items that are drawn of the whole catalogue, each as likely (Yang et al. 2020): so those compete too that hardly anybody has.',
      ),
      count: described(
        z.int().min(1).max(1_000_000).default(1024),
        'The number of items that are drawn for a batch, with replacement.',
        1024,
      ),
      samplingCorrection,
      removeAccidentalHits: described(
        z.boolean().default(true),
        'Whether the item of a row is not among its negatives.',
      ),
      hardest,
    }),
  ]),
  'What the item of a row competes with in the softmax.',
);
export type Negatives = z.infer<typeof negativesSchema>;
