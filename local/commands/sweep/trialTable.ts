import { formatMetric, type SweepView, type TrialView } from '@trainyard/shared';
import { type Layout, paint, plain, truncate } from '../../watch/layout.js';
import { duration } from '../../watch/numbers.js';

const BAR = 12;
const STYLES = {
  completed: 'green',
  running: 'cyan',
  failed: 'red',
  pruned: 'yellow',
  cancelled: 'dim',
} as const;

/** One line for a trial: its number and state, how far its epochs are, its objective, and what it tries. */
export function trialLine(trial: TrialView, sweep: SweepView, layout: Layout): string {
  const { number, state, value, curve, parameters, error } = trial;
  const { metric } = sweep.objective;
  const shown = value ?? curve.at(-1)?.value;
  const isBest = sweep.best?.number === number;
  const text = [
    `  ${String(number).padStart(4)}`,
    state.padEnd(9),
    bar(shareOf(trial, sweep)),
    (shown === undefined ? '–' : formatMetric(metric, shown)).padStart(9),
    isBest ? '*' : ' ',
    trial.seconds === null ? '' : duration(trial.seconds),
    error ? plain(error.message) : parametersText(parameters),
  ].join(' ');
  return paint(layout, STYLES[state], truncate(text, layout.width - 1));
}

/** Of a trial that is completed all, also where it stopped early. */
function shareOf({ state, curve, parameters }: TrialView, { spec }: SweepView): number {
  if (state === 'completed') return 1;
  const own = parameters['training.epochs'];
  const epochs = typeof own === 'number' ? own : spec.training.epochs;
  return Math.min(1, (curve.at(-1)?.epoch ?? 0) / epochs);
}

function bar(share: number): string {
  const full = Math.round(share * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}

/** `learningRate=0.01 batchSize=4096`: by the last part of each key, or the whole one where two end alike. */
export function parametersText(parameters: TrialView['parameters']): string {
  const keys = Object.keys(parameters);
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  return keys
    .map((key) => {
      const isAlone = keys.filter((other) => last(other) === last(key)).length === 1;
      const value = parameters[key];
      const shown = typeof value === 'number' ? Number(value.toPrecision(4)) : value;
      return plain(
        `${isAlone ? last(key) : key}=${typeof shown === 'string' ? shown : JSON.stringify(shown)}`,
      );
    })
    .join(' ');
}

/** How far the sweep is, as a line. */
export function progressLine({ status, trials, maxTrials, best, objective, costUsd }: SweepView): string {
  const over = trials.completed + trials.pruned + trials.failed + trials.cancelled;
  const parts = [
    `${status}: ${over} of ${maxTrials} trials are over, ${trials.running} run`,
    best ? `best ${formatMetric(objective.metric, best.value)} (trial ${best.number})` : '',
    costUsd > 0 ? `$${costUsd.toFixed(2)}` : '',
  ];
  return `  ${parts.filter((part) => part !== '').join(', ')}`;
}
