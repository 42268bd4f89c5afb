import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { routes } from './routes.js';

interface Operation {
  operationId: string;
  security: unknown[];
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: { type?: string; properties?: object } }> };
  responses: Record<string, { content: Record<string, { schema: object }> }>;
}

/** As a client gets it: without a token. */
async function document() {
  await testControlPlane({ auth: 'none' });
  const api = await serveFunction('api');
  const { status, json } = await api.send('/openapi.json');
  expect(status).toBe(200);
  return json as { openapi: string; paths: Record<string, Record<string, Operation>> };
}

describe('the OpenAPI document', () => {
  it('has each route, with its parameters, its body, its answer and its problems', async () => {
    const { openapi, paths } = await document();
    expect(openapi).toBe('3.1.0');
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
    for (const { method, path, schemas, access } of routes) {
      const operation = paths[path]![method.toLowerCase()]!;
      const named = operation.parameters
        .filter((parameter) => parameter.in === 'path')
        .map(({ name }) => name);
      expect({ path, named }).toEqual({
        path,
        named: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
      });
      expect(operation.requestBody !== undefined).toBe(schemas.body !== undefined);
      expect(operation.security).toHaveLength(access === 'anyone' ? 0 : 1);
      expect(Object.keys(operation.responses)).toEqual([String(schemas.success.status), 'default']);
    }
    const ids = routes.map(({ method, path }) => paths[path]![method.toLowerCase()]!.operationId);
    expect(new Set(ids).size).toBe(routes.length);
  });

  it('leaves out of a request what has a default, and promises it in the answer', async () => {
    const { paths } = await document();
    const start = paths['/api/models/{modelId}/training-runs']!;
    expect(start['post']!.requestBody!.content['application/json']!.schema).toMatchObject({
      type: 'object',
      required: ['spec'],
      properties: { spec: { required: ['dataset', 'features'], additionalProperties: false } },
    });
    expect(start['get']!.parameters.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    });
  });

  it('names only definitions that it has', async () => {
    const whole = await document();
    const references = [...JSON.stringify(whole).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path!);
    expect(references.length).toBeGreaterThan(0);
    for (const path of references) {
      const found = path
        .split('/')
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], whole);
      expect({ path, found }).toEqual({ path, found: expect.any(Object) as object });
    }
  });
});
