/** The report of a sweep: what was found, as a page that needs nothing else. */
import { whole, type SweepEndReason, type SweepStatus, type SweepView } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { pageText, tile, verdictPart } from '@trainyard/shared/page/shell';
import { duration, metricFigure, minute } from '@trainyard/shared/page/words';
import { waitingText } from '@trainyard/shared/sweeps/waitingText';
import { EQUAL_SCORES } from '../outcome.js';
import type { SweepReport, SweepSection } from './section.js';
import { best } from './sections/best.js';
import { importance } from './sections/importance.js';
import { progress } from './sections/progress.js';
import { retrained } from './sections/retrained.js';
import { search } from './sections/search.js';
import { slices } from './sections/slices.js';
import { trials } from './sections/trials.js';
import { unfinished } from './sections/unfinished.js';
import { budgetDoubt, doubtOf } from './sweepFile.js';

/** In the order of the page. */
const SECTIONS: readonly SweepSection[] = [
  best,
  retrained,
  progress,
  importance,
  slices,
  unfinished,
  trials,
  search,
];

export function renderSweep(report: SweepReport): string {
  const { sweep, at } = report;
  const contents = SECTIONS.map(({ id, title, content }) => ({ id, title, content: content(report) }));
  return pageText({
    title: `${sweep.name}: sweep of ${sweep.modelId}`,
    header: html`<h1>${sweep.name}</h1>
      <p class="soft">
        A sweep of ${sweep.modelId} · ${sweep.sweepId} · begun ${minute(sweep.createdAt)} · as of
        ${minute(at.toISOString())}
      </p>
      ${sweep.description === '' ? '' : html`<p>${sweep.description}</p>`} ${headline(report)}
      ${tiles(report)}`,
    parts: contents.flatMap(({ content, ...part }) =>
      content === null || typeof content === 'string' ? [] : [{ ...part, content }],
    ),
    leftOut: contents.flatMap(({ title, content }) =>
      typeof content === 'string' ? [html`<strong>${title}</strong>: ${content}`] : [],
    ),
    footer: html`sweep.json, which trainyard sweep show ${sweep.sweepId} --out DIR writes beside this page,
    has every figure. docs/sweeps.md of Trainyard says what a sweep is.`,
  });
}

const ENDS: Readonly<Record<SweepEndReason, string>> = {
  maxTrials: 'All its trials were made.',
  exhausted: 'Every combination was tried.',
  timeout: 'Its time was over.',
  budget: 'The next trial would have exceeded its budget.',
  failures: 'Its trials failed, and none succeeded.',
  cancelled: 'It was cancelled.',
};

const STATES: Readonly<Record<SweepStatus, string>> = {
  running: 'Running',
  paused: 'Paused',
  cancelling: 'Being cancelled',
  completed: 'Completed',
  cancelled: 'Cancelled',
};

function headline(report: SweepReport): Html {
  const { sweep, trials: all } = report;
  const { status, endReason, best: found, objective } = sweep;
  const tone = found ? (status === 'completed' ? 'ship' : 'unsure') : 'hold';
  const collapsed = all.filter(({ error }) => error?.code === EQUAL_SCORES).length;
  const doubt = doubtOf(sweep);
  const unlimited = budgetDoubt(sweep);
  const reasons = [
    ...(endReason === null ? [] : [ENDS[endReason]]),
    ...[unlimited, waitingText(sweep)].flatMap((text) =>
      text === '' ? [] : [`${text.replace(/^t/, 'T')}.`],
    ),
    ...(found && doubt !== '' ? [`What mattered is ${doubt}.`] : []),
    ...(sweep.trials.failed > 0
      ? [
          `${counted(sweep.trials.failed, 'trial')} failed${collapsed > 0 ? `, of ${collapsed === sweep.trials.failed ? 'which all' : `which ${collapsed}`} since the model collapsed` : ''}.`,
        ]
      : []),
  ];
  const sentence = found
    ? `Trial ${found.number} is the best${endReason === null ? ' so far' : ''}: ${objective.metric} ${metricFigure(objective.metric, found.value)}`
    : 'No trial has a result';
  return verdictPart(tone, STATES[status], sentence, reasons);
}

function tiles({ sweep, trials: all, worths }: SweepReport): Html {
  const { completed, pruned, failed, cancelled, running } = sweep.trials;
  const epochs = all.reduce((sum, { curve }) => sum + (curve.at(-1)?.epoch ?? 0), 0);
  const kinds = [
    `${whole(completed)} completed`,
    ...(pruned > 0 ? [`${whole(pruned)} stopped early`] : []),
    ...(failed > 0 ? [`${whole(failed)} failed`] : []),
    ...(cancelled > 0 ? [`${whole(cancelled)} cancelled`] : []),
    ...(running > 0 ? [`${whole(running)} running`] : []),
  ];
  const newest = worths.at(-1);
  return html`<dl class="tiles">
    ${tile('trials', `${whole(all.length)} of ${whole(sweep.maxTrials)}`, kinds.join(', '))}
    ${tile('epochs', whole(epochs), 'of all trials together')}
    ${tile('took', tookText(sweep), sweep.endedAt === null ? 'it has not ended' : 'from its start to its end')}
    ${tile('cost', sweep.costUsd > 0 ? `$${sweep.costUsd.toFixed(2)}` : '–', sweep.budgetUsd === null ? 'of the trials that have ended' : `of a budget of $${sweep.budgetUsd.toFixed(2)}`)}
    ${newest ? tile('retrained as', newest.run.name, newest.run.status) : ''}
  </dl>`;
}

function tookText({ createdAt, endedAt }: SweepView): string {
  return endedAt === null ? '–' : duration((Date.parse(endedAt) - Date.parse(createdAt)) / 1000);
}

const counted = (count: number, what: string) => (count === 1 ? `One ${what}` : `${whole(count)} ${what}s`);
