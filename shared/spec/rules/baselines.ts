import type { Dataset } from '../dataset.js';
import type { Evaluation } from '../evaluation/evaluation.js';
import type { RuleBroken } from '../modelRules.js';
import { splitTimeColumn, TIME_STRATEGIES } from '../split.js';

/** No result could be above a baseline that there is none of: recent popularity of rows without times. */
export function brokenBaselineRules(
  { split }: Pick<Dataset, 'split'>,
  { gates }: Pick<Evaluation, 'gates'>,
): RuleBroken[] {
  if (splitTimeColumn(split) !== undefined) return [];
  return gates.flatMap(({ aboveBaseline }, i) =>
    aboveBaseline === 'recentPopularity'
      ? [
          {
            path: ['evaluation', 'gates', i, 'aboveBaseline'],
            message: `recentPopularity needs to know when rows were, and dataset.split.strategy is ${split.strategy}: take ${TIME_STRATEGIES}, or the baseline popularity`,
          },
        ]
      : [],
  );
}
