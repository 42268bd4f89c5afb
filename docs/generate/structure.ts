/** How zod schemas hold each other, as far as pages about them need it. */
import { z } from 'zod';
import { metaOf } from './fields.js';

type Entry = [name: string, schema: z.ZodType];

/** A member of a choice between objects that one key tells apart. */
export interface Variant {
  schema: z.ZodType;
  /** The key that tells it from the others, and what stands there. */
  key: string;
  values: readonly string[];
  description: string;
  /** All other keys. */
  fields: readonly Entry[];
}

function asType(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('only schemas of the whole zod are described');
}

/** A schema without the wrappers that say that it may be left out. */
function unwrapped(schema: z.ZodType): z.ZodType {
  const isWrapped = [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault].some(
    (kind) => schema instanceof kind,
  );
  return isWrapped && 'innerType' in schema.def ? unwrapped(asType(schema.def.innerType)) : schema;
}

/** What of a schema has keys of its own, below lists and maps; `suffix` is how a path goes on to it. */
export function structureOf(schema: z.ZodType): { container: z.ZodType; suffix: string } {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodArray) return below(asType(inner.element), '[]');
  if (inner instanceof z.ZodTuple) return below(asType(inner.def.items[0]), '[]');
  if (inner instanceof z.ZodRecord) return below(asType(inner.valueType), '.NAME');
  return { container: inner, suffix: '' };
}

function below(schema: z.ZodType, step: string): { container: z.ZodType; suffix: string } {
  const { container, suffix } = structureOf(schema);
  return { container, suffix: `${step}${suffix}` };
}

/** The keys of a schema, or the variants that it is one of; neither where it is no object. */
export function optionsOf(schema: z.ZodType): { keys: readonly Entry[]; variants: readonly Variant[] } {
  if (schema instanceof z.ZodObject) return { keys: entriesOf(schema), variants: [] };
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const key = schema.def.discriminator;
    return { keys: [], variants: schema.options.map((option) => variantOf(asType(option), key)) };
  }
  if (!(schema instanceof z.ZodUnion)) return { keys: [], variants: [] };
  const objects = schema.options.flatMap((option) => {
    const inner = unwrapped(asType(option));
    return inner instanceof z.ZodObject ? [inner] : [];
  });
  return { keys: objects.flatMap(entriesOf), variants: [] };
}

function entriesOf(schema: z.ZodObject): Entry[] {
  return Object.entries(schema.shape).map(([name, field]) => [name, asType(field)]);
}

function variantOf(option: z.ZodType, key: string): Variant {
  if (!(option instanceof z.ZodObject)) throw new Error(`a variant by ${key} is no object`);
  const teller = asType(option.shape[key]);
  const { description } = metaOf(teller);
  if (description === undefined) throw new Error(`a variant by ${key} is not described`);
  return {
    schema: option,
    key,
    values: wordsOf(teller),
    description,
    fields: entriesOf(option).filter(([name]) => name !== key),
  };
}

function wordsOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  throw new Error('variants are told apart by words');
}
