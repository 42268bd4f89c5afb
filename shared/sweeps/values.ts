/** The values that a parameter may have. */
import type { Parameter, ParameterValue } from './parameter.js';

/** How many values a parameter may have; infinite for a range without steps. */
export function countOf(parameter: Parameter): number {
  if (parameter.type === 'constant') return 1;
  if (parameter.type === 'categorical') return parameter.values.length;
  const { min, max } = parameter;
  if (min === max) return 1;
  const step = stepOf(parameter);
  // A step of 0.1 that fits three times must not be lost to how 0.3 is written in binary.
  return step === undefined ? Infinity : Math.floor((max - min) / step + 1e-9) + 1;
}

/** The distance of neighbouring values; undefined for a range without steps. */
export function stepOf(parameter: Parameter): number | undefined {
  if (parameter.type === 'int') return parameter.step ?? 1;
  return parameter.type === 'float' ? parameter.step : undefined;
}

/** The value at a position, counted from 0, of a parameter that has finitely many. */
export function valueAt(parameter: Parameter, position: number): ParameterValue {
  if (parameter.type === 'constant') return parameter.value;
  if (parameter.type === 'categorical') return parameter.values[position] ?? null;
  return onStep(parameter.min, stepOf(parameter) ?? 0, position);
}

/** `min + position · step`, without what binary fractions add: 0.3, not 0.30000000000000004. */
export function onStep(min: number, step: number, position: number): number {
  return Number((min + position * step).toPrecision(15));
}

const MOST_LISTED = 100_000;

/** All values of a range in steps; null where it has none or too many to be listed. */
export function discreteValues(parameter: Parameter): ParameterValue[] | null {
  const count = countOf(parameter);
  if (count > MOST_LISTED) return null;
  return Array.from({ length: count }, (_, position) => valueAt(parameter, position));
}
