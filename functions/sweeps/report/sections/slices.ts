import { whole, type ParameterSlice, type SweepView } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { inPage } from '@trainyard/shared/page/pictures';
import { type Cell, table } from '@trainyard/shared/page/table';
import { cut, metricFigure } from '@trainyard/shared/page/words';
import { slicePicture } from '../charts.js';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import type { SweepReport, SweepSection } from '../section.js';

/** So many parameters have a picture, those that matter most. */
const MOST_PICTURES = 12;

export const slices: SweepSection = {
  id: 'slices',
  title: 'By each parameter',
  content(report) {
    const { file } = report;
    if (file.convergence.bestSoFar.length === 0) return 'No trial has a result yet.';
    const byImportance = file.paramImportance.map(({ key }) => key);
    const keys = byImportance.filter((key) => Object.hasOwn(file.slices, key));
    if (keys.length === 0) return 'Nothing was varied.';
    const more = keys.length - MOST_PICTURES;
    return html`<p class="soft">
        A dot is a trial, a ring one that was stopped early, the large one the
        best.${more > 0 ? ` The ${MOST_PICTURES} parameters that matter most are shown; the tables have all.` : ''}
      </p>
      <div class="side">${keys.slice(0, MOST_PICTURES).map((key) => sliceFigure(key, report))}</div>
      <details>
        <summary>What each part of a range, and each choice, came to</summary>
        ${keys.map((key) => sliceTable(key, file.slices[key] ?? [], report.sweep))}
      </details>`;
  },
};

function sliceFigure(key: string, { sweep, trials }: SweepReport): Html {
  const parameter = sweep.space[key];
  if (!parameter) return html``;
  const label = `${sweep.objective.metric} of each trial by ${key}`;
  return html`<figure>${inPage(slicePicture(sweep, { key, parameter, trials }), label)}</figure>`;
}

function sliceTable(
  key: string,
  found: readonly ParameterSlice[],
  { objective: { metric } }: SweepView,
): Html {
  return html`<h3><code>${key}</code></h3>
    ${table(
      key,
      [
        { title: 'value' },
        { title: 'trials', isNumber: true },
        { title: `best ${metric}`, isNumber: true },
        { title: 'mean', isNumber: true },
        { title: 'best trial', isNumber: true },
      ],
      found.map(({ at, trials, best, mean, bestTrial }): Cell[] => [
        cut('value' in at ? valueText(at.value) : `${valueText(at.above)} to ${valueText(at.upTo)}`, 200),
        whole(trials),
        best === null ? '–' : metricFigure(metric, best),
        mean === null ? '–' : metricFigure(metric, mean),
        bestTrial ?? '–',
      ]),
    )}`;
}
