/** What differs between things that are written by dotted keys, and nothing else. */
import type { Flattened } from '../spec/flattened.js';

type FlatValue = Flattened[string];

export interface Difference {
  /** With dots: `training.optimizer.learningRate`. */
  key: string;
  /** Of each thing, in their order; null where it has none. */
  values: FlatValue[];
}

/** The keys whose values are not the same in all, in the order in which they are first met. What is not there is as good as null. */
export function differencesOf(things: readonly Flattened[]): Difference[] {
  const [first, ...others] = things;
  if (!first) return [];
  const keys = new Set(things.flatMap((thing) => Object.keys(thing)));
  const valueOf = (thing: Flattened, key: string): FlatValue =>
    Object.hasOwn(thing, key) ? (thing[key] ?? null) : null;
  const differs = (key: string) =>
    others.some((other) => other !== first && valueOf(other, key) !== valueOf(first, key));
  return [...keys]
    .filter(differs)
    .map((key) => ({ key, values: things.map((thing) => valueOf(thing, key)) }));
}
