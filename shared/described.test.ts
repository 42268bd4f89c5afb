/** What every public schema says of its fields. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as shared from './index.js';

interface Field {
  /** Such as `trainingSpecSchema.training.epochs`; `[]` stands for the elements of a list, `{}` for the values of a record. */
  path: string;
  schema: z.ZodType;
}

type Wrapper =
  z.ZodOptional | z.ZodNullable | z.ZodDefault | z.ZodPrefault | z.ZodReadonly | z.ZodNonOptional;
const WRAPPERS = [z.ZodOptional, z.ZodNullable, z.ZodDefault, z.ZodPrefault, z.ZodReadonly, z.ZodNonOptional];

const isWrapper = (schema: unknown): schema is Wrapper => WRAPPERS.some((kind) => schema instanceof kind);
const asType = (schema: unknown): z.ZodType => {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('a schema of the small zod is not walked');
};

/** What a schema wraps: of a pipe, what its value becomes. */
function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (isWrapper(schema)) return asType(schema.unwrap());
  if (!(schema instanceof z.ZodPipe)) return undefined;
  return asType(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
}

function metaOf(schema: z.ZodType): z.core.GlobalMeta {
  const inner = innerOf(schema);
  return { ...(inner && metaOf(inner)), ...schema.meta() };
}

/** Schemas directly within one that are no fields, with what their path is continued by. */
function partsOf(schema: z.ZodType): [string, z.ZodType][] {
  const inner = innerOf(schema);
  if (inner) return [['', inner]];
  if (schema instanceof z.ZodArray) return [['[]', asType(schema.element)]];
  if (schema instanceof z.ZodRecord) return [['{}', asType(schema.valueType)]];
  if (schema instanceof z.ZodTuple)
    return schema.def.items.map((item, i): [string, z.ZodType] => [`[${i}]`, asType(item)]);
  if (schema instanceof z.ZodUnion)
    return schema.options.map((option, i): [string, z.ZodType] => [`(${i})`, asType(option)]);
  return [];
}

/** All fields of all objects within a schema. */
function fieldsWithin(schema: z.ZodType, path: string): Field[] {
  const own: Field[] =
    schema instanceof z.ZodObject
      ? Object.entries(schema.shape).map(([name, field]) => ({
          path: `${path}.${name}`,
          schema: asType(field),
        }))
      : [];
  return [
    ...own,
    ...own.flatMap((field) => fieldsWithin(field.schema, field.path)),
    ...partsOf(schema).flatMap(([suffix, part]) => fieldsWithin(part, `${path}${suffix}`)),
  ];
}

/** Numbers, texts and what holds them need an example; choices, booleans and objects show by themselves what may be written. */
function needsExamples(schema: z.ZodType): boolean {
  const showsItself = [z.ZodObject, z.ZodEnum, z.ZodBoolean, z.ZodLiteral, z.ZodNull];
  if (showsItself.some((kind) => schema instanceof kind)) return false;
  const parts = partsOf(schema);
  return parts.length === 0 || parts.some(([, part]) => needsExamples(part));
}

const examplesOf = (schema: z.ZodType): unknown[] => {
  const { examples } = metaOf(schema);
  return Array.isArray(examples) ? examples : [];
};

/** Exported schemas, and those in exported tables of schemas. */
const PUBLIC: [string, z.ZodType][] = Object.entries(shared).flatMap(
  ([name, exported]: [string, unknown]) => {
    if (exported instanceof z.ZodType) return [[name, exported] as [string, z.ZodType]];
    if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) return [];
    return Object.entries(exported).flatMap(([key, value]: [string, unknown]): [string, z.ZodType][] =>
      value instanceof z.ZodType ? [[`${name}.${key}`, value]] : [],
    );
  },
);

describe('each public schema', () => {
  it.each(PUBLIC)('describes every field of %s', (name, schema) => {
    const silent = fieldsWithin(schema, name).flatMap((field) => [
      ...(metaOf(field.schema).description ? [] : [`${field.path} has no description`]),
      ...(needsExamples(field.schema) && examplesOf(field.schema).length === 0
        ? [`${field.path} has no examples`]
        : []),
    ]);
    expect(silent).toEqual([]);
  });

  it.each(PUBLIC)('takes each example that %s gives', (name, schema) => {
    const refused = [{ path: name, schema }, ...fieldsWithin(schema, name)].flatMap((field) =>
      examplesOf(field.schema).flatMap((example) => {
        const { error } = field.schema.safeParse(example);
        return error ? [`${field.path} ${JSON.stringify(example)}: ${error.message}`] : [];
      }),
    );
    expect(refused).toEqual([]);
  });
});

describe('the walk over the fields', () => {
  const within = (schema: z.ZodType) => fieldsWithin(schema, 'it').map(({ path }) => path);

  it('goes into lists, records, tuples, choices and whatever wraps a schema', () => {
    const inner = z.object({ a: z.string() });
    expect(within(z.object({ list: z.array(inner).default([]) }))).toEqual(['it.list', 'it.list[].a']);
    expect(within(z.object({ record: z.record(z.string(), inner).optional() }))).toEqual([
      'it.record',
      'it.record{}.a',
    ]);
    expect(within(z.tuple([z.string(), inner]))).toEqual(['it[1].a']);
    expect(within(z.union([z.string(), inner.nullable()]))).toEqual(['it(1).a']);
    expect(within(z.preprocess((value) => value, inner.prefault({ a: '' })))).toEqual(['it.a']);
  });

  it('asks for examples of what does not show by itself what may be written', () => {
    const asked = [z.string(), z.array(z.number()), z.union([z.literal(1), z.int()]), z.unknown()];
    expect(asked.map(needsExamples)).toEqual([true, true, true, true]);
    const shown = [z.enum(['a']), z.array(z.object({})), z.boolean().optional(), z.literal(1).nullable()];
    expect(shown.map(needsExamples)).toEqual([false, false, false, false]);
  });
});
