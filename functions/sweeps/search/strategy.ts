/**
 * What a sweep tries next. All of it is pure: history, space, settings and seed decide, so that any host may ask, twice or out
 * of turn, and what was decided can be decided again.
 */
import { canonicalJson, randomFor, type Parameters, type Space } from '@trainyard/shared';
import { gridObstacle, sizeOf, triedBy, untried } from './grid.js';
import { shouldStopByAsha } from './asha.js';
import { quasiRandomParameters } from './quasiRandom.js';
import { randomParameters } from './random.js';
import { tpeParameters } from './tpe.js';
import { nextNumber, type Asked, type SearchSettings, type SearchTrial } from './trial.js';

export type { SearchSettings, SearchTrial } from './trial.js';

type Strategy = (asked: Asked) => Parameters | null;

const STRATEGIES: Readonly<Record<SearchSettings['strategy']['kind'], Strategy>> = {
  grid: ({ history, space }) => untried(space, triedBy(history)).next().value ?? null,
  random: ({ space, settings, number, attempt }) => randomParameters(space, settings.seed, number, attempt),
  // A point that was tried already is not drawn again from the sequence, whose next points are those of other trials.
  quasiRandom: ({ space, settings, number, attempt }) =>
    attempt === 0
      ? quasiRandomParameters(space, settings.seed, number)
      : randomParameters(space, settings.seed, number, attempt),
  tpe: tpeParameters,
};

type Pruner = (trial: SearchTrial, history: readonly SearchTrial[], settings: SearchSettings) => boolean;

const PRUNERS: Readonly<Record<SearchSettings['pruner']['kind'], Pruner>> = {
  none: () => false,
  asha: shouldStopByAsha,
};

/** Whether a trial that runs is stopped, by what it and the others had come to; its own entry in the history does not count. Not asked after its last epoch, when there is nothing to save. */
export function shouldPrune(
  trial: SearchTrial,
  history: readonly SearchTrial[],
  settings: SearchSettings,
): boolean {
  return trial.state === 'running' && PRUNERS[settings.pruner.kind](trial, history, settings);
}

/** Why a space cannot be searched by a strategy; undefined where it can. */
export function searchObstacle(space: Space, kind: SearchSettings['strategy']['kind']): string | undefined {
  return kind === 'grid' ? gridObstacle(space) : undefined;
}

/** So often a strategy may name what was tried already; small spaces are then searched for what is left. */
const MOST_ATTEMPTS = 10;
const MOST_SEARCHED = 100_000;

/**
 * The values of the next trial, which was not tried before, whatever became of it; null where nothing is left to try. The trial's
 * number is one above the highest of the history, and decides with the seed what is drawn.
 */
export function suggest(
  history: readonly SearchTrial[],
  space: Space,
  settings: SearchSettings,
): { parameters: Parameters } | null {
  const obstacle = searchObstacle(space, settings.strategy.kind);
  if (obstacle !== undefined) throw new Error(obstacle);
  const number = nextNumber(history);
  const tried = triedBy(history);
  let parameters: Parameters | null = null;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    parameters = STRATEGIES[settings.strategy.kind]({ history, space, settings, number, attempt });
    if (parameters === null) return null;
    if (!tried.has(canonicalJson(parameters))) return { parameters };
  }
  if (sizeOf(space) > MOST_SEARCHED) return parameters && { parameters };
  const left = [...untried(space, tried)];
  const drawn = left[Math.floor(randomFor(settings.seed, `trial ${number} of what is left`)() * left.length)];
  return drawn ? { parameters: drawn } : null;
}
