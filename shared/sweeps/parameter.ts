import { z } from 'zod';
import { described } from '../described.js';
import { jsonValueSchema, type JsonValue } from '../jsonValue.js';

/**
 * A key of the specification, its parts joined by dots: `training.optimizer.learningRate`, `model.query.layers.0.units`. With
 * alternatives in braces it stands for several keys that have the same value: `model.{query,candidate}.layers`.
 */
const parameterKeySchema = z.string().min(1).max(300);

/** What a parameter may be: whatever a key of the specification holds, lists and objects too. */
export const parameterValueSchema = jsonValueSchema.clone();
export type ParameterValue = JsonValue;

const conditionValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const when = {
  when: described(
    z
      .record(parameterKeySchema, z.union([conditionValue, z.array(conditionValue).min(1).max(100)]))
      .optional(),
    'The values of other parameters with which alone this one is searched, by their keys; of several, all must hold. ' +
      'Elsewhere the key stays as the base specification has it. Always unless given.',
    { 'training.optimizer.type': 'adamw' },
    { 'training.schedule.type': ['cosine', 'plateau'] },
  ),
};

const bound = (what: string, ...examples: number[]) =>
  described(
    z.number({ error: 'must be a finite number' }),
    `The ${what} value, which may be taken.`,
    ...examples,
  );
const wholeBound = (what: string, example: number) =>
  described(z.int({ error: 'must be a whole number' }), `The ${what} value, which may be taken.`, example);

/** Of one parameter. */
export const MOST_VALUES = 1000;

const categoricalParameterSchema = z.strictObject({
  type: described(z.literal('categorical'), 'One of the values of a list, none nearer to one than another.'),
  values: described(
    z.array(parameterValueSchema).min(1, 'must have a value').max(MOST_VALUES),
    'The values, each once. They may be lists or objects where the key holds such.',
    ['dot', 'cosine'],
    [64, 128, 256],
  ),
  ...when,
});

const intParameterSchema = z.strictObject({
  type: described(z.literal('int'), 'A whole number of a range.'),
  min: wholeBound('least', 8),
  max: wholeBound('greatest', 256),
  step: described(
    z.int().min(1).optional(),
    'The distance of neighbouring values, counted from `min`; 1 unless given. The greatest value is the last of them that is not above `max`.',
    8,
  ),
  log: described(
    z.boolean().default(false),
    'Whether the values are searched by their order of magnitude. Such a range begins at 1 or above and has no step.',
  ),
  ...when,
});

const floatParameterSchema = z.strictObject({
  type: described(z.literal('float'), 'A number of a range.'),
  min: bound('least', 0.1),
  max: bound('greatest', 0.5),
  step: described(
    z.number({ error: 'must be a finite number' }).gt(0).optional(),
    'The distance of neighbouring values, counted from `min`; any value of the range unless given. The greatest value is the last of them that is not above `max`.',
    0.1,
  ),
  ...when,
});

const logFloatParameterSchema = z.strictObject({
  type: described(
    z.literal('logFloat'),
    'A number of a range that is searched by its order of magnitude: as many of the values lie between 0.001 and 0.01 as between 0.01 and 0.1.',
  ),
  min: bound('least', 0.0001),
  max: bound('greatest', 0.1),
  ...when,
});

const constantParameterSchema = z.strictObject({
  type: described(z.literal('constant'), 'One value, in every trial.'),
  value: described(parameterValueSchema.clone(), 'The value.', 8192),
  ...when,
});

export const parameterSchema = z.discriminatedUnion('type', [
  categoricalParameterSchema,
  intParameterSchema,
  floatParameterSchema,
  logFloatParameterSchema,
  constantParameterSchema,
]);
export type Parameter = z.infer<typeof parameterSchema>;

/** A space before what must hold between its parameters; `spaceSchema` has that as well. */
export const parametersOfSpaceSchema = z.record(parameterKeySchema, parameterSchema);
export type Space = z.infer<typeof parametersOfSpaceSchema>;

/** The values of a trial by their keys; a parameter whose condition does not hold has none. */
export type Parameters = Record<string, ParameterValue>;
