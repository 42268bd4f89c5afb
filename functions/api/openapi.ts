/** The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), made of the same schemas that parse and answer. */
import { problemSchema } from '@trainyard/shared';
import { z } from 'zod';
import type { Route } from './route.js';

type Json = Record<string, unknown>;

/** JSON Schema of what is sent (`input`) or answered (`output`). A number that a query writes as text is its number. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    reused: 'inline',
    unrepresentable: 'any',
  });
  return json;
}

export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trainyard',
      version: '1',
      description: 'Retrains two-tower recommendation models. Errors are RFC 9457 problem details.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: {
        idToken: { type: 'http', scheme: 'bearer', bearerFormat: 'ID token of Firebase Auth or Google' },
      },
    },
  };
}

function operationOf({ method, path, summary, access, schemas }: Route): Json {
  const { params, query, body, success } = schemas;
  return {
    summary,
    operationId: operationId(method, path),
    security: access === 'anyone' ? [] : [{ idToken: [] }],
    ...(access !== 'anyone' && { 'x-role': access }),
    parameters: [...parametersOf('path', params), ...parametersOf('query', query), ...headersOf(method)],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      [success.status]: {
        description: summary,
        content: { [success.mediaType]: { schema: schemaOf(success.schema, 'output') } },
      },
      default: {
        description: 'What was wrong, and what to do.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

/** `GET /api/models/{modelId}` is `getApiModelsModelId`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/** Each property of an object of parameters as a parameter. */
function parametersOf(place: 'path' | 'query', schema: z.ZodType): Json[] {
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

function headersOf(method: string): Json[] {
  if (method !== 'POST') return [];
  const schema = { type: 'string', pattern: '^[\\x21-\\x7e]{1,200}$' };
  return [{ name: 'Idempotency-Key', in: 'header', required: false, schema }];
}
