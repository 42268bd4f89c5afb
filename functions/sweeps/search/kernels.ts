/**
 * What a parameter's values look like in a set of trials: one kernel for each trial and one for the prior, as Optuna 5 has
 * them (`samplers/_tpe/parzen_estimator.py`). A kernel is a normal distribution cut off at the ends of the range; of values in
 * steps, each has the part of it around itself; of a list, the value of the trial has more than the others.
 */
import {
  canonicalJson,
  stepOf,
  valueAt,
  type Parameter,
  type ParameterValue,
  type Random,
} from '@trainyard/shared';
import { isByMagnitude, nearestStep, type Range } from './draw.js';
import { drawNormal, logNormalBetween, logNormalDensity } from './normal.js';

export interface Kernels {
  /** A value as a kernel draws it. */
  sample(kernel: number, random: Random): ParameterValue;
  /** The log of each kernel's density, or of its probability, at a value. */
  logDensities(value: ParameterValue): number[];
}

/** One kernel for each observed value, in their order, and the prior's at the end. */
export function kernelsOf(parameter: Parameter, observed: readonly ParameterValue[]): Kernels {
  return 'min' in parameter
    ? numericKernels(parameter, observed.map(Number))
    : listKernels(parameter, observed);
}

function listKernels(
  parameter: Parameter & { values?: ParameterValue[] },
  observed: readonly ParameterValue[],
): Kernels {
  const values = parameter.values ?? [valueAt(parameter, 0)];
  const positions = new Map(values.map((value, i) => [canonicalJson(value), i]));
  const seen = observed.map((value) => positions.get(canonicalJson(value)));
  const each = 1 / (observed.length + 1);
  const total = 1 + values.length * each;
  return {
    sample(kernel, random) {
      const position = seen[kernel];
      // The kernel of a trial is its value with probability 1 / total, and any value otherwise.
      if (position !== undefined && random() < 1 / total) return valueAt(parameter, position);
      return valueAt(parameter, Math.floor(random() * values.length));
    },
    logDensities(value) {
      const own = positions.get(canonicalJson(value));
      return [
        ...seen.map((position) =>
          position === undefined
            ? -Math.log(values.length)
            : Math.log(((own === position ? 1 : 0) + each) / total),
        ),
        -Math.log(values.length),
      ];
    },
  };
}

/** How a range is seen: its ends, in logarithms where it is searched by orders of magnitude, with half a step beyond. */
function scaleOf(parameter: Range) {
  const step = stepOf(parameter);
  const isLog = isByMagnitude(parameter);
  const half = (step ?? 0) / 2;
  const seen = (value: number) => (isLog ? Math.log(value) : value);
  return {
    half,
    seen,
    meant: (value: number) => nearestStep(parameter, isLog ? Math.exp(value) : value),
    low: seen(parameter.min - half),
    // The greatest value in steps may lie below max.
    high: seen(nearestStep(parameter, parameter.max) + half),
  };
}

function numericKernels(parameter: Range, observed: readonly number[]): Kernels {
  const { half, seen, meant, low, high } = scaleOf(parameter);
  const width = high - low;
  // A trial that somebody added may lie outside the range.
  const centres = observed.map((value) =>
    Math.min(high, Math.max(low, seen(Math.min(parameter.max, Math.max(parameter.min, value))))),
  );
  const least = width / Math.min(100, 2 + centres.length);
  const widths = neighbourWidths(centres, low, high).map((own) => Math.min(width, Math.max(least, own)));
  const [means, deviations] = [
    [...centres, (low + high) / 2],
    [...widths, width],
  ];
  const at = (kernel: number, value: number) => (value - (means[kernel] ?? 0)) / (deviations[kernel] ?? 1);
  const logWhole = means.map((_, kernel) => logNormalBetween(at(kernel, low), at(kernel, high)));
  return {
    sample(kernel, random) {
      // The mean lies within the ends and the deviation is at most their distance: a third of the draws stays, at least.
      for (;;) {
        const value = (means[kernel] ?? 0) + (deviations[kernel] ?? 1) * drawNormal(random);
        if (value >= low && value <= high) return meant(value);
      }
    },
    logDensities(value) {
      const number = Number(value);
      if (half === 0) {
        const place = seen(number);
        return logWhole.map(
          (whole, kernel) => logNormalDensity(at(kernel, place)) - Math.log(deviations[kernel] ?? 1) - whole,
        );
      }
      const [lower, upper] = [seen(number - half), seen(number + half)];
      return logWhole.map((whole, kernel) => logNormalBetween(at(kernel, lower), at(kernel, upper)) - whole);
    },
  };
}

/** The distance to the farther neighbour; the ends of the range count only where there is a single value. */
function neighbourWidths(centres: readonly number[], low: number, high: number): number[] {
  const order = centres.map((_, i) => i).toSorted((a, b) => (centres[a] ?? 0) - (centres[b] ?? 0));
  const sorted = order.map((i) => centres[i] ?? 0);
  const last = sorted.length - 1;
  const widths: number[] = [];
  for (const [rank, i] of order.entries()) {
    const below = (sorted[rank] ?? 0) - (sorted[rank - 1] ?? low);
    const above = (sorted[rank + 1] ?? high) - (sorted[rank] ?? 0);
    widths[i] = last > 0 && rank === 0 ? above : last > 0 && rank === last ? below : Math.max(below, above);
  }
  return widths;
}
