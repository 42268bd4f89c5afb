import { z } from 'zod';

export type Json = Record<string, unknown>;

/** JSON Schema of what is sent (`input`) or answered (`output`). A number that a query writes as text is its number. */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    reused: 'inline',
    unrepresentable: 'any',
  });
  return json;
}

/** Each property of an object of parameters as a parameter. */
export function parametersOf(place: 'path' | 'query', schema: z.ZodType): Json[] {
  const { properties, required } = z
    .object({
      properties: z.record(z.string(), z.unknown()).default({}),
      required: z.array(z.string()).default([]),
    })
    .parse(schemaOf(schema, 'input'));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

export function requestBodyOf(schema: z.ZodType): Json {
  // No body is read as an empty object.
  const required = !schema.safeParse({}).success;
  return { required, content: { 'application/json': { schema: schemaOf(schema, 'input') } } };
}

/** `GET /api/models/{modelId}` is `getApiModelsModelId`. */
export function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
