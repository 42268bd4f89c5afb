import { BATCH, callbackKindSchema, COMPONENTS } from '@trainyard/shared';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { documentSchema } from '../../../test/support/openapiCheck.js';
import { routes } from '../routes.js';
import { EXAMPLES, type ExampleName } from './examples.js';

/** As a client gets it: without a token. */
async function document() {
  await testControlPlane({ auth: 'none' });
  const api = await serveFunction('api');
  const { status, json } = await api.send('/openapi.json');
  expect(status).toBe(200);
  const { paths, components } = documentSchema.parse(json);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation ? { ...operation, name: `${method.toUpperCase()} ${path}`, path } : [],
    ),
  );
  return { json, paths, components, operations };
}

const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
const callbacks = [...callbackKindSchema.options, BATCH].map(
  (kind) => `POST /api/training-runs/{runId}/webhook/${kind}`,
);

/** Every value of that key, anywhere in the document. */
function everyValue(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key ? [inner, ...everyValue(inner, key)] : everyValue(inner, key),
  );
}

/** Their defaults are not filled in. */
const ONLY_SENT = /Request$|^ModelChange$/;

/** Without properties of that name. */
const patternsIn = (json: unknown) =>
  everyValue(json, 'pattern').filter((pattern) => typeof pattern === 'string');

function isDeclared<T extends object>(value: T | { $ref: string }): value is T {
  return !('$ref' in value);
}

describe('the OpenAPI document', () => {
  it('has each route and each callback, and nothing else', async () => {
    const { operations } = await document();
    expect(operations.map(({ name }) => name).toSorted()).toEqual(
      [...routes.map(nameOf), ...callbacks].toSorted(),
    );
    for (const { name, tags } of operations)
      expect(tags).toEqual([callbacks.includes(name) ? 'webhooks' : 'api']);
  });

  it('declares the parameters of each path, the body and the successes of each route', async () => {
    const { operations } = await document();
    for (const { name, path, parameters } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect({ name, names: inPath.map((parameter) => parameter.name) }).toEqual({ name, names });
      expect(inPath.every(({ required }) => required)).toBe(true);
    }
    for (const route of routes) {
      const operation = operations.find(({ name }) => name === nameOf(route));
      expect(operation?.requestBody !== undefined).toBe(
        route.schemas.body !== undefined || route.upload !== undefined,
      );
      expect(Object.keys(operation?.responses ?? {}).filter((status) => status < '300')).toEqual(
        route.schemas.successes.map(({ status }) => String(status)).toSorted(),
      );
    }
  });

  it('names each operation once, and each parameter of it once', async () => {
    const { operations } = await document();
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    for (const { parameters } of operations)
      expect(new Set(parameters.map((one) => `${one.in} ${one.name.toLowerCase()}`)).size).toBe(
        parameters.length,
      );
  });

  it('names only definitions that it has, and uses all that it has', async () => {
    const { json } = await document();
    const references = new Set(everyValue(json, '$ref') as string[]);
    for (const reference of references) {
      const keys = reference.replace(/^#\//, '').split('/');
      const found = keys.reduce<unknown>(
        (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
        json,
      );
      expect({ reference, found }).toEqual({ reference, found: expect.any(Object) as object });
    }
    const { components } = json as { components: Record<string, Record<string, object>> };
    const defined = ['schemas', 'responses', 'examples'].flatMap((kind) =>
      Object.keys(components[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
    );
    // That of a method which a path lacks belongs to no operation.
    expect(defined.filter((name) => !references.has(name))).toEqual([
      '#/components/responses/MethodNotAllowed',
    ]);
    const schemes = new Set(
      (everyValue(json, 'security') as object[][]).flat().flatMap((one) => Object.keys(one)),
    );
    expect([...schemes].toSorted()).toEqual(Object.keys(components['securitySchemes'] ?? {}).toSorted());
  });

  it('has schemas of JSON Schema 2020-12 only, with patterns that can be compiled', async () => {
    const { json } = await document();
    const ajv = new Ajv2020();
    const { components } = json as { components: { schemas: Record<string, object> } };
    const schemas = [...everyValue(json, 'schema'), ...Object.values(components.schemas)];
    expect(schemas.length).toBeGreaterThan(200);
    for (const schema of schemas)
      expect([schema, ajv.validateSchema(schema as object)]).toEqual([schema, true]);
    for (const pattern of patternsIn(json)) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  });

  it('has patterns that Python and RE2 read too: without classes of Unicode, looks ahead or behind, and back references', async () => {
    const { json } = await document();
    const patterns = patternsIn(json);
    expect(patterns.length).toBeGreaterThan(50);
    expect(patterns.filter((pattern) => /\\[pPuk1-9]|\(\?(?!:)/.test(pattern))).toEqual([]);
  });

  it('has tuples without a boolean for a schema, which are as strict', async () => {
    const { json } = await document();
    const parents = everyValue(json, 'prefixItems') as unknown[][];
    expect(parents.length).toBeGreaterThan(2);
    expect(everyValue(json, 'items').filter((items) => typeof items === 'boolean')).toEqual([]);
    const { components } = json as { components: { schemas: Record<string, object> } };
    const clip = new Ajv2020({ strict: false }).compile({
      ...(components.schemas['Target'] as { properties: { clip: object } }).properties.clip,
    });
    expect([[0.01, 0.99], [0.01], [0.01, 0.5, 0.99]].map((value) => clip(value))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('has an example of each body and answer, which is what the API would read or write', async () => {
    const { operations } = await document();
    for (const { name, requestBody, responses } of operations)
      for (const { content } of [requestBody ?? { content: {} }, ...Object.values(responses)].filter(
        isDeclared,
      ))
        for (const media of Object.values(content))
          expect([name, 'example' in media || 'examples' in media]).toEqual([name, true]);
    for (const name of Object.keys(EXAMPLES) as ExampleName[]) {
      const example: unknown = EXAMPLES[name]();
      const parsed = COMPONENTS[name].safeParse(example);
      expect([name, parsed.error?.issues]).toEqual([name, undefined]);
      if (!ONLY_SENT.test(name)) expect(example).toEqual(parsed.data);
    }
  });

  it('leaves out of a request what has a default, and promises it in the answer', async () => {
    const { paths, components } = await document();
    const { get, post } = paths['/api/models/{modelId}/training-runs'] ?? {};
    expect(post?.requestBody?.content['application/json']?.schema).toEqual({
      $ref: '#/components/schemas/StartRequest',
    });
    expect(components.schemas).toMatchObject({
      StartRequest: {
        type: 'object',
        required: ['spec'],
        properties: { spec: { $ref: '#/components/schemas/TrainingSpecInput' } },
        additionalProperties: false,
      },
      TrainingSpecInput: { required: ['dataset', 'features'], additionalProperties: false },
      TrainingSpec: {
        required: ['dataset', 'features', 'model', 'training', 'evaluation', 'outputs', 'compute', 'tags'],
        additionalProperties: false,
      },
    });
    expect(get?.parameters.find(({ name }) => name === 'limit')).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    });
  });

  it('asks for a body only where none would be refused', async () => {
    const { paths } = await document();
    const required = (path: string) => paths[path]?.post?.requestBody?.required;
    expect(required('/api/training-runs/{runId}/cancel')).toBe(false);
    expect(required('/api/models/{modelId}/training-runs')).toBe(true);
  });

  it('says for each status of refusal what it means, and that its body is a problem', async () => {
    const { components } = await document();
    for (const { description, content, headers } of Object.values(components.responses)) {
      expect(description).toMatch(/\.$/);
      expect(Object.keys(content)).toEqual(['application/problem+json']);
      expect(headers).toHaveProperty('Cache-Control');
    }
  });
});
