import { type Comparison, formatMetric, methodInWords, metricTitle, whole } from '@trainyard/shared';
import { html } from '@trainyard/shared/page/html';
import { dotChart } from '../charts/measures.js';
import type { Section } from '../page/section.js';
import { type Cell, firstOf, table } from '@trainyard/shared/page/table';
import { bounds, cut, metricFigure } from '@trainyard/shared/page/words';
import { metricOf } from '../words.js';

const DRAWN = 20;
const LISTED = 60;

export const slices: Section = {
  id: 'slices',
  title: 'For whom it is how good',
  content({ report, charts }) {
    const { primaryMetric } = report;
    if (primaryMetric === null) return 'Slices go by the primary metric, which has no value here.';
    if (report.slices.length === 0) return 'The rows were not told apart by city, activity or anything else.';
    const overall = metricOf(report.metrics, primaryMetric);
    const title = metricTitle(primaryMetric, 'test');
    const worse = report.slices.filter(({ isWorse }) => isWorse);
    const marks = report.slices.slice(0, DRAWN).flatMap(({ by, value, metrics, isWorse }) => {
      const found = metricOf(metrics, primaryMetric);
      return found
        ? [{ name: `${by}: ${value}`, value: found.value, interval: found.interval, isOwn: isWorse }]
        : [];
    });
    const chart = dotChart(charts.plot, marks, {
      metric: primaryMetric,
      label: `${title} of the worst slices: ${marks.map(({ name, value }) => `${name} ${formatMetric(primaryMetric, value)}`).join(', ')}`,
      ...(overall && {
        reference: { value: overall.value, name: `all rows ${formatMetric(primaryMetric, overall.value)}` },
      }),
    });
    const { shown, rest } = firstOf(report.slices, LISTED);
    // Of new users and items there is less than of others, and they may stand first.
    const columns = [
      ...new Set([primaryMetric, ...shown.flatMap(({ metrics }) => metrics.map(({ name }) => name))]),
    ];
    const hasOthers = shown.some(({ comparisons }) => comparisons.length > 0);
    return html`<p class="soft">
        The worst first.
        ${
          worse.length === 0
            ? 'No slice is worse than all rows together with the whole of its interval.'
            : `${whole(worse.length)} of ${whole(report.slices.length)} slices ${worse.length === 1 ? 'is' : 'are'} worse than all rows together with the whole of ${worse.length === 1 ? 'its' : 'their'} interval, in blue. Of a hundred slices of a model that is equally good for all, two or three look so by chance.`
        }
        ${report.slices.length > DRAWN ? `The chart has the first ${DRAWN}.` : ''}
      </p>
      <figure>${charts.draw(chart)}</figure>
      <details>
        <summary>All slices in figures</summary>
        ${table(
          'Slices',
          [
            { title: 'slice' },
            { title: 'rows', isNumber: true },
            { title: 'users', isNumber: true },
            ...columns.map((name) => ({ title: metricTitle(name, 'test'), isNumber: true })),
            ...(hasOthers ? [{ title: 'against the best other method' }] : []),
            { title: 'note' },
          ],
          shown.map(({ by, value, rows, users, metrics, comparisons, isWorse }): Cell[] => [
            `${by}: ${cut(value)}`,
            whole(rows),
            whole(users),
            ...columns.map((name): Cell => {
              const found = metricOf(metrics, name);
              if (!found) return '–';
              const text = formatMetric(name, found.value);
              return found.interval
                ? html`${text}<br /><small>${bounds(name, found.interval)}</small>`
                : text;
            }),
            ...(hasOthers ? [againstBest(comparisons, primaryMetric)] : []),
            isWorse ? html`<span class="tag bad">worse</span>` : '',
          ]),
        )}
        ${rest}
      </details>`;
  },
};

/** By the primary metric: how far from the best of the others on the same rows, and how sure. */
function againstBest(comparisons: readonly Comparison[], primaryMetric: string): Cell {
  const best = comparisons.find(({ metric }) => metric === primaryMetric);
  if (!best) return '–';
  const { difference, differenceInterval, against, metric } = best;
  const text = `${difference > 0 ? '+' : ''}${metricFigure(metric, difference)} against ${methodInWords(against)}`;
  return differenceInterval ? html`${text}<br /><small>${bounds(metric, differenceInterval)}</small>` : text;
}
