/** A specification with the values of a trial. */
import { z } from 'zod';
import { isRecord } from '../isRecord.js';
import { nearestName } from '../nearestName.js';
import { trainingSpecSchema, type TrainingSpec, type TrainingSpecInput } from '../spec/trainingSpec.js';
import { expandedKeys } from './expandedKeys.js';
import type { Parameters, ParameterValue } from './parameter.js';
import { isDiscriminator, keysBeside, schemasAt, takesNull } from './specKeys.js';

type Node = Record<string, unknown>;

/**
 * The specification with these values at their dotted keys, parsed. Where a value chooses another form of its section, as
 * `training.optimizer.type` does, the section begins anew: what the base says of the other form does not hold for this one. Null takes
 * a key out, as if nobody had given it: no sample, no clipping, or the default; where the specification has a null, it is that.
 * Throws a ZodError whose paths are those of the specification and whose messages name the parameters.
 */
export function withParameters(spec: TrainingSpecInput, parameters: Parameters): TrainingSpec {
  const base = trainingSpecSchema.safeParse(spec);
  // Defaults are filled in first, so that there is something to change: the layers of a tower that nobody wrote.
  const changed = structuredClone(base.success ? base.data : spec) as Node;
  const values = new Map(
    Object.entries(parameters).flatMap(([key, value]) =>
      expandedKeys(key).map((one) => [one, value] as const),
    ),
  );
  for (const key of keysOutsideIn([...values.keys()])) {
    refuseUnknown(key, changed);
    place(changed, key, structuredClone(values.get(key) ?? null));
  }
  const result = trainingSpecSchema.safeParse(changed);
  if (result.success) return result.data;
  throw new z.ZodError(result.error.issues.map((issue) => withKeys(issue, parameters)));
}

/** Sections before what is in them, and what chooses the form of a section before the rest of it. */
function keysOutsideIn(keys: readonly string[]): string[] {
  const rank = (key: string) => 2 * key.split('.').length - (isDiscriminator(key) ? 1 : 0);
  return keys.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function refuseUnknown(key: string, spec: Node): void {
  if (schemasAt(key).length > 0) return;
  const parts = key.split('.');
  const known = parts.findIndex((_, i) => schemasAt(parts.slice(0, i + 1).join('.')).length === 0);
  const wrong = parts.slice(0, known + 1).join('.');
  const near = nearestName(parts[known] ?? '', keysBeside(wrong));
  const beside = near === undefined ? undefined : [...parts.slice(0, known), near].join('.');
  const named = beside ?? keyEndingIn(spec, parts.at(-1) ?? '');
  const meant = named === undefined ? '' : `; did you mean "${named}"?`;
  throw new z.ZodError([
    { code: 'custom', path: parts, message: `the specification has no key "${wrong}"${meant}`, input: key },
  ]);
}

/** The key in another section that is called so, where there is one alone: `training.optimizer.learningRate` of `training.learningRate`. */
function keyEndingIn(spec: Node, name: string): string | undefined {
  const found = keysOf(spec).filter((key) => key.split('.').at(-1) === name);
  return found.length === 1 ? found[0] : undefined;
}

function keysOf(node: Node): string[] {
  return Object.entries(node).flatMap(([key, value]) =>
    isRecord(value) ? [key, ...keysOf(value).map((inner) => `${key}.${inner}`)] : [key],
  );
}

function place(spec: Node, key: string, value: ParameterValue): void {
  const parts = key.split('.');
  const last = parts.at(-1) ?? '';
  let node = spec;
  for (const [i, part] of parts.slice(0, -1).entries())
    node = sectionIn(node, part, parts.slice(0, i + 1).join('.'));
  if (isDiscriminator(key) && node[last] !== value) for (const other of Object.keys(node)) delete node[other];
  refuseMissing(node, last, key);
  if (value === null && !Array.isArray(node) && !takesNull(key)) delete node[last];
  else node[last] = value;
}

/** The section below, which is made where the base has none or a plain value there. */
function sectionIn(node: Node, part: string, key: string): Node {
  refuseMissing(node, part, key);
  const inner = Object.hasOwn(node, part) ? node[part] : undefined;
  if (typeof inner === 'object' && inner !== null) return inner as Node;
  const made: Node = {};
  node[part] = made;
  return made;
}

/** Lists are not made longer: what stands at a position that is not there would have no neighbours. */
function refuseMissing(node: Node, part: string, key: string): void {
  if (!Array.isArray(node) || Number(part) < node.length) return;
  const path = key.split('.');
  const message = `the list has ${node.length === 1 ? 'one element' : `${node.length} elements`}, counted from 0: there is no "${key}"`;
  throw new z.ZodError([{ code: 'custom', path, message, input: part }]);
}

function withKeys(issue: z.core.$ZodIssue, parameters: Parameters): z.core.$ZodIssue {
  const path = issue.path.map(String);
  const isWithin = (one: string[], other: string[]) => one.every((part, i) => other[i] === part);
  const keys = Object.keys(parameters);
  const about = keys.filter((key) =>
    expandedKeys(key).some((one) => isWithin(one.split('.'), path) || isWithin(path, one.split('.'))),
  );
  const named = (about.length > 0 ? about : keys).map((key) => `${key} = ${JSON.stringify(parameters[key])}`);
  return named.length === 0 ? issue : { ...issue, message: `${issue.message} (with ${named.join(', ')})` };
}
