/** Which key was probably meant by one that a schema does not have. */
import { z } from 'zod';
import { nearestName } from '../nearestName.js';

/** By the list of unknown keys of an issue: an issue that is finished no longer has its schema, though it has that list. */
const allowedKeys = new WeakMap<readonly string[], readonly string[]>();

/** Handed to a parser, so that `nearestKey` knows the keys which the objects could have. */
export const KEYS_TOLD: { error: z.core.$ZodErrorMap } = {
  error: (issue) => {
    if (issue.code === 'unrecognized_keys') allowedKeys.set(issue.keys, keysMissing(issue));
    return undefined;
  },
};

/** Keys of the object's schema that are not given already. */
function keysMissing({ inst, input }: { inst?: unknown; input?: unknown }): string[] {
  if (!(inst instanceof z.ZodObject)) return [];
  return Object.keys(inst.shape).filter(
    (key) => !(typeof input === 'object' && input !== null && Object.hasOwn(input, key)),
  );
}

/** The key that was probably meant by one of the unknown `keys` of an issue; undefined where none is near. */
export function nearestKey(key: string, keys: readonly string[]): string | undefined {
  return nearestName(key, allowedKeys.get(keys) ?? []);
}
