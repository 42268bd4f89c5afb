import { z } from 'zod';

/** A metric of the epochs, on the validation split; which a model has, its type and target decide (`brokenModelRules`). */
export const monitorSchema = z
  .string()
  .regex(
    /^(val_(loss|retrieval_loss|rating_loss|rmse|mae|auc|accuracy)|recall_at_[1-9][0-9]*)$/,
    'must be val_loss, recall_at_K, val_retrieval_loss, val_rating_loss, val_rmse, val_mae, val_auc or val_accuracy (all on the validation split)',
  )
  .default('val_loss');

const share = z.number().gt(0).lt(1);
const rate = z.number().min(0).max(10).default(0);

/** How the learning rate goes on from the optimizer's; epochs are counted in steps, so rates change within them too. */
export const scheduleSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant') }),
  /** Down to `minRate` along half a cosine over so many epochs (all of the training unless given), and stays there. */
  z.strictObject({
    type: z.literal('cosine'),
    epochs: z.int().min(1).max(10_000).optional(),
    minRate: rate,
  }),
  /** Times `factor` after every so many epochs. */
  z.strictObject({
    type: z.literal('step'),
    everyEpochs: z.int().min(1).max(10_000).default(10),
    factor: share.default(0.1),
  }),
  /** Times `factor` over each epoch, a little at every step. */
  z.strictObject({ type: z.literal('exponential'), factor: share.default(0.95) }),
  /** Times `factor` whenever the metric has not improved by more than `minDelta` for `patience` epochs. */
  z.strictObject({
    type: z.literal('plateau'),
    monitor: monitorSchema,
    patience: z.int().min(1).default(2),
    minDelta: z.number().min(0).default(0),
    factor: share.default(0.5),
    minRate: rate,
  }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;
