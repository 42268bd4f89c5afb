/** What a sweep has found, as files and as lines. */
import { formatMetric, withParameters, type SweepView, type TrialView } from '@trainyard/shared';
import { importanceOf, type ParameterImportance } from '@trainyard/functions/sweeps/search/importance';
import {
  convergenceOf,
  slicesOf,
  type Convergence,
  type Slice,
} from '@trainyard/functions/sweeps/search/learned';
import type { SearchTrial } from '@trainyard/functions/sweeps/search/trial';
import { stringify } from 'yaml';
import { barPicture, chartPicture } from '../../pictures/svg.js';
import { plain, wrap } from '../../watch/layout.js';
import { writeNamed } from '../../cannotWrite.js';
import { parametersText } from './trialTable.js';

/** `sweep.json`: all that was found, so that it can be loaded again. */
export interface SweepFile {
  sweepId: string;
  modelId: string;
  name: string;
  status: SweepView['status'];
  endReason: SweepView['endReason'];
  objectiveMetric: string;
  direction: 'minimize' | 'maximize';
  paramSpace: SweepView['space'];
  bestParams: TrialView['parameters'] | null;
  bestScore: number | null;
  bestTrial: number | null;
  results: {
    trial: number;
    runId: string | null;
    state: TrialView['state'];
    params: TrialView['parameters'];
    score: number | null;
    seconds: number | null;
    costUsd: number;
  }[];
  paramImportance: ParameterImportance[];
  convergence: Convergence;
  slices: Record<string, Slice[]>;
  /** The runs that retrained the best trial. */
  finals: SweepView['finals'];
}

export function sweepFileOf(sweep: SweepView, trials: readonly TrialView[]): SweepFile {
  const { sweepId, modelId, name, status, endReason, objective, space, best, seed } = sweep;
  const history = trials.map(searchTrialOf);
  return {
    sweepId,
    modelId,
    name,
    status,
    endReason,
    objectiveMetric: objective.metric,
    direction: objective.direction,
    paramSpace: space,
    bestParams: best?.parameters ?? null,
    bestScore: best?.value ?? null,
    bestTrial: best?.number ?? null,
    results: trials.map(({ number, runId, state, parameters, value, seconds, costUsd }) => ({
      trial: number,
      runId,
      state,
      params: parameters,
      score: value,
      seconds,
      costUsd,
    })),
    paramImportance: importanceOf(history, space, seed),
    convergence: convergenceOf(history, objective.direction),
    slices: slicesOf(history, space, objective.direction),
    finals: sweep.finals,
  };
}

/** For the search, a trial that was cancelled has failed: it has no value that could be learned from. */
function searchTrialOf({ number, parameters, state, value, curve }: TrialView): SearchTrial {
  return { number, parameters, state: state === 'cancelled' ? 'failed' : state, value, curve: [...curve] };
}

/** Writes `sweep.json`, the pictures and, where there is a best trial, `best.yaml` into a folder; returns the names. */
export async function writeOutcome(sweep: SweepView, file: SweepFile, folder: string): Promise<string[]> {
  const { name, objective, best, spec } = sweep;
  const title = `${name}: ${objective.metric}`;
  const { bestSoFar } = file.convergence;
  const files: Record<string, string> = {
    'sweep.json': `${JSON.stringify(file, null, 2)}\n`,
    ...(best && { 'best.yaml': bestYaml(sweep, withParameters(spec, best.parameters)) }),
    'best_so_far.svg': chartPicture({
      title: `${title}, the best so far`,
      x: 'trial',
      y: objective.metric,
      dots: bestSoFar.map(({ number, value }) => [number, value]),
      line: bestSoFar.map(({ number, best: soFar }) => [number, soFar]),
    }),
    'parameter_importance.svg': barPicture(
      `${title}, importance of parameters`,
      file.paramImportance.map(({ key, importance }) => ({
        label: key,
        value: importance,
        text: percent(importance),
      })),
    ),
  };
  await writeNamed(files, folder, '--out');
  return Object.keys(files);
}

function bestYaml({ sweepId, objective, best }: SweepView, spec: unknown): string {
  const head = `# The best of sweep ${sweepId}: trial ${best?.number}, ${objective.metric} ${best?.value}\n`;
  return head + stringify(spec);
}

/** The best trial, what mattered, and what to do next. */
export function outcomeLines(
  sweep: SweepView,
  { paramImportance, convergence }: SweepFile,
  width: number,
): string[] {
  const { best, objective, sweepId, endReason, trials: counts } = sweep;
  const ended = Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []));
  const head = [
    '',
    `sweep ${sweepId} ${sweep.status}${endReason === null ? '' : ` (${endReason})`}: ${ended.join(', ') || 'no trial'}`,
  ];
  if (!best) return [...head, ...withoutResult(sweep)];
  const rate =
    convergence.rate === null ? [] : [`${percent(convergence.rate)} of the trials are within 5 % of it`];
  return [
    ...head,
    `  the best is trial ${best.number}: ${objective.metric} ${formatMetric(objective.metric, best.value)}`,
    ...wrap(parametersText(best.parameters), width, '    '),
    ...rate.map((text) => `  ${text}`),
    ...(paramImportance.length === 0 ? [] : ['', `  importance of the parameters${doubt(sweep)}`]),
    ...paramImportance.map(
      ({ key, importance, spearman }) =>
        `    ${percent(importance).padStart(6)}  ${plain(key)}${spearman === null ? '' : ` (rank correlation ${spearman.toFixed(2)})`}`,
    ),
  ];
}

const ENOUGH_RESULTS = 10;

/** A forest splits whatever it is given: of few trials it tells little. */
function doubt({ trials: { completed, pruned } }: SweepView): string {
  const results = completed + pruned;
  return results < ENOUGH_RESULTS ? `, of ${results} results alone: a guess` : '';
}

function withoutResult({ status, trials, objective }: SweepView): string[] {
  if (status !== 'completed' && status !== 'cancelled') return ['  no trial has a result yet'];
  return trials.failed > 0
    ? ['  no trial has a result: the lines above say why they failed']
    : [`  no trial went on to its end with a ${objective.metric}`];
}

const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`;
