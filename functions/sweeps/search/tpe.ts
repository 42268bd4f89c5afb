/**
 * Tree-structured Parzen estimators (Bergstra and others, 2011), with the defaults that Optuna 4.9 documents: the best tenth of
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
import { mixtureOf, type Mixture } from './mixture.js';
import { randomParameters } from './random.js';
import type { Asked, SearchSettings, SearchTrial } from './trial.js';

const CANDIDATES = 24;
const MOST_BELOW = 25;
export function tpeParameters({ history, space, settings, number, attempt }: Asked): Parameters {
  const { startupTrials, multivariate } = settings.strategy;
  const ended = history.filter(hasEnded);
  if (ended.length < startupTrials) return randomParameters(space, settings.seed, number, attempt);
  const { below, above } = split(history, settings);
  const drawnTogether: Parameters = {};
  return decideActive(space, (key, parameter) => {
    if (countOf(parameter) === 1) return valueAt(parameter, 0);
    if (!Object.hasOwn(drawnTogether, key)) {
      const keys = multivariate ? keysLike(space, key) : [key];
      const purpose = `trial ${number} ${key} by tpe${attempt === 0 ? '' : ` again ${attempt}`}`;
      const parts = { keys, space, multivariate };
      const random = randomFor(settings.seed, purpose);
      Object.assign(drawnTogether, best(mixtureOf(below, parts), mixtureOf(above, parts), random));
    }
    return drawnTogether[key] ?? null;
  });
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

function best(below: Mixture, above: Mixture, random: Random): Parameters {
  let [found, most]: [Parameters, number] = [{}, -Infinity];
  for (let i = 0; i < CANDIDATES; i++) {
    const candidate = below.sample(random);
    const gain = below.logDensity(candidate) - above.logDensity(candidate);
    if (gain > most || i === 0) [found, most] = [candidate, gain];
  }
  return found;
}
