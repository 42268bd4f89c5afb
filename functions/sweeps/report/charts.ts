/** The pictures of a sweep: files beside `sweep.json`, and within its report. */
import {
  canonicalJson,
  countOf,
  metricTitle,
  valueAt,
  type Parameter,
  type SweepView,
  type TrialView,
} from '@trainyard/shared';
import { barPicture, chartPicture, type Axis, type Dot, type Picture } from '@trainyard/shared/page/pictures';
import { metricFigure } from '@trainyard/shared/page/words';
import { isByMagnitude } from '../search/draw.js';
import { valueText } from '@trainyard/shared/sweeps/valueText';
import { shortKeys } from '@trainyard/shared/sweeps/shownKeys';
import type { SweepFile } from './sweepFile.js';

type Told = Pick<SweepView, 'name' | 'objective' | 'best'>;

/** The value of each trial, and the best one, which holds until a trial has a better one. */
export function bestSoFarPicture(
  { name, objective, best }: Told,
  { convergence, results }: Pick<SweepFile, 'convergence' | 'results'>,
): Picture {
  const { metric } = objective;
  const pruned = new Set(results.filter(({ state }) => state === 'pruned').map(({ trial }) => trial));
  return chartPicture({
    title: `${name}: ${metric}, the best so far`,
    x: { title: 'trial', kind: 'whole', ends: [1, Math.max(1, results.length)] },
    y: titleOf(metric),
    dots: convergence.bestSoFar.map(({ number, value }) => ({
      x: number,
      y: value,
      name: `trial ${number}: ${metricFigure(metric, value)}${pruned.has(number) ? ', stopped early' : ''}`,
      isAside: pruned.has(number),
      isBest: number === best?.number,
    })),
    steps: convergence.bestSoFar.map(({ number, best: soFar }) => [number, soFar] as const),
  });
}

export function importancePicture({ name, objective }: Told, { paramImportance }: SweepFile): Picture {
  const keys = shortKeys(paramImportance.map(({ key }) => key));
  return barPicture(
    `${name}: ${objective.metric}, importance of parameters`,
    paramImportance.map(({ importance }, i) => ({
      label: keys[i] ?? '',
      value: importance ?? 0,
      text: shareText(importance),
    })),
  );
}

/** A dash where nothing was measured. */
export const shareText = (share: number | null) =>
  share === null ? '–' : `${Number((share * 100).toPrecision(3))} %`;

/** The value of each trial by what it had of a parameter. */
export function slicePicture(
  { name, objective, best }: Told,
  { key, parameter, trials }: { key: string; parameter: Parameter; trials: readonly TrialView[] },
): Picture {
  const { metric } = objective;
  const place = placeOf(parameter);
  const dots = trials.flatMap(({ number, state, value, parameters: { [key]: own } }): Dot[] => {
    const isThere = (state === 'completed' || state === 'pruned') && value !== null && own !== undefined;
    const x = isThere ? place(own) : NaN;
    if (!isThere || Number.isNaN(x)) return [];
    const text = `trial ${number}: ${metricFigure(metric, value)} with ${valueText(own)}`;
    return [{ x, y: value, name: text, isAside: state === 'pruned', isBest: number === best?.number }];
  });
  return chartPicture({
    title: `${name}: ${metric} by ${key}`,
    x: axisOf(key, parameter),
    y: titleOf(metric),
    dots,
    width: 480,
    height: 240,
  });
}

function titleOf(metric: string): string {
  return metricTitle(metric, 'validation');
}

function axisOf(key: string, parameter: Parameter): Axis {
  if (!('min' in parameter))
    return { title: key, kind: 'choices', names: choicesOf(parameter).map(valueText) };
  const { min, max } = parameter;
  const kind = isByMagnitude(parameter) ? 'log' : parameter.type === 'int' ? 'whole' : 'linear';
  return { title: key, kind, ends: [min, max] };
}

function placeOf(parameter: Parameter): (value: TrialView['parameters'][string]) => number {
  if ('min' in parameter) return (value) => (typeof value === 'number' ? value : NaN);
  const choices = choicesOf(parameter).map((choice) => canonicalJson(choice));
  return (value) => {
    const found = choices.indexOf(canonicalJson(value));
    return found < 0 ? NaN : found;
  };
}

function choicesOf(parameter: Parameter) {
  return Array.from({ length: countOf(parameter) }, (_, i) => valueAt(parameter, i));
}
