import { inDollars, whole, type SweepView } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { type Cell, pairs, table } from '@trainyard/shared/page/table';
import { cut, duration, minute } from '@trainyard/shared/page/words';
import { parameterText } from '@trainyard/shared/sweeps/parameterText';
import { keyCode } from '../keyCode.js';
import type { SweepSection } from '../section.js';
import { budgetDoubt } from '../sweepFile.js';

/** What was searched, and how. */
export const search: SweepSection = {
  id: 'search',
  title: 'How it was searched',
  content({ sweep }) {
    const { objective, maxTrials, maxParallel, timeoutSeconds, tiers, experiment, seed } = sweep;
    return html`${pairs([
      ['objective', `${objective.metric}, ${objective.direction === 'minimize' ? 'less' : 'more'} is better`],
      ['strategy', strategyText(sweep)],
      ['pruner', prunerText(sweep)],
      ['seed', String(seed)],
      ['trials', `${whole(maxTrials)} at most, ${whole(maxParallel)} at a time`],
      ['time', `trials are started for ${duration(timeoutSeconds)}, until ${minute(sweep.deadlineAt)}`],
      ['budget', budgetText(sweep)],
      ['tiers', tiers.join(', ')],
      ['experiment', experiment ?? 'the own one of the model'],
      ['asked for by', sweep.requestedBy],
    ])}
    ${table(
      'The space',
      [{ title: 'parameter' }, { title: 'what was tried' }],
      Object.entries(sweep.space).map(([key, parameter]): Cell[] => [
        keyCode(key),
        cut(parameterText(parameter), 600),
      ]),
    )}`;
  },
};

function budgetText(sweep: SweepView): string {
  if (sweep.budgetUsd === null) return 'none';
  const doubt = budgetDoubt(sweep);
  return `${inDollars(sweep.budgetUsd)}${doubt === '' ? '' : `; ${doubt}`}`;
}

function strategyText({ strategy: { kind, startupTrials, multivariate } }: SweepView): string {
  if (kind !== 'tpe') return kind;
  return `tpe, after ${whole(startupTrials)} trials that are drawn${multivariate ? ', parameters together' : ''}`;
}

function prunerText({ pruner: { kind, minEpochs, reductionFactor } }: SweepView): string {
  return kind === 'none'
    ? 'none: every trial goes on to its end'
    : `asha: from epoch ${minEpochs} on, one of ${reductionFactor} goes on at each rung`;
}
