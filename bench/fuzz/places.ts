/** Changes one place of a JSON value, chosen at random. */
import { isRecord } from '@trainyard/shared';
import type { Dice } from './dice.js';

type Container = Record<string, unknown> | unknown[];
type Change = (value: unknown) => unknown;

/** A copy with one of its values, or all of it, replaced. */
export function changedSomewhere(json: unknown, dice: Dice, change: Change): unknown {
  const copy: unknown = structuredClone(json);
  const places = placesOf(copy, []);
  if (places.length === 0) return change(copy);
  const { container, key } = dice.pick(places);
  put(container, key, change(container[key as keyof Container]));
  return copy;
}

/** A copy in which one of the objects is another. */
export function changedObject(
  json: unknown,
  dice: Dice,
  change: (object: Record<string, unknown>) => void,
): unknown {
  const copy: unknown = structuredClone(json);
  const objects = [
    copy,
    ...placesOf(copy, []).map(({ container, key }) => container[key as keyof Container]),
  ];
  const fitting = objects.filter(isRecord);
  if (fitting.length > 0) change(dice.pick(fitting));
  return copy;
}

function placesOf(value: unknown, found: { container: Container; key: string }[]) {
  if (typeof value !== 'object' || value === null) return found;
  const container = value as Container;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ container, key });
    placesOf(inner, found);
  }
  return found;
}

/** As an own property, whatever its name. */
export function put(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
}
