/** Parameters as somebody writes them, and what is meant. */
import type { z } from 'zod';
import { isRecord } from '../isRecord.js';
import { nearestName } from '../nearestName.js';
import { whole } from '../whole.js';
import { expandedKeys } from './expandedKeys.js';
import { MOST_VALUES } from './parameter.js';
import { numberKindAt } from './specKeys.js';

const TYPES = ['categorical', 'int', 'float', 'logFloat', 'constant'];

/** How other tools write the types. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  log_float: 'logFloat',
  logfloat: 'logFloat',
  loguniform: 'logFloat',
  log_uniform: 'logFloat',
  uniform: 'float',
  integer: 'int',
  choice: 'categorical',
};

/** Gives each parameter its type. What cannot be told is left as it is, and refused where a parameter is parsed. */
export function withInferredTypes(written: unknown, context: z.core.$RefinementCtx): unknown {
  if (!isRecord(written)) return written;
  const told = Object.entries(written).map(([key, parameter]) => {
    const { typed, wrong } = inferred(key, parameter);
    if (wrong)
      context.issues.push({
        code: 'custom',
        input: parameter,
        path: [key, ...wrong.path],
        message: wrong.message,
      });
    return [key, typed] as const;
  });
  return Object.fromEntries(told);
}

interface Inferred {
  typed: unknown;
  wrong?: { path: string[]; message: string };
}

function inferred(key: string, written: unknown): Inferred {
  if (Array.isArray(written)) return listed(written);
  if (!isRecord(written)) return { typed: { type: 'constant', value: written } };
  const { type } = written;
  if (type === undefined) return untyped(key, written);
  if (typeof type !== 'string') return { typed: written };
  const meant = OTHER_NAMES[type] ?? type;
  if (!TYPES.includes(meant)) {
    const near = nearestName(type, [...TYPES, ...Object.keys(OTHER_NAMES)]);
    return wrongAt(
      ['type'],
      `there is no type "${type}"${near === undefined ? '' : `; did you mean "${near}"?`} The types are ${TYPES.join(', ')}.`,
    );
  }
  if (meant === 'logFloat' && written['step'] !== undefined) {
    return wrongAt(['step'], 'a logFloat has no step: list its values as a categorical, or take a float');
  }
  return { typed: { ...written, type: meant } };
}

/** A list that is none is told of where it was written, not at the `values` that are made of it. */
function listed(values: readonly unknown[]): Inferred {
  if (values.length === 0) return wrongAt([], 'must have a value');
  if (values.length <= MOST_VALUES) return { typed: { type: 'categorical', values } };
  const given = whole(values.length);
  return wrongAt(
    [],
    `has ${given} values; at most ${whole(MOST_VALUES)} are taken: leave some out, or take a range`,
  );
}

/** An object without a type: a range by its ends, a categorical by its values, a constant by its value. */
function untyped(key: string, written: Record<string, unknown>): Inferred {
  const has = (name: string) => Object.hasOwn(written, name);
  if (has('values')) return { typed: { ...written, type: 'categorical' } };
  if (has('value')) return { typed: { ...written, type: 'constant' } };
  if (!has('min') || !has('max')) {
    return wrongAt(
      [],
      `is neither a list of values, nor a range { min, max }, nor a plain value; an object that is the value is written as { type: constant, value: … }`,
    );
  }
  return { typed: { ...written, type: rangeType(key, written) } };
}

function rangeType(key: string, { min, max, step, log }: Record<string, unknown>): 'int' | 'float' {
  const areWhole = [min, max, step ?? 1].every((value) => Number.isInteger(value));
  if (!areWhole) return 'float';
  if (log !== undefined) return 'int';
  return numberKindAt(expandedKeys(key)[0] ?? key) === 'fraction' ? 'float' : 'int';
}

const wrongAt = (path: string[], message: string): Inferred => ({
  // What is wrong is told once: the constant stands for what nobody can read.
  typed: { type: 'constant', value: null },
  wrong: { path, message },
});
