/** Parameters and their values as people read them. */
import {
  canonicalJson,
  isRecord,
  type ParameterValue,
  type Space,
  type TrainingSpec,
  type TrialView,
} from '@trainyard/shared';
import { expandedKeys } from '@trainyard/shared/sweeps/expandedKeys';

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

/** What a specification has at a key; of a key that stands for several, at the first. Undefined where it has nothing there. */
export function valueAtKey(spec: TrainingSpec, key: string): ParameterValue | undefined {
  let value: unknown = spec;
  for (const part of (expandedKeys(key)[0] ?? key).split('.')) {
    if (Array.isArray(value)) value = value[Number(part)];
    else value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value as ParameterValue | undefined;
}
