/** The simple methods that a result is compared with. */
import { z } from 'zod';
import { described } from '../../described.js';
import { BASELINES } from '../../metrics/baselines.js';

/** Baselines that find items: they are asked for, and compared by metrics of retrieval. */
export const retrievalBaselineSchema = z.enum(BASELINES.retrieval);
export type RetrievalBaseline = z.infer<typeof retrievalBaselineSchema>;

/** Baselines that predict targets: they come with every model that does. */
export const ratingBaselineSchema = z.enum(BASELINES.rating);

/** All that a result may be compared with. */
export const baselineSchema = z.enum([...retrievalBaselineSchema.options, ...ratingBaselineSchema.options]);
export type Baseline = z.infer<typeof baselineSchema>;

/** What of `evaluation` is about baselines. */
export const baselinesShape = {
  baselines: described(
    z.array(retrievalBaselineSchema).default([...BASELINES.retrieval]),
    'The baselines that find items and that a result is compared with, all of them unless given. `popularity` recommends to everybody what most rows have; ' +
      '`recentPopularity` the same, of which a row counts half as much for each half-life that it is older; ' +
      "`history` a user's own most frequent items, ties by popularity; `itemKnn` what is had together with the user's items, by cosine; " +
      '`ease` the same by a linear model of all items. What cannot be computed, as `recentPopularity` without times or `itemKnn` and `ease` of more than 10,000 items, is said in the report. ' +
      'Models that predict targets are compared with `globalMean` and `userItemMean` too.',
    ['popularity', 'history', 'ease'],
  ),
  baselineSettings: described(
    z
      .strictObject({
        easeLambda: described(
          z.number().min(0.001).max(1e9).optional(),
          'The L2 penalty of `ease`; chosen on the validation rows unless given.',
          200,
        ),
        recentHalfLifeDays: described(
          z.number().gt(0).max(36_500).optional(),
          'The half-life of `recentPopularity`, in days; chosen on the validation rows unless given.',
          20,
        ),
      })
      .prefault({}),
    'What baselines are computed with, where that is not to be chosen on the validation rows.',
    { easeLambda: 200 },
  ),
};
