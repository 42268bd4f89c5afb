/** The OpenAPI document as the reference page reads it. */
import { openApiDocument } from '@trainyard/functions/api/openapi/document';
import { routes } from '@trainyard/functions/api/routes';
import { z } from 'zod';
import { jsonSchemaSchema } from './jsonSchema.js';

const referenceSchema = z.object({ $ref: z.string() });
const contentSchema = z.record(
  z.string(),
  z.looseObject({ schema: jsonSchemaSchema, examples: z.record(z.string(), z.unknown()).optional() }),
);
const operationSchema = z.object({
  tags: z.array(z.string()),
  summary: z.string(),
  description: z.string().optional(),
  operationId: z.string(),
  'x-role': z.string().optional(),
  parameters: z.array(
    z.object({
      name: z.string(),
      in: z.string(),
      required: z.boolean(),
      description: z.string().optional(),
      schema: jsonSchemaSchema,
    }),
  ),
  requestBody: z.object({ required: z.boolean(), content: contentSchema }).optional(),
  responses: z.record(
    z.string(),
    z.union([referenceSchema, z.object({ description: z.string(), content: contentSchema.default({}) })]),
  ),
});
export type Operation = z.infer<typeof operationSchema>;
export type Content = z.infer<typeof contentSchema>;

const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  components: z.object({
    schemas: z.record(z.string(), jsonSchemaSchema),
    responses: z.record(
      z.string(),
      z.object({
        description: z.string(),
        content: z.record(z.string(), z.object({ example: z.object({ status: z.int() }) })),
      }),
    ),
    examples: z.record(z.string(), z.object({ value: z.unknown() })),
  }),
});
export type ApiDocument = z.infer<typeof documentSchema>;

export function apiDocument(): ApiDocument {
  return documentSchema.parse(JSON.parse(JSON.stringify(openApiDocument(routes))));
}
