/** JSON Schema in words, as far as the schemas of Trainyard use it. */
import { z } from 'zod';
import { code } from './markdown.js';

export interface JsonSchema {
  $ref?: string | undefined;
  type?: string | string[] | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  anyOf?: JsonSchema[] | undefined;
  oneOf?: JsonSchema[] | undefined;
  items?: JsonSchema | boolean | undefined;
  properties?: Record<string, JsonSchema> | undefined;
  required?: string[] | undefined;
  additionalProperties?: JsonSchema | boolean | undefined;
  description?: string | undefined;
  default?: unknown;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
}

export const jsonSchemaSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(jsonSchemaSchema).optional(),
    oneOf: z.array(jsonSchemaSchema).optional(),
    items: z.union([jsonSchemaSchema, z.boolean()]).optional(),
    properties: z.record(z.string(), jsonSchemaSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([jsonSchemaSchema, z.boolean()]).optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
  }),
);

/** The name of the component that a schema is a reference to. */
export function nameIn({ $ref }: JsonSchema): string | undefined {
  return $ref?.split('/').at(-1);
}

/** What a value is, in a few words, with its range and its default. */
export function typeText(schema: JsonSchema): string {
  const range = rangeText(schema);
  const fallback = schema.default === undefined ? '' : `, ${code(schema.default)} unless given`;
  return `${kindText(schema)}${range}${fallback}`;
}

function kindText(schema: JsonSchema): string {
  const name = nameIn(schema);
  if (name !== undefined) return `[\`${name}\`](#${name.toLowerCase()})`;
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum) return `one of ${schema.enum.map(code).join(', ')}`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeText))].join(' or ');
  if (Array.isArray(schema.type)) return schema.type.join(' or ');
  if (schema.type === 'array')
    return typeof schema.items === 'object' ? `list of ${typeText(schema.items)}` : 'list';
  const { additionalProperties: values } = schema;
  if (schema.type === 'object' && !schema.properties && typeof values === 'object')
    return `object of ${typeText(values)} by name`;
  return schema.type ?? 'any JSON';
}

/** The greatest integer that JSON carries safely is no limit worth saying. */
function rangeText({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const parts = [
    minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? [] : [`at least ${minimum}`],
    exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`],
    most === undefined ? [] : [`at most ${most}`],
    exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`],
  ].flat();
  return parts.map((part) => `, ${part}`).join('');
}

/** A line of a list. */
export function fieldText(head: string, description: string | undefined): string {
  return `- ${head}${description === undefined ? '' : `: ${description}`}`;
}
