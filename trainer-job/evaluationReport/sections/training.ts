import { formatMetric, metricTitle, whole } from '@trainyard/shared';
import { html, type Html } from '../../page/html.js';
import { learningCurves } from '../charts/learningCurves.js';
import type { Section, Shown } from '../page/section.js';
import { pairs, table } from '../page/table.js';
import { duration } from '../words.js';

const MOST_EPOCHS = 300;

export const training: Section = {
  id: 'training',
  title: 'Training',
  content(shown) {
    const { report, charts } = shown;
    if (report.history.length === 0)
      return 'No epoch was trained: the result is that of the model as it started, or of an earlier checkpoint.';
    const { earlyStoppedAtEpoch, epochsTrained, examplesPerSecond } = report.training;
    const stopped = earlyStoppedAtEpoch === null ? 'no' : `after epoch ${earlyStoppedAtEpoch}`;
    return html`<p class="soft">The dashed line marks the epoch whose weights were kept.</p>
      <div class="side">
        ${learningCurves(charts.plot, report).map((chart) => html`<figure>${charts.draw(chart)}</figure>`)}
      </div>
      ${pairs([
        ['epochs', whole(epochsTrained)],
        ['the best', whole(report.bestEpoch)],
        ['stopped early', stopped],
        ['speed', `${whole(examplesPerSecond)} examples/s`],
        [
          'stages',
          Object.entries(report.training.stageSeconds)
            .map(([stage, seconds]) => `${stage} ${duration(seconds)}`)
            .join(' · '),
        ],
      ])}
      ${epochs(shown)}`;
  },
};

function epochs({ report: { history } }: Shown): Html {
  const names = [...new Set(history.flatMap(({ metrics }) => Object.keys(metrics)))];
  const shown = history.slice(-MOST_EPOCHS);
  const left = history.length - shown.length;
  return html`<details>
    <summary>Each epoch in figures</summary>
    ${left > 0 ? html`<p class="soft small">The first ${whole(left)} epochs stand in metrics/history.csv.</p>` : ''}
    ${table(
      'Epochs',
      [
        { title: 'epoch', isNumber: true },
        ...names.map((name) => ({ title: metricTitle(name), isNumber: true })),
        { title: 'seconds', isNumber: true },
      ],
      shown.map(({ epoch, seconds, metrics }) => [
        epoch,
        ...names.map((name) => formatMetric(name, metrics[name])),
        seconds.toFixed(1),
      ]),
    )}
  </details>`;
}
