import { formatMetric, metricTitle, resultMetrics } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { type Cell, table } from '@trainyard/shared/page/table';
import { cut, metricFigure } from '@trainyard/shared/page/words';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import type { SweepSection } from '../section.js';
import { rowsText, sampledShare } from '@trainyard/shared/sweeps/finals';
import { verdictOf, type Worth } from '../worth.js';

/** What the best trial came to on rows that no trial was chosen by. */
export const retrained: SweepSection = {
  id: 'retrained',
  title: 'What it was worth',
  content({ sweep, worths }) {
    if (worths.length === 0)
      return sweep.best
        ? `The best trial was not retrained: trainyard sweep finalize ${sweep.sweepId} holds it on the test rows against what was before the sweep.`
        : null;
    return html`${worths.toReversed().map(worthPart)}`;
  },
};

function worthPart(worth: Worth): Html {
  const { final, run, baseline, repeats } = worth;
  const overrides = Object.entries(final.overrides).map(
    ([key, value]) => `${key} = ${cut(valueText(value), 100)}`,
  );
  return html`<h3>Trial ${final.trial}, retrained as ${run.name}</h3>
    <p>
      Run <code>${run.runId}</code> is
      ${run.status}${overrides.length === 0 ? '' : `, with ${overrides.join(', ')}`}.
      ${
        baseline
          ? html`What was before the sweep was trained alike as ${baseline.name}
            (<code>${baseline.runId}</code>), which is ${baseline.status}.`
          : 'What was before the sweep was not trained beside it.'
      }
      ${repeats.count === 0 ? '' : `${repeats.completed} of ${repeats.count} repetitions with other seeds are completed.`}
      ${repeats.refusal === null ? '' : `No more repetitions: ${repeats.refusal}`}
    </p>
    ${sampleLine(run)}
    ${(worth.comparison?.comparability.reasons ?? []).map((reason) => html`<p class="warn small">${reason}</p>`)}
    <p><strong>${verdictOf(worth)}</strong></p>
    ${figures(worth)}`;
}

/** Before the figures, of a version that is made of a part of the rows. */
function sampleLine({ spec }: Worth['run']): Html {
  const share = sampledShare(spec);
  return share === null
    ? html``
    : html`<p class="warn small">
        This version read ${rowsText(share)} only (<code>dataset.sample</code>).
      </p>`;
}

function figures({ run, comparison, repeats }: Worth): Html {
  if (!run.result) return html``;
  const { metrics } = run.result;
  const compared = new Map(comparison?.metrics.map((metric) => [metric.name, metric]));
  const spreads = new Map(repeats.sensitivity?.metrics.map((spread) => [spread.metric, spread]));
  // Columns of what was not trained would hold dashes alone.
  const [isCompared, isRepeated] = [comparison !== null, spreads.size > 0];
  const signed = (name: string, value: number | null | undefined) =>
    value === null || value === undefined ? '–' : `${value > 0 ? '+' : ''}${metricFigure(name, value)}`;
  return table(
    'On the test split',
    [
      { title: 'on the test split' },
      ...(isCompared ? [{ title: 'before', isNumber: true }] : []),
      { title: 'tuned', isNumber: true },
      ...(isCompared ? [{ title: 'delta', isNumber: true }] : []),
      ...(isRepeated
        ? [
            { title: 'mean of seeds', isNumber: true },
            { title: 'std', isNumber: true },
          ]
        : []),
    ],
    resultMetrics(Object.keys(metrics)).map((name): Cell[] => [
      metricTitle(name, 'test'),
      ...(isCompared ? [formatMetric(name, compared.get(name)?.values[0] ?? undefined)] : []),
      metricFigure(name, metrics[name]),
      ...(isCompared ? [signed(name, compared.get(name)?.deltas[1])] : []),
      ...(isRepeated
        ? [
            metricFigure(name, spreads.get(name)?.mean),
            formatMetric(name, spreads.get(name)?.std ?? undefined),
          ]
        : []),
    ]),
  );
}
