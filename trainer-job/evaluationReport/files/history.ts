import type { EvaluationReport } from '@trainyard/shared';

/** `metrics/history.csv`: a line for each epoch, a column for each metric; a metric that an epoch lacks is empty. */
export function historyCsv(history: EvaluationReport['history']): string {
  const names = [...new Set(history.flatMap(({ metrics }) => Object.keys(metrics)))];
  const lines = history.map(({ epoch, seconds, metrics }) => [
    epoch,
    seconds,
    ...names.map((name) => metrics[name] ?? ''),
  ]);
  return [['epoch', 'seconds', ...names], ...lines].map((cells) => `${cells.join(',')}\n`).join('');
}
