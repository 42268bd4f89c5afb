import { decideActive, keysInOrder, randomFor, type Parameters, type Space } from '@trainyard/shared';
import { valueAtQuantile } from './draw.js';
import { sobolCoordinate } from './sobol.js';

/** The trial's point of a scrambled Sobol sequence, which covers the space more evenly than independent draws. Each key has a dimension, also where its condition does not hold. */
export function quasiRandomParameters(space: Space, seed: number, number: number): Parameters {
  const dimensions = new Map(keysInOrder(space).map((key, i) => [key, i]));
  return decideActive(space, (key, parameter) =>
    valueAtQuantile(
      parameter,
      sobolCoordinate(dimensions.get(key) ?? 0, number - 1, randomFor(seed, `scrambling of ${key}`)),
    ),
  );
}
