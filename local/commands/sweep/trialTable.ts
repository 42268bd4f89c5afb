import { formatMetric, type SweepView, type TrialView } from '@trainyard/shared';
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
    error ? plain(error.message) : parametersText(varied(trial.parameters, sweep)),
  ].join(' ');
  return paint({ ...look, width }, STYLES[state], truncate(text.trimEnd(), width));
}

/** What differs between trials, in the order of the space: what matters most stands there first. */
function varied(parameters: TrialView['parameters'], { space }: SweepView): TrialView['parameters'] {
  const order = Object.keys(space);
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  const shown = Object.entries(parameters).filter(([key, value]) => {
    const parameter = space[key];
    return parameter?.type !== 'constant' || parameter.value !== value;
  });
  return Object.fromEntries(shown.toSorted(([a], [b]) => place(a) - place(b)));
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
      return plain(`${isAlone ? last(key) : key}=${valueText(value)}`);
    })
    .join(' ');
}

function valueText(value: TrialView['parameters'][string] | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return JSON.stringify(value);
  const short = Number(value.toPrecision(4));
  // 0.0000223 takes longer to read than 2.23e-5.
  return short !== 0 && Math.abs(short) < 0.001 ? short.toExponential() : String(short);
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
