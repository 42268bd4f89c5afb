import { whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { inPage } from '@trainyard/shared/page/pictures';
import { type Cell, table } from '@trainyard/shared/page/table';
import { isImportanceTold } from '@trainyard/shared/sweeps/isImportanceTold';
import { figure } from '@trainyard/shared/page/words';
import { importancePicture, shareText } from '../charts.js';
import { keyCode } from '../keyCode.js';
import type { SweepSection } from '../section.js';
import { doubtOf } from '../sweepFile.js';

export const importance: SweepSection = {
  id: 'importance',
  title: 'What mattered',
  content({ sweep, file }) {
    const { paramImportance } = file;
    if (paramImportance.length === 0) return 'Nothing was varied, so nothing can have mattered.';
    if (!isImportanceTold(paramImportance))
      return 'No trial with a result was better than another, so nothing can be said of what mattered.';
    const { metric, direction } = sweep.objective;
    const doubt = doubtOf(sweep);
    const label = paramImportance.map((one) => `${one.key} ${shareText(one.importance)}`).join(', ');
    return html`<p class="soft">
        The share of each parameter in what a forest of 100 trees explains of
        ${metric}${doubt === '' ? '' : `, ${doubt}`}. Spearman’s rank correlation is with ${metric}, of which
        ${direction === 'minimize' ? 'less is better: below 0, greater values of the parameter went with better trials' : 'more is better: above 0, greater values of the parameter went with better trials'}.
      </p>
      <figure>${inPage(importancePicture(sweep, file), `Importance of the parameters: ${label}`)}</figure>
      ${table(
        'Importance of the parameters',
        [
          { title: 'parameter' },
          { title: 'importance', isNumber: true },
          { title: 'rank correlation', isNumber: true },
          { title: 'trials with it', isNumber: true },
        ],
        paramImportance.map(({ key, importance: share, spearman, trials }): Cell[] => [
          keyCode(key),
          shareText(share),
          spearman === null ? '–' : figure(Number(spearman.toFixed(2))),
          whole(trials),
        ]),
      )}`;
  },
};
