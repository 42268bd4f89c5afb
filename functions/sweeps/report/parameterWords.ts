/** Parameters and their values as people read them. */
import { isRecord, type ParameterValue, type TrainingSpec } from '@trainyard/shared';
import { expandedKeys } from '@trainyard/shared/sweeps/expandedKeys';

/** What a specification has at a key; of a key that stands for several, at the first. Undefined where it has nothing there. */
export function valueAtKey(spec: TrainingSpec, key: string): ParameterValue | undefined {
  let value: unknown = spec;
  for (const part of (expandedKeys(key)[0] ?? key).split('.')) {
    if (Array.isArray(value)) value = value[Number(part)];
    else value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value as ParameterValue | undefined;
}
