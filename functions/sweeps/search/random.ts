import { decideActive, randomFor, type Parameters, type Space } from '@trainyard/shared';
import { valueAtQuantile } from './draw.js';

/**
 * Independent draws. Each parameter of each trial has numbers of its own, so that one more parameter, or another order of the
 * events, leaves the draws of the others as they were. `attempt` draws again for a trial whose values were tried already.
 */
export function randomParameters(space: Space, seed: number, number: number, attempt = 0): Parameters {
  return decideActive(space, (key, parameter) =>
    valueAtQuantile(
      parameter,
      randomFor(seed, `trial ${number} ${key}${attempt === 0 ? '' : ` again ${attempt}`}`)(),
    ),
  );
}
