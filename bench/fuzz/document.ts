/** The OpenAPI document as a source of requests. */
import { openApiDocument } from '@trainyard/functions/api/openapi/document';
import { routes } from '@trainyard/functions/api/routes';
import { z } from 'zod';

/** As much of JSON Schema 2020-12 as the document uses. */
export interface Schema {
  type?: string | string[] | undefined;
  const?: unknown;
  enum?: unknown[] | undefined;
  anyOf?: Schema[] | undefined;
  oneOf?: Schema[] | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
  additionalProperties?: boolean | Schema | undefined;
  propertyNames?: Schema | undefined;
  prefixItems?: Schema[] | undefined;
  /** False beside `prefixItems`: those and no more. */
  items?: boolean | Schema | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  pattern?: string | undefined;
  format?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  minimum?: number | undefined;
  maximum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  exclusiveMaximum?: number | undefined;
}

const schemaSchema: z.ZodType<Schema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(schemaSchema).optional(),
    oneOf: z.array(schemaSchema).optional(),
    properties: z.record(z.string(), schemaSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schemaSchema]).optional(),
    propertyNames: schemaSchema.optional(),
    prefixItems: z.array(schemaSchema).optional(),
    items: z.union([z.boolean(), schemaSchema]).optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    pattern: z.string().optional(),
    format: z.string().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
  }),
);

export type FunctionName = 'api' | 'webhooks';
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}
export interface Operation {
  of: FunctionName;
  method: string;
  /** With its parameters in braces. */
  path: string;
  parameters: Parameter[];
  /** Of the JSON body; undefined where there is none, and where it is a file, of which an empty one is sent. */
  body: Schema | undefined;
}

const operationSchema = z.object({
  tags: z.tuple([z.enum(['api', 'webhooks'])]),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      schema: schemaSchema,
    }),
  ),
  requestBody: z
    .object({ content: z.object({ 'application/json': z.object({ schema: schemaSchema }).optional() }) })
    .optional(),
});
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

const componentsSchema = z.object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) });

/** The document with the component itself in place of each reference to one: values are made of schemas that stand alone. */
function inlinedDocument(): unknown {
  const document: unknown = JSON.parse(JSON.stringify(openApiDocument(routes)));
  const { schemas } = componentsSchema.parse(document).components;
  const inlined = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(inlined);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref, ...rest } = value as Record<string, unknown>;
    const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(String($ref)) ?? [];
    const own = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, inlined(inner)]));
    return name === undefined ? own : { ...(inlined(schemas[name]) as object), ...own };
  };
  return inlined(document);
}

export function readOperations(): Operation[] {
  const { paths } = documentSchema.parse(inlinedDocument());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([
        method,
        {
          tags: [of],
          parameters,
          requestBody,
        },
      ]) => ({
        of,
        method: method.toUpperCase(),
        path,
        parameters,
        body: requestBody?.content['application/json']?.schema,
      }),
    ),
  );
}
