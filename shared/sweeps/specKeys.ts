/** What the schema of a specification has at a dotted key. */
import { z } from 'zod';
import { trainingSpecSchema } from '../spec/trainingSpec.js';

/** The schemas that a value at this key may have, each alternative of a choice by itself; none where there is no such key. */
export function schemasAt(key: string): z.ZodType[] {
  return key
    .split('.')
    .reduce<z.ZodType[]>(
      (schemas, part) => schemas.flatMap((schema) => partOf(schema, part)).flatMap(alternatives),
      alternatives(trainingSpecSchema),
    );
}

/** Whether the number at this key is a whole one or may have a fraction; undefined where there is none. */
export function numberKindAt(key: string): 'whole' | 'fraction' | undefined {
  const numbers = schemasAt(key).filter((schema) => schema instanceof z.ZodNumber);
  if (numbers.length === 0) return undefined;
  return numbers.every((schema) => schema.format === 'safeint') ? 'whole' : 'fraction';
}

/** The names of the keys beside the last part of this one, of all forms that its section may have. */
export function keysBeside(key: string): string[] {
  const above = key.split('.').slice(0, -1).join('.');
  const sections = above === '' ? alternatives(trainingSpecSchema) : schemasAt(above);
  return [
    ...new Set(
      sections.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])),
    ),
  ];
}

/** Whether null is a value of its own at this key, as it is at `compute.prepare`. */
export function takesNull(key: string): boolean {
  const parts = key.split('.');
  const name = parts.at(-1) ?? '';
  const above = parts.slice(0, -1).join('.');
  return (above === '' ? alternatives(trainingSpecSchema) : schemasAt(above))
    .flatMap((schema) => partOf(schema, name))
    .some((schema) => schema.safeParse(null).success);
}

/** Whether the last part of the key chooses which form its section has, as `training.optimizer.type` does. */
export function isDiscriminator(key: string): boolean {
  const parts = key.split('.');
  const name = parts.at(-1) ?? '';
  const forms = parts.length < 2 ? [] : schemasAt(parts.slice(0, -1).join('.'));
  const objects = forms.filter((schema) => schema instanceof z.ZodObject);
  if (objects.length < 2) return false;
  return objects.every(
    (schema) =>
      Object.hasOwn(schema.shape, name) && unwrapped(asType(schema.shape[name])) instanceof z.ZodLiteral,
  );
}

function partOf(schema: z.ZodType, part: string): z.ZodType[] {
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, part) ? [asType(schema.shape[part])] : [];
  // Only as JavaScript writes it: "00" is no position, but a property that nobody reads.
  if (schema instanceof z.ZodArray) return /^(0|[1-9]\d*)$/.test(part) ? [asType(schema.element)] : [];
  if (schema instanceof z.ZodRecord) return [asType(schema.valueType)];
  return [];
}

/** A schema without what wraps it; of a union, each of its options. */
function alternatives(schema: z.ZodType): z.ZodType[] {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((option) => alternatives(asType(option)));
  return [inner];
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const wraps =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  if (wraps) return unwrapped(asType(schema.unwrap()));
  if (schema instanceof z.ZodPipe)
    return unwrapped(asType(schema.in instanceof z.ZodTransform ? schema.out : schema.in));
  return schema;
}

function asType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('the specification has a schema of the small zod');
}
