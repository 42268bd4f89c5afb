/** What one learns of a sweep beside its best trial: how it converged, and what each value of a parameter came to. */
import {
  canonicalJson,
  countOf,
  keysInOrder,
  valueAt,
  type Convergence,
  type Parameter,
  type ParameterValue,
  type ParameterSlice,
  type Space,
} from '@trainyard/shared';
import { isByMagnitude, type Range } from './draw.js';
import { measuredTrials, type Measured } from './measured.js';
import { isBetter, type Direction, type SearchTrial } from './trial.js';

/** `tolerance` is a share of the best value. */
export function convergenceOf(
  history: readonly SearchTrial[],
  direction: Direction,
  tolerance = 0.05,
): Convergence {
  const trials = measuredTrials(history);
  const bestSoFar: Convergence['bestSoFar'] = [];
  let lastImprovement = 0;
  for (const [i, { number, value }] of trials.entries()) {
    const before = bestSoFar.at(-1)?.best;
    const improves = before === undefined || isBetter(value, before, direction);
    if (improves) lastImprovement = i;
    bestSoFar.push({ number, value, best: improves ? value : before });
  }
  const best = bestSoFar.at(-1)?.best;
  const near = trials.filter(
    ({ value }) => best !== undefined && Math.abs(value - best) <= tolerance * Math.abs(best),
  );
  return {
    bestSoFar,
    trialsSinceImprovement: trials.length === 0 ? 0 : trials.length - 1 - lastImprovement,
    rate: trials.length === 0 ? null : near.length / trials.length,
  };
}

const PARTS = 5;

/** Of each parameter that had a choice, what its values came to; of a range with more than ten values, each fifth of it. */
export function slicesOf(
  history: readonly SearchTrial[],
  space: Space,
  direction: Direction,
): Record<string, ParameterSlice[]> {
  const trials = measuredTrials(history);
  return Object.fromEntries(
    keysInOrder(space).flatMap((key) => {
      const parameter = space[key];
      if (!parameter || countOf(parameter) === 1) return [];
      const having = trials.filter(({ parameters }) => Object.hasOwn(parameters, key));
      return [
        [
          key,
          placesOf(
            parameter,
            having.map((trial) => trial.parameters[key] ?? null),
          ).map(({ at, has }) =>
            sliceOf(
              at,
              having.filter((trial) => has(trial.parameters[key] ?? null)),
              direction,
            ),
          ),
        ],
      ];
    }),
  );
}

interface Place {
  at: ParameterSlice['at'];
  has: (value: ParameterValue) => boolean;
}

/** Of single values those that somebody tried beside the space come last. */
function placesOf(parameter: Parameter, tried: readonly ParameterValue[]): Place[] {
  const count = countOf(parameter);
  if ('min' in parameter && count > 10) return partsOf(parameter);
  const values = new Map<string, ParameterValue>();
  for (const value of [...Array.from({ length: count }, (_, i) => valueAt(parameter, i)), ...tried])
    if (!values.has(canonicalJson(value))) values.set(canonicalJson(value), value);
  return [...values].map(([text, value]) => ({ at: { value }, has: (own) => canonicalJson(own) === text }));
}

/** Equal parts, by orders of magnitude where the range is searched by them. */
function partsOf(parameter: Range): Place[] {
  const { min, max } = parameter;
  const isLog = isByMagnitude(parameter);
  const end = (i: number) => {
    if (i === 0) return min;
    if (i === PARTS) return max;
    return isLog
      ? Math.exp(Math.log(min) + (i / PARTS) * Math.log(max / min))
      : min + (i / PARTS) * (max - min);
  };
  return Array.from({ length: PARTS }, (_, i) => {
    const [above, upTo] = [end(i), end(i + 1)];
    return {
      at: { above, upTo },
      // What somebody tried beyond the range counts at its end.
      has: (value) =>
        typeof value === 'number' && (i === 0 || value > above) && (i === PARTS - 1 || value <= upTo),
    };
  });
}

function sliceOf(
  at: ParameterSlice['at'],
  trials: readonly Measured[],
  direction: Direction,
): ParameterSlice {
  const [first, ...others] = trials;
  if (!first) return { at, trials: 0, best: null, mean: null, bestTrial: null };
  const best = others.reduce(
    (most, trial) => (isBetter(trial.value, most.value, direction) ? trial : most),
    first,
  );
  const mean = trials.reduce((sum, { value }) => sum + value, 0) / trials.length;
  return { at, trials: trials.length, best: best.value, mean, bestTrial: best.number };
}
