import type { Parameter, Parameters, ParameterValue, Random, Space } from '@trainyard/shared';
import { kernelsOf, type Kernels } from './kernels.js';
import type { SearchTrial } from './trial.js';

/** The newest trials, which all weigh the same; older ones weigh less. */
const FULL_WEIGHTS = 25;

export interface Mixture {
  sample(random: Random): Parameters;
  logDensity(parameters: Parameters): number;
}

interface Parts {
  /** What is looked at together. */
  keys: readonly string[];
  space: Space;
}

/** The density of the trials that have all of the keys. */
export function mixtureOf(
  trials: readonly Pick<SearchTrial, 'parameters'>[],
  { keys, space }: Parts,
): Mixture {
  const having = trials.filter(({ parameters }) =>
    keys.every((key) => Object.hasOwn(parameters, key) && isOfKind(space[key], parameters[key])),
  );
  const weights = weightsOf(having.length);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kernels: [string, Kernels][] = keys.flatMap((key) => {
    const parameter = space[key];
    const observed = having.map(({ parameters }) => parameters[key] ?? null);
    return parameter ? [[key, kernelsOf(parameter, observed)]] : [];
  });
  return {
    sample(random) {
      const kernel = drawn(weights, random() * total);
      return Object.fromEntries(kernels.map(([key, own]) => [key, own.sample(kernel, random)]));
    },
    logDensity(parameters) {
      const logs = weights.map((weight) => Math.log(weight / total));
      for (const [key, own] of kernels) {
        for (const [kernel, log] of own.logDensities(parameters[key] ?? null).entries()) {
          logs[kernel] = (logs[kernel] ?? 0) + log;
        }
      }
      const most = Math.max(...logs);
      return most === -Infinity
        ? most
        : most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0));
    },
  };
}

/** Somebody may have tried an object where numbers are searched, as a learned temperature: it has no place in the range. */
const isOfKind = (parameter: Parameter | undefined, value: ParameterValue | undefined) =>
  parameter !== undefined && (!('min' in parameter) || (typeof value === 'number' && Number.isFinite(value)));

/** The weights of the kernels, the oldest trial's first and the prior's last: a ramp up to the newest 25. */
function weightsOf(count: number): number[] {
  const ramp = Math.max(0, count - FULL_WEIGHTS);
  const rising = Array.from({ length: ramp }, (_, i) =>
    ramp === 1 ? 1 / count : 1 / count + (i / (ramp - 1)) * (1 - 1 / count),
  );
  return [...rising, ...Array.from({ length: count - ramp }, () => 1), 1];
}

function drawn(weights: readonly number[], at: number): number {
  let left = at;
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
