import { assertNever, isTerminal, type Progress, type RunView } from '@trainyard/shared';
import { type Layout, paint, truncate } from './layout.js';
import { dollars, duration, whole } from './numbers.js';
import type { WatchState } from './watchState.js';

const BAR = 24;

/** The lines that change while one looks: what goes on right now. None when the run is over. */
export function livePart(state: WatchState, now: number, layout: Layout): string[] {
  const { run } = state;
  if (!run) return [paint(layout, 'dim', '  waiting for the run …')];
  if (isTerminal(run.status)) return [];
  const seconds = Math.max(0, now - state.since) / 1000;
  const isTraining = run.currentStage === 'train' && run.status === 'running';
  const text =
    isTraining && run.progress
      ? trainingText(state, run, run.progress, seconds)
      : `${doing(run)} … ${duration(seconds)}${run.cost ? `  ${dollars(run.cost.usd)} so far` : ''}`;
  return [`  ${paint(layout, 'cyan', truncate(text, layout.width - 3))}`];
}

function doing(run: RunView): string {
  switch (run.status) {
    case 'pending':
      return 'waiting for a machine';
    case 'provisioning':
      return run.job ? `the trainer starts on ${run.job.tier}` : 'the trainer starts';
    case 'running':
      return run.currentStage === null ? 'the trainer begins' : `${run.currentStage}${share(run.progress)}`;
    case 'cancelling':
      return 'stopping';
    case 'completed':
    case 'failed':
    case 'cancelled':
      return run.status;
    default:
      return assertNever(run.status);
  }
}

function share(progress: Progress | null): string {
  return progress && progress.fraction > 0 ? ` ${Math.floor(progress.fraction * 100)} %` : '';
}

function trainingText(state: WatchState, run: RunView, progress: Progress, seconds: number): string {
  const { fraction, step, totalSteps, examplesPerSecond } = progress;
  const epoch = Math.min(run.currentEpoch + 1, run.totalEpochs);
  const left = secondsLeft(state, run, fraction, seconds);
  return [
    `epoch ${epoch}/${run.totalEpochs}`,
    bar(fraction),
    `${Math.floor(fraction * 100)} %`.padStart(5),
    step !== null && totalSteps !== null ? `step ${step}/${totalSteps}` : '',
    examplesPerSecond !== null ? `${whole(examplesPerSecond)} examples/s` : '',
    run.cost ? `${dollars(run.cost.usd)} so far` : '',
    left === null ? '' : `about ${duration(left)} left`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** Until the last epoch ends, if none stops early: by the last epoch's time, before there is one by this one's pace. */
function secondsLeft(state: WatchState, run: RunView, fraction: number, seconds: number): number | null {
  const last = state.epochs.get(run.currentEpoch)?.seconds;
  const perEpoch = last ?? (fraction > 0.1 ? seconds / fraction : null);
  return perEpoch === null ? null : perEpoch * Math.max(0, run.totalEpochs - run.currentEpoch - fraction);
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * BAR);
  return '█'.repeat(full) + '░'.repeat(BAR - full);
}
