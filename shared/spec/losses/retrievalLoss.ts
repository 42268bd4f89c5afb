import { z } from 'zod';
import { described } from '../../described.js';

export const retrievalLossSchema = described(
  z.discriminatedUnion('type', [
    z.strictObject({
      type: described(
        z.literal('softmax'),
        'The cross-entropy of the item of a row among those that it competes with: −s(u,i) + p · log Σⱼ e^s(u,j), p being `negativePower`.',
      ),
      negativePower: described(
        z.number().min(0.5).max(2).default(1),
        'The power of what an item competes with: the bilateral softmax (Wu et al. 2023), for which 1.05 to 1.25 is usual. Above 1 popular items are pushed away more.',
        1.1,
      ),
      labelSmoothing: described(
        z.number().min(0).lt(1).default(0),
        'The share of the target that goes to all items that compete, to each alike (Szegedy et al. 2016). 0.1 is usual where rows are noisy.',
        0.1,
      ),
    }),
    z.strictObject({
      type: described(
        z.literal('bpr'),
        'Bayesian personalised ranking (Rendle et al. 2009): −log σ(s(u,i) − s(u,j)), the mean over the items j that compete.',
      ),
    }),
    z.strictObject({
      type: described(
        z.literal('ccl'),
        'The cosine contrastive loss (Mao et al. 2021): 1 − cos(u,i) + w times the mean of max(0, cos(u,j) − m) over the items j that compete. It needs the similarity `cosine`, and no temperature.',
      ),
      margin: described(
        z.number().min(-1).lt(1).default(0.4),
        'The cosine m, below which an item that competes costs nothing.',
        0.4,
      ),
      negativeWeight: described(
        z.number().gt(0).max(10_000).default(100),
        'The weight w of the items that compete.',
        100,
      ),
    }),
  ]),
  'What training makes small of the scores s(u,i), for models that find items. Validation tells the softmax cross-entropy over the catalogue whatever it is.',
);
export type RetrievalLossSpec = z.infer<typeof retrievalLossSchema>;

/** Whether it is what all specifications had before there was a choice: the softmax without anything besides. */
export function isPlainSoftmax(loss: RetrievalLossSpec): boolean {
  return loss.type === 'softmax' && loss.negativePower === 1 && loss.labelSmoothing === 0;
}
