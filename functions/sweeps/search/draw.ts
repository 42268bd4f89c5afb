/** Values of parameters from numbers that are uniform in [0, 1). */
import { countOf, onStep, stepOf, valueAt, type Parameter, type ParameterValue } from '@trainyard/shared';

/** The value of a parameter at a quantile in [0, 1): each of a list or of steps has an equal part, each order of magnitude of a logarithmic range too. */
export function valueAtQuantile(parameter: Parameter, quantile: number): ParameterValue {
  if (parameter.type === 'logFloat')
    return between(Math.log(parameter.min), Math.log(parameter.max), quantile, parameter);
  if (parameter.type === 'int' && parameter.log) return wholeByMagnitude(parameter, quantile);
  const count = countOf(parameter);
  if (Number.isFinite(count)) return valueAt(parameter, Math.min(count - 1, Math.floor(quantile * count)));
  if (parameter.type !== 'float') throw new Error(`a ${parameter.type} has infinitely many values`);
  return Math.min(parameter.max, parameter.min + quantile * (parameter.max - parameter.min));
}

/** Each whole number has the part of the logarithmic range that rounds to it. */
function wholeByMagnitude({ min, max }: { min: number; max: number }, quantile: number): number {
  const [low, high] = [Math.log(min - 0.5), Math.log(max + 0.5)];
  return Math.min(max, Math.max(min, Math.round(Math.exp(low + quantile * (high - low)))));
}

function between(
  low: number,
  high: number,
  quantile: number,
  { min, max }: { min: number; max: number },
): number {
  return Math.min(max, Math.max(min, Math.exp(low + quantile * (high - low))));
}

export type Range = Parameter & { min: number; max: number };

/** Whether a range is searched by orders of magnitude. */
export function isByMagnitude(parameter: Range): boolean {
  return parameter.type === 'logFloat' || (parameter.type === 'int' && parameter.log);
}

/** The nearest value on the steps of a range, within its ends. */
export function nearestStep(parameter: Range, value: number): number {
  const step = stepOf(parameter);
  if (step === undefined) return Math.min(parameter.max, Math.max(parameter.min, value));
  const position = Math.round((value - parameter.min) / step);
  return onStep(parameter.min, step, Math.min(countOf(parameter) - 1, Math.max(0, position)));
}
