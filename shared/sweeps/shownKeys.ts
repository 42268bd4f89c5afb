/** Which parameters are shown, and by which words. */
import { canonicalJson } from '../canonicalJson.js';
import type { Space } from './parameter.js';
import type { TrialView } from './view.js';

/** Each key by its last part, or the whole one where two end alike. */
export function shortKeys(keys: readonly string[]): string[] {
  const last = (key: string) => key.slice(key.lastIndexOf('.') + 1);
  return keys.map((key) =>
    keys.filter((other) => last(other) === last(key)).length === 1 ? last(key) : key,
  );
}

/** What differs between trials, in the order of the space: what matters most stands there first. What somebody tried beside the space comes last. */
export function variedKeys(space: Space, trials: readonly Pick<TrialView, 'parameters'>[]): string[] {
  const isVaried = (key: string) => {
    const parameter = space[key];
    if (parameter?.type !== 'constant') return true;
    return trials.some(
      ({ parameters }) =>
        Object.hasOwn(parameters, key) &&
        canonicalJson(parameters[key] ?? null) !== canonicalJson(parameter.value),
    );
  };
  const tried = new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)));
  const others = [...tried].filter((key) => !Object.hasOwn(space, key)).toSorted();
  return [...Object.keys(space), ...others].filter(isVaried);
}
