import { whole, type SweepView, type TrialView } from '@trainyard/shared';
import { html, type Html } from '@trainyard/shared/page/html';
import { type Cell, type Column, table } from '@trainyard/shared/page/table';
import { cut, duration, metricFigure } from '@trainyard/shared/page/words';
import { isBetter } from '../../search/trial.js';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import { shortKeys, variedKeys } from '@trainyard/shared/sweeps/shownKeys';
import type { SweepSection } from '../section.js';

/** More rows make a page that is slow to open; `sweep.json` has all. */
export const MOST_TRIALS_SHOWN = 500;
/** More parameters are told in one cell. */
const MOST_COLUMNS = 8;

export const trials: SweepSection = {
  id: 'trials',
  title: 'All trials',
  content({ sweep, trials: all }) {
    if (all.length === 0) return 'No trial was started yet.';
    const shown = trialsShown(all, sweep);
    const keys = variedKeys(sweep.space, all);
    const names = shortKeys(keys);
    const isEach = keys.length <= MOST_COLUMNS;
    const columns: Column[] = [
      { title: 'trial', isNumber: true },
      { title: 'status' },
      { title: sweep.objective.metric, isNumber: true },
      { title: 'epochs', isNumber: true },
      { title: 'took', isNumber: true },
      { title: 'cost', isNumber: true },
      ...(isEach ? names.map((title) => ({ title })) : [{ title: 'parameters' }]),
      { title: 'run' },
    ];
    return html`<p class="soft small">
        By their numbers; the best is bold. What was the same in every trial is left out.
        ${shown.length < all.length ? `Of ${whole(all.length)} trials, the best ${whole(shown.length)} are here; sweep.json has all.` : ''}
      </p>
      ${table(
        'Trials',
        columns,
        shown.map((trial): Cell[] => [
          trial.number,
          ...outcomeCells(trial, sweep),
          ...(isEach
            ? keys.map((key) => cut(valueText(trial.parameters[key]), 100))
            : [cut(keys.map((key, i) => `${names[i]}=${valueText(trial.parameters[key])}`).join(' '), 600)]),
          trial.runId === null
            ? '–'
            : html`<code title="the run of trial ${trial.number}">${trial.runId}</code>`,
        ]),
      )}`;
  },
};

/** All, or the best of them; by their numbers. */
function trialsShown(all: readonly TrialView[], { objective }: Pick<SweepView, 'objective'>): TrialView[] {
  if (all.length <= MOST_TRIALS_SHOWN) return [...all];
  const rank = (a: TrialView, b: TrialView) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    return a.value === b.value ? 0 : isBetter(a.value, b.value, objective.direction) ? -1 : 1;
  };
  return all
    .toSorted(rank)
    .slice(0, MOST_TRIALS_SHOWN)
    .toSorted((a, b) => a.number - b.number);
}

const TONES: Readonly<Record<TrialView['state'], string>> = {
  completed: 'good',
  running: '',
  failed: 'bad',
  pruned: 'warn',
  cancelled: 'soft',
};

function outcomeCells(
  { number, state, value, curve, seconds, costUsd, error }: TrialView,
  sweep: SweepView,
): Cell[] {
  const { metric } = sweep.objective;
  const isBest = sweep.best?.number === number;
  return [
    statusCell(state, error),
    value === null
      ? '–'
      : isBest
        ? html`<span class="best">${metricFigure(metric, value)}</span>`
        : metricFigure(metric, value),
    curve.at(-1)?.epoch ?? '–',
    seconds === null ? '–' : duration(seconds),
    costUsd > 0 ? `$${costUsd.toFixed(costUsd < 0.1 ? 4 : 2)}` : '–',
  ];
}

function statusCell(state: TrialView['state'], error: TrialView['error']): Html {
  const word = html`<span class="${TONES[state]}">${state}</span>`;
  return error ? html`${word}<br /><small>${error.code}</small>` : word;
}
