import { type EvaluationReport, formatMetric, methodTitle, metricTitle, whole } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import type { Charts } from '../charts/charts.js';
import { SECTIONS } from '../sections/table.js';
import { bounds, duration, minute, signedPercent } from '@trainyard/shared/page/words';
import { metricOf, predictedRows } from '../words.js';
import type { Section, Shown } from './section.js';
import { pageText, tile, verdictPart } from '@trainyard/shared/page/shell';

type Decision = EvaluationReport['verdict']['decision'];

const WORDS: Readonly<Record<Decision, string>> = { ship: 'Ship', hold: 'Hold', unsure: 'Unsure' };

/** All that is known of a result as a page that needs nothing else: no script, nothing from elsewhere. */
export function renderReport(report: EvaluationReport, charts: Charts): string {
  const shown: Shown = { report, charts };
  const contents = SECTIONS.map((section) => ({ section, content: section.content(shown) }));
  const there = contents.filter(
    (one): one is { section: Section; content: Html } =>
      one.content !== null && typeof one.content !== 'string',
  );
  const missing = contents.flatMap(({ section, content }) =>
    typeof content === 'string' ? [{ title: section.title, why: content }] : [],
  );
  const { modelVersion, runId, evaluatedAt, attempt } = report.run;
  return pageText({
    title: `${modelVersion}: evaluation`,
    header: html`<h1>${modelVersion}</h1>
      <p class="soft">
        Evaluated ${minute(evaluatedAt)} · run ${runId}${attempt > 1 ? ` · attempt ${attempt}` : ''}
      </p>
      ${verdict(report)} ${tiles(report)}`,
    parts: there.map(({ section: { id, title }, content }) => ({ id, title, content })),
    leftOut: leftOut(report, missing),
    footer: html`Made of evaluation.json, which stands beside this page and has every figure.
    docs/evaluation.md of Trainyard says how to read it.`,
  });
}

function verdict({ verdict: { decision, sentence, reasons } }: EvaluationReport): Html {
  return verdictPart(decision, WORDS[decision], sentence, reasons);
}

/** The few figures that everybody asks for. */
function tiles(report: EvaluationReport): Html {
  const { primaryMetric, measured, training, comparisons } = report;
  const own = metricOf(report.metrics, primaryMetric);
  const best = comparisons.find(({ metric }) => metric === primaryMetric);
  const predicted = predictedRows(report);
  const seconds = Object.values(training.stageSeconds).reduce((sum, one) => sum + one, 0);
  return html`<dl class="tiles">
    ${
      own && primaryMetric !== null
        ? tile(
            metricTitle(primaryMetric, 'test'),
            formatMetric(primaryMetric, own.value),
            own.interval ? `95 %: ${bounds(primaryMetric, own.interval)}` : 'on the test split',
          )
        : ''
    }
    ${best ? bestTile(best) : ''}
    ${tile('measured', whole(measured.rows), `test rows of ${whole(measured.users)} users${predicted === null ? '' : `; predictions ${whole(predicted)}`}`)}
    ${tile('catalogue', whole(measured.items), 'items')}
    ${tile('its stages took', duration(seconds), `${whole(training.epochsTrained)} epochs, the best is ${whole(report.bestEpoch)}`)}
  </dl>`;
}

/** How far the model is from the best other method, as a share of it where that says something. */
function bestTile(best: EvaluationReport['comparisons'][number]): Html {
  const { metric, other, difference, differenceInterval, change, changeInterval } = best;
  const title = `against ${methodTitle(best.against)}`;
  const itself = `which has ${formatMetric(metric, other)}`;
  if (change === null) {
    const size = `${difference > 0 ? '+' : ''}${formatMetric(metric, difference)}`;
    return tile(title, size, differenceInterval ? `95 %: ${bounds(metric, differenceInterval)}` : itself);
  }
  const sure = changeInterval
    ? `95 %: ${signedPercent(changeInterval.low)} to ${signedPercent(changeInterval.high)}`
    : itself;
  return tile(title, signedPercent(change), sure);
}

/** Nothing is left out without a word. */
function leftOut(report: EvaluationReport, missing: readonly { title: string; why: string }[]): Html[] {
  return [
    ...report.leftOut.map(
      ({ what, why, remedy }) =>
        html`<strong>${what}</strong>:
          ${why}${remedy === null ? '' : html` <span class="soft">What to do: ${remedy}</span>`}`,
    ),
    ...missing.map(({ title, why }) => html`<strong>${title}</strong>: ${why}`),
  ];
}
