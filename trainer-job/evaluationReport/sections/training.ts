import { formatMetric, metricTitle, metricValue, whole } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { learningCurves } from '../charts/learningCurves.js';
import type { Section, Shown } from '../page/section.js';
import { pairs, table } from '@trainyard/shared/page/table';
import { duration } from '@trainyard/shared/page/words';

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
      ${againstQuickTest(shown)} ${epochs(shown)}`;
  },
};

/** Each metric beside that of the quick test that the run came from, and what it is above or below it. */
function againstQuickTest({ report: { metrics, provenance } }: Shown): Html {
  const quick = provenance?.quickResult;
  if (!quick) return html``;
  const both = metrics.flatMap(({ name, value }) => {
    const other = metricValue(quick.metrics, name);
    return other === undefined ? [] : [{ name, value, other }];
  });
  const isOfOtherRows = quick.rowsDigest !== provenance.data.digest;
  return html`<h3>Against the quick test ${quick.name}</h3>
    ${
      isOfOtherRows
        ? html`<p class="soft">
            The quick test was measured on other rows: a difference is of both, the model and the rows.
          </p>`
        : ''
    }
    ${table(
      'Against the quick test',
      [
        { title: 'metric' },
        { title: 'this run', isNumber: true },
        { title: 'quick test', isNumber: true },
        { title: 'difference', isNumber: true },
      ],
      both.map(({ name, value, other }) => [
        metricTitle(name),
        formatMetric(name, value),
        formatMetric(name, other),
        `${value > other ? '+' : ''}${formatMetric(name, value - other)}`,
      ]),
    )}`;
}

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
