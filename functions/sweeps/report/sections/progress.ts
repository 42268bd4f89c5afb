import { whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { inPage } from '@trainyard/shared/page/pictures';
import { metricFigure } from '@trainyard/shared/page/words';
import { bestSoFarPicture, shareText } from '../charts.js';
import type { SweepSection } from '../section.js';

export const progress: SweepSection = {
  id: 'progress',
  title: 'The best so far',
  content({ sweep, file }) {
    const { metric } = sweep.objective;
    const { bestSoFar, trialsSinceImprovement, rate } = file.convergence;
    const last = bestSoFar.at(-1);
    if (!last) return 'No trial has a result yet.';
    const improved = bestSoFar.filter(({ best }, i) => i > 0 && best !== bestSoFar[i - 1]?.best);
    const label = `${metric} of each trial and the best so far: it begins at ${metricFigure(metric, bestSoFar[0]?.best)} and ends at ${metricFigure(metric, last.best)}`;
    return html`<p class="soft">
        ${
          improved.length === 0
            ? 'The first trial with a result is still the best.'
            : `The best value improved ${improved.length === 1 ? 'once, by trial' : `${whole(improved.length)} times, by the trials`} ${improved.map(({ number }) => number).join(', ')}.`
        }
        ${
          trialsSinceImprovement === 0
            ? 'The last trial with a result is the best: more trials may find better.'
            : `${trialsSinceImprovement === 1 ? 'One trial since then was' : `${whole(trialsSinceImprovement)} trials since then were`} no better.`
        }
        ${rate === null ? '' : `${shareText(rate)} of the trials with a result are within 5 % of the best.`}
      </p>
      <figure>
        ${inPage(bestSoFarPicture(sweep, file), label)}
        <figcaption>
          A dot is a trial, a ring one that was stopped early, and the line the best so far, which holds until
          a trial is better.
        </figcaption>
      </figure>`;
  },
};
