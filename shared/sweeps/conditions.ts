/** Which parameters of a space a trial has, and in which order they are decided. */
import type { Parameter, Parameters, ParameterValue, Space } from './parameter.js';

interface Condition {
  /** The key of the other parameter. */
  on: string;
  /** The values of it with which the condition holds. */
  values: (string | number | boolean | null)[];
}

export function conditionsOf(parameter: Parameter | undefined): Condition[] {
  return Object.entries(parameter?.when ?? {}).map(([on, values]) => ({
    on,
    values: Array.isArray(values) ? values : [values],
  }));
}

/**
 * Keys so that each comes after those that its condition is on, and otherwise by code units: documents of Firestore do not
 * keep the order that keys were written in, and what is decided must not depend on it.
 */
export function keysInOrder(space: Space): string[] {
  const placed = new Set<string>();
  const visit = (key: string): void => {
    if (placed.has(key)) return;
    for (const on of conditionsOf(space[key])
      .map((condition) => condition.on)
      .toSorted())
      visit(on);
    placed.add(key);
  };
  for (const key of Object.keys(space).toSorted()) visit(key);
  return [...placed];
}

/** Whether the condition of a parameter holds with what is decided of the others. One that has no value holds for nobody. */
export function isActive(parameter: Parameter, decided: Parameters): boolean {
  return conditionsOf(parameter).every(
    ({ on, values }) => Object.hasOwn(decided, on) && values.some((value) => value === decided[on]),
  );
}

/** Decides each active parameter in turn: `decide` is given what was decided before it. */
export function decideActive(
  space: Space,
  decide: (key: string, parameter: Parameter, decided: Parameters) => ParameterValue,
): Parameters {
  const decided: Parameters = {};
  for (const key of keysInOrder(space)) {
    const parameter = space[key];
    if (parameter && isActive(parameter, decided)) decided[key] = decide(key, parameter, decided);
  }
  return decided;
}
