/** What a sweep has found, as files and as lines. */
import { formatMetric, withParameters, type SweepView } from '@trainyard/shared';
import { asFile } from '@trainyard/shared/page/pictures';
import { bestSoFarPicture, importancePicture, shareText } from '@trainyard/functions/sweeps/report/charts';
import { budgetDoubt, doubtOf, type SweepFile } from '@trainyard/functions/sweeps/report/sweepFile';
import { isImportanceTold } from '@trainyard/shared/sweeps/isImportanceTold';
import { waitingText } from '@trainyard/shared/sweeps/waitingText';
import { stringify } from 'yaml';
import { plain, wrap } from '../../watch/layout.js';
import { writeNamed } from '../../cannotWrite.js';
import { parametersText } from './trialTable.js';

/** Writes `sweep.json` into a folder, and of the report, the best trial and the pictures those that there are; returns the names. */
export async function writeOutcome(
  sweep: SweepView,
  { file, report }: { file: SweepFile; report: string | undefined },
  folder: string,
): Promise<string[]> {
  const { best, spec } = sweep;
  const files: Record<string, string> = {
    ...(report !== undefined && { 'report.html': report }),
    'sweep.json': `${JSON.stringify(file, null, 2)}\n`,
    ...(best && { 'best.yaml': bestYaml(sweep, withParameters(spec, best.parameters)) }),
    ...(best && { 'best_so_far.svg': asFile(bestSoFarPicture(sweep, file)) }),
    ...(isImportanceTold(file.paramImportance) && {
      'parameter_importance.svg': asFile(importancePicture(sweep, file)),
    }),
  };
  await writeNamed(files, folder, '--out');
  return Object.keys(files);
}

function bestYaml({ sweepId, objective, best }: SweepView, spec: unknown): string {
  const head = `# The best of sweep ${sweepId}: trial ${best?.number}, ${objective.metric} ${best?.value}\n`;
  return head + stringify(spec);
}

/** The best trial, what mattered, and what to do next. */
export function outcomeLines(sweep: SweepView, file: SweepFile, width: number): string[] {
  const { best, objective, sweepId, endReason, trials: counts } = sweep;
  const { convergence } = file;
  const ended = Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []));
  const unlimited = budgetDoubt(sweep);
  const head = [
    '',
    `sweep ${sweepId} ${sweep.status}${endReason === null ? '' : ` (${endReason})`}: ${ended.join(', ') || 'no trial'}`,
    ...[unlimited, waitingText(sweep)].flatMap((text) => (text === '' ? [] : wrap(text, width, '  '))),
  ];
  if (!best) return [...head, ...withoutResult(sweep)];
  const rate =
    convergence.rate === null ? [] : [`${shareText(convergence.rate)} of the trials are within 5 % of it`];
  return [
    ...head,
    `  the best is trial ${best.number}: ${objective.metric} ${formatMetric(objective.metric, best.value)}`,
    ...wrap(parametersText(best.parameters), width, '    '),
    ...rate.map((text) => `  ${text}`),
    ...importanceLines(sweep, file),
  ];
}

function importanceLines(sweep: SweepView, file: SweepFile): string[] {
  const { paramImportance } = file;
  if (paramImportance.length === 0) return [];
  if (!isImportanceTold(paramImportance))
    return [
      '',
      '  no trial with a result was better than another: nothing can be said of what mattered, and there is no picture of it',
    ];
  const doubt = doubtOf(sweep);
  return [
    '',
    `  importance of the parameters${doubt === '' ? '' : `, ${doubt}`}`,
    ...paramImportance.map(
      ({ key, importance, spearman }) =>
        `    ${shareText(importance).padStart(6)}  ${plain(key)}${spearman === null ? '' : ` (rank correlation ${spearman.toFixed(2)})`}`,
    ),
  ];
}

function withoutResult({ status, trials, objective }: SweepView): string[] {
  if (status !== 'completed' && status !== 'cancelled') return ['  no trial has a result yet'];
  return trials.failed > 0
    ? ['  no trial has a result: the lines above say why they failed']
    : [`  no trial went on to its end with a ${objective.metric}`];
}
