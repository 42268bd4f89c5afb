/**
 * Tree-structured Parzen estimators (Bergstra and others, 2011), with the defaults that Optuna 4.9 and 5 document: the best tenth of
 * the trials, 25 at most, makes one density, all others a second; of 24 draws from the first, that one is taken which the first
 * has most above the second. Trials that still run count among the others, so that trials side by side do not
 * gather in one place (the constant liar).
 */
import {
  canonicalJson,
  countOf,
  decideActive,
  randomFor,
  valueAt,
  type Parameters,
  type Random,
  type Space,
} from '@trainyard/shared';
import { sizeOf, triedBy, untried } from './grid.js';
import { mixtureOf, type Mixture } from './mixture.js';
import { randomParameters } from './random.js';
import type { Asked, SearchSettings, SearchTrial } from './trial.js';

const CANDIDATES = 24;
/** A space of so many combinations is looked through where what is best was tried. */
const MOST_COMPARED = 10_000;
const MOST_BELOW = 25;
export function tpeParameters({ history, space, settings, number, attempt }: Asked): Parameters | null {
  const { startupTrials, multivariate } = settings.strategy;
  const ended = history.filter(hasEnded);
  if (ended.length < startupTrials) return randomParameters(space, settings.seed, number, attempt);
  const { below, above } = split(history, settings);
  const estimatesOf = (key: string): Estimates => {
    const parts = { keys: multivariate ? keysLike(space, key) : [key], space };
    return { keys: parts.keys, below: mixtureOf(below, parts), above: mixtureOf(above, parts) };
  };
  if (attempt > 0 && sizeOf(space) <= MOST_COMPARED)
    return bestUntried({ history, space, settings, number, attempt }, estimatesOf);
  const drawnTogether: Parameters = {};
  return decideActive(space, (key, parameter) => {
    if (countOf(parameter) === 1) return valueAt(parameter, 0);
    if (!Object.hasOwn(drawnTogether, key)) {
      const purpose = `trial ${number} ${key} by tpe${attempt === 0 ? '' : ` again ${attempt}`}`;
      Object.assign(drawnTogether, best(estimatesOf(key), randomFor(settings.seed, purpose)));
    }
    return drawnTogether[key] ?? null;
  });
}

interface Estimates {
  /** What is looked at together. */
  keys: readonly string[];
  below: Mixture;
  above: Mixture;
}

const gainOf = ({ below, above }: Estimates, parameters: Parameters) =>
  below.logDensity(parameters) - above.logDensity(parameters);

/**
 * Of a small space whose best was tried already: of combinations that were not, as many as are drawn otherwise, that one whose
 * values, each as it would have been judged alone, are the best together; null where none is left.
 */
function bestUntried(
  { history, space, settings, number }: Asked,
  estimatesOf: (key: string) => Estimates,
): Parameters | null {
  const left = [...untried(space, triedBy(history))];
  const random = randomFor(settings.seed, `trial ${number} of what is left`);
  const estimates = estimatesOfAll(space, estimatesOf);
  let [found, most]: [Parameters | null, number] = [null, -Infinity];
  for (let i = 0; i < CANDIDATES && left.length > 0; i++) {
    const [candidate] = left.splice(Math.floor(random() * left.length), 1);
    if (!candidate) break;
    const gain = estimates
      .filter(({ keys }) => keys.every((key) => Object.hasOwn(candidate, key)))
      .reduce((sum, own) => sum + gainOf(own, candidate), 0);
    if (gain > most || found === null) [found, most] = [candidate, gain];
  }
  return found;
}

/** Each parameter that has a choice is in one of them. */
function estimatesOfAll(space: Space, estimatesOf: (key: string) => Estimates): Estimates[] {
  const all: Estimates[] = [];
  for (const [key, parameter] of Object.entries(space)) {
    if (countOf(parameter) === 1 || all.some(({ keys }) => keys.includes(key))) continue;
    all.push(estimatesOf(key));
  }
  return all;
}

const hasEnded = ({ state, value }: SearchTrial) =>
  (state === 'completed' && isValue(value)) || state === 'pruned';

const isValue = (value: number | null): value is number => value !== null && !Number.isNaN(value);

/** The keys that a trial has whenever it has this one, since their conditions are the same. */
function keysLike(space: Space, key: string): string[] {
  const condition = (of: string) => canonicalJson(space[of]?.when ?? {});
  return Object.keys(space)
    .filter((other) => condition(other) === condition(key) && space[other] && countOf(space[other]) > 1)
    .toSorted();
}

/**
 * The best tenth of the trials that ended, and the others with those that run; each by their numbers. Completed trials
 * come before pruned ones, and of these the ones that came farther.
 */
function split(history: readonly SearchTrial[], { objective }: SearchSettings) {
  const sign = objective.direction === 'minimize' ? 1 : -1;
  const completed = history
    .filter(({ state, value }) => state === 'completed' && isValue(value))
    .toSorted((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)) || a.number - b.number);
  const pruned = history
    .filter(({ state }) => state === 'pruned')
    .map((trial) => ({ trial, ...reached(trial) }))
    .toSorted((a, b) => b.epoch - a.epoch || sign * (a.value - b.value) || a.trial.number - b.trial.number)
    .map(({ trial }) => trial);
  const ended = [...completed, ...pruned];
  const count = Math.min(MOST_BELOW, Math.ceil(0.1 * ended.length));
  const running = history.filter(({ state }) => state === 'running');
  const byNumber = (trials: readonly SearchTrial[]) => trials.toSorted((a, b) => a.number - b.number);
  return { below: byNumber(ended.slice(0, count)), above: byNumber([...ended.slice(count), ...running]) };
}

/** The last epoch of a trial that has a value, and that value. */
function reached({ curve }: SearchTrial): { epoch: number; value: number } {
  const known = curve.filter(({ value }) => isValue(value)).toSorted((a, b) => b.epoch - a.epoch);
  return known[0] ?? { epoch: -1, value: 0 };
}

function best(estimates: Estimates, random: Random): Parameters {
  let [found, most]: [Parameters, number] = [{}, -Infinity];
  for (let i = 0; i < CANDIDATES; i++) {
    const candidate = estimates.below.sample(random);
    const gain = gainOf(estimates, candidate);
    if (gain > most || i === 0) [found, most] = [candidate, gain];
  }
  return found;
}
