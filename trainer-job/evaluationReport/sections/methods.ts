import { formatMetric, isBetter, type MeasuredMetric, methodTitle, metricTitle } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { dotChart } from '../charts/measures.js';
import type { Section, Shown } from '../page/section.js';
import { type Cell, table } from '@trainyard/shared/page/table';
import { bounds, figure, metricFigure, signedPercent } from '@trainyard/shared/page/words';
import { metricOf } from '../words.js';

/** The model beside every simple method: by the primary metric as a chart, and by how much; by all others as a table. */
export const methods: Section = {
  id: 'methods',
  title: 'Beside other methods',
  content(shown) {
    const { report } = shown;
    if (report.primaryMetric === null)
      return report.measured.rows === 0
        ? 'No test row could be measured, so there is nothing to compare: the section on the data says why.'
        : 'The primary metric has no value on the test rows, so there is nothing to compare by: the warnings say why.';
    if (report.methods.length === 0) return 'The result was compared with no other method.';
    const best = report.comparisons.find(({ metric }) => metric === report.primaryMetric);
    const sure = best?.differenceInterval
      ? ' The line through a dot is its 95 % interval. How sure a difference is comes from draws that both share, so it may be sure though the lines overlap.'
      : '';
    return html`<p class="soft">
        Every method was measured on the same rows.
        ${best ? `The best of the others is ${methodTitle(best.against)}.` : ''}${sure}
      </p>
      ${primaryChart(shown)} ${differences(shown)} ${settings(shown)}`;
  },
};

function primaryChart({ report, charts }: Shown): Html {
  const { primaryMetric, methods: others } = report;
  if (primaryMetric === null) return html``;
  const all = [{ name: 'this model', metrics: report.metrics }, ...others];
  const marks = all
    .flatMap(({ name, metrics }, i) => {
      const found = metricOf(metrics, primaryMetric);
      return found
        ? [{ name: methodTitle(name), value: found.value, interval: found.interval, isOwn: i === 0 }]
        : [];
    })
    .toSorted((a, b) => (a.value === b.value ? 0 : isBetter(primaryMetric, a.value, b.value) ? -1 : 1));
  const title = metricTitle(primaryMetric, 'test');
  const label = `${title} of each method: ${marks.map(({ name, value }) => `${name} ${formatMetric(primaryMetric, value)}`).join(', ')}`;
  return html`<figure>
    ${charts.draw(dotChart(charts.plot, marks, { metric: primaryMetric, label }))}
  </figure>`;
}

/** By the primary metric: how much better or worse than each. */
function differences({ report }: Shown): Html {
  const rows = report.comparisons
    .filter(({ metric }) => metric === report.primaryMetric)
    .map((one): Cell[] => {
      const { metric, against, other, difference, differenceInterval, change, changeInterval } = one;
      const isBetterHere = isBetter(metric, one.value, other);
      const tone = difference === 0 ? '' : isBetterHere ? 'good' : 'bad';
      return [
        methodTitle(against),
        formatMetric(metric, other),
        html`<span class="${tone}">${difference > 0 ? '+' : ''}${metricFigure(metric, difference)}</span>`,
        differenceInterval ? bounds(metric, differenceInterval) : '–',
        html`<span class="${tone}">${change === null ? '–' : signedPercent(change)}</span>`,
        changeInterval
          ? `${signedPercent(changeInterval.low)} to ${signedPercent(changeInterval.high)}`
          : '–',
      ];
    });
  if (rows.length === 0) return html``;
  return table(
    'This model against each method',
    [
      { title: 'against' },
      { title: `its ${metricTitle(report.primaryMetric ?? '', 'test')}`, isNumber: true },
      { title: 'difference', isNumber: true },
      { title: '95 %', isNumber: true },
      { title: 'change', isNumber: true },
      { title: '95 %', isNumber: true },
    ],
    rows,
  );
}

/** What methods were computed with. */
function settings({ report }: Shown): Html {
  const told = report.methods.filter(({ settings: of }) => Object.keys(of).length > 0);
  if (told.length === 0) return html``;
  const text = told.map(
    ({ name, settings: of }) =>
      `${methodTitle(name)} (${Object.entries(of)
        .map(([key, value]) => `${key} ${typeof value === 'number' ? figure(value) : (value ?? 'none')}`)
        .join(', ')})`,
  );
  return html`<p class="soft small">Computed with: ${text.join('; ')}.</p>`;
}

/** Every metric of the model and of each method, but for those that the section on lists has. */
export const metrics: Section = {
  id: 'metrics',
  title: 'All metrics',
  content({ report }) {
    const all = [{ name: 'this model', metrics: report.metrics }, ...report.methods];
    const shown = report.metrics.filter(({ name }) => !isOfLists(name, report));
    const rows = shown.map(({ name }): Cell[] => {
      const values = all.map(({ metrics: of }) => metricOf(of, name));
      const best = bestOf(name, values);
      return [
        metricTitle(name, 'test'),
        ...values.map((value) => valueCell(name, value, all.length > 1 && value?.value === best)),
      ];
    });
    const hasIntervals = report.metrics.some(({ interval }) => interval !== null);
    return html`<p class="soft">
        On the test split. The best of a row is bold.
        ${hasIntervals ? 'Below a value stand the bounds of its 95 % interval, from draws over users.' : 'No intervals were computed.'}
      </p>
      ${table('All metrics', [{ title: 'metric' }, ...all.map(({ name }) => ({ title: methodTitle(name), isNumber: true }))], rows)}`;
  },
};

/** Whether it says what the model's lists are like, which no other method has. */
function isOfLists(name: string, { lists, methods: others }: Shown['report']): boolean {
  const isListed = lists.some(({ metrics: of }) => metricOf(of, name) !== undefined);
  return isListed && !others.some(({ metrics: of }) => metricOf(of, name) !== undefined);
}

function bestOf(name: string, values: readonly (MeasuredMetric | undefined)[]): number | undefined {
  const found = values.flatMap((value) => (value ? [value.value] : []));
  return found.length < 2
    ? undefined
    : found.reduce((best, value) => (isBetter(name, value, best) ? value : best));
}

function valueCell(name: string, value: MeasuredMetric | undefined, isBest: boolean): Cell {
  if (!value) return html`<span class="soft">–</span>`;
  const text = metricFigure(name, value.value);
  return html`${isBest ? html`<span class="best">${text}</span>` : text}${
    value.interval ? html`<br /><small>${bounds(name, value.interval)}</small>` : ''
  }`;
}
