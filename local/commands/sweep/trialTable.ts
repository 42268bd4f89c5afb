import { formatMetric, type SweepView, type TrialView } from '@trainyard/shared';
import { shortKeys, variedKeys } from '@trainyard/shared/sweeps/shownKeys';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import { type Layout, paint, plain, truncate } from '../../watch/layout.js';
import { duration } from '../../watch/numbers.js';
import type { Terminal } from '../../watch/terminal.js';

const BAR = 12;
const STYLES = {
  completed: 'green',
  running: 'cyan',
  failed: 'red',
  pruned: 'yellow',
  cancelled: 'dim',
} as const;

/** How a line may look: on a terminal it is cut, for it is drawn over; anywhere else somebody searches for what is in it. */
export function roomOf({ isLive, layout }: Pick<Terminal, 'isLive' | 'layout'>): Layout {
  return { ...layout, width: isLive ? layout.width - 1 : Infinity };
}

const [NUMBER, STATE, VALUE, TOOK] = [6, 9, 10, 11];

/** What stands above the lines of trials. */
export function headLine({ objective }: SweepView): string {
  return [
    'trial'.padStart(NUMBER),
    'state'.padEnd(STATE),
    'epochs'.padEnd(BAR),
    objective.metric.padStart(VALUE),
    ' ',
    'took'.padEnd(TOOK),
    'settings (* the best when it ended)',
  ].join(' ');
}

/** One line for a trial: its number and state, how far its epochs are, its objective, and what it tries. */
export function trialLine(trial: TrialView, sweep: SweepView, { width, ...look }: Layout): string {
  const { number, state, value, curve, error } = trial;
  const { metric } = sweep.objective;
  const shown = value ?? curve.at(-1)?.value;
  const isBest = sweep.best?.number === number;
  const text = [
    String(number).padStart(NUMBER),
    state.padEnd(STATE),
    bar(shareOf(trial, sweep)),
    (shown === undefined ? '–' : formatMetric(metric, shown)).padStart(Math.max(VALUE, metric.length)),
    isBest ? '*' : ' ',
    (trial.seconds === null ? '' : duration(trial.seconds)).padEnd(TOOK),
    error ? plain(error.message) : parametersText(varied(trial, sweep)),
  ].join(' ');
  return paint({ ...look, width }, STYLES[state], truncate(text.trimEnd(), width));
}

function varied(trial: TrialView, { space }: SweepView): TrialView['parameters'] {
  const { parameters } = trial;
  const keys = variedKeys(space, [trial]).filter((key) => Object.hasOwn(parameters, key));
  return Object.fromEntries(keys.map((key) => [key, parameters[key] ?? null]));
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

/** `learningRate=0.01 batchSize=4096` */
export function parametersText(parameters: TrialView['parameters']): string {
  const keys = Object.keys(parameters);
  return shortKeys(keys)
    .map((name, i) => plain(`${name}=${valueText(parameters[keys[i] ?? name])}`))
    .join(' ');
}

/** How far the sweep is, as a line. */
export function progressLine({
  status,
  trials,
  maxTrials,
  best,
  objective,
  costUsd,
  waiting,
}: SweepView): string {
  const over = trials.completed + trials.pruned + trials.failed + trials.cancelled;
  const parts = [
    `${status}: ${over} of ${maxTrials} trials are over, ${trials.running} run`,
    waiting.length > 0 ? `${waiting.length} added by hand ${waiting.length === 1 ? 'waits' : 'wait'}` : '',
    best ? `best ${formatMetric(objective.metric, best.value)} (trial ${best.number})` : '',
    costUsd > 0 ? `$${costUsd.toFixed(2)}` : '',
  ];
  return `  ${parts.filter((part) => part !== '').join(', ')}`;
}
