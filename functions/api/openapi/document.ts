/** The HTTP interface as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0), made of the same schemas that parse and answer. */
import { problemSchema } from '@trainyard/shared';
import type { Route, Success } from '../route.js';
import { EVENT_ID, MAX_EVENT_ID_LENGTH } from '../sentRows.js';
import { callbackPaths, callbackSecurity } from './callbacks.js';
import { nameComponents } from './components.js';
import { contentOf, exampleComponents, parametersOf, requestBodyOf, uploadBodyOf } from './content.js';
import { NOT_STORED, refusalComponents, refusals, type Refusal } from './responses.js';
import { schemaOf, type Json } from './schemas.js';

const DESCRIPTION = `Retrains two-tower recommendation models. Errors are RFC 9457 problem details. A path that is not here is answered
with 404, a method that a path lacks with 405 and an Allow header; parameters that are not declared are refused with 400. One slash
at the end of a path is ignored.`;

export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operationOf(route);
  }
  const responses = refusalComponents(schemaOf(problemSchema, 'output'));
  const named = nameComponents({ paths: { ...paths, ...callbackPaths() }, responses });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trainyard',
      version: '1',
      description: DESCRIPTION.replaceAll('\n', ' '),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Where this document comes from.' }],
    tags: [
      { name: 'api', description: 'What people and programs call: the function `api`.' },
      { name: 'webhooks', description: 'What trainers call: the function `webhooks`.' },
    ],
    paths: named.document['paths'],
    components: {
      schemas: named.schemas,
      responses: named.document['responses'],
      examples: exampleComponents(),
      securitySchemes: {
        idToken: { type: 'http', scheme: 'bearer', bearerFormat: 'ID token of Firebase Auth or Google' },
        ...callbackSecurity,
      },
    },
  };
}

function operationOf(route: Route): Json {
  const { operationId, summary, description, access, schemas } = route;
  const { params, query, body, successes } = schemas;
  return {
    tags: ['api'],
    summary,
    ...(description !== undefined && { description }),
    operationId,
    security: access === 'anyone' ? [] : [{ idToken: [] }],
    ...(access !== 'anyone' && { 'x-role': access }),
    parameters: [...parametersOf('path', params), ...parametersOf('query', query), ...headersOf(route)],
    ...(body && { requestBody: requestBodyOf(body) }),
    ...(route.upload && { requestBody: uploadBodyOf(route.upload.maxBytes) }),
    responses: {
      ...Object.fromEntries(successes.map((success) => [success.status, successOf(success, route)])),
      ...(isDownload(schemas) && { 304: NOT_MODIFIED }),
      ...refusals(...refusalsOf(route)),
    },
  };
}

function successOf(
  { status, description, schema, mediaType }: Success,
  { locates, schemas, method }: Route,
): Json {
  const isMade = locates && status === schemas.successes[0]?.status;
  const location = {
    required: true,
    description: 'Where the made thing is.',
    schema: { type: 'string', pattern: '^/api/' },
  };
  return {
    description,
    headers: {
      ...NOT_STORED,
      ...(isMade && { Location: location }),
      ...(method === 'POST' && { 'Idempotency-Replayed': REPLAYED }),
    },
    content: contentOf(mediaType, schema, 'output'),
  };
}

const NOT_MODIFIED = {
  description: 'The client has the file: `If-None-Match` names its `ETag`.',
  headers: NOT_STORED,
};

const REPLAYED = {
  description:
    'There where this is the first answer again, to a request that came before with the same Idempotency-Key.',
  schema: { type: 'string', const: 'true' },
};

function refusalsOf({ method, path, access, mayLack, mayConflict, schemas }: Route): Refusal[] {
  return [
    400,
    ...(access === 'anyone' ? [] : ([401, 403] as const)),
    ...(mayLack || path.includes('{') ? ([404] as const) : []),
    ...(mayConflict ? ([409] as const) : []),
    413,
    415,
    ...(isDownload(schemas) ? ([409, 416] as const) : []),
    ...(method === 'POST' ? ([422] as const) : []),
    500,
    503,
  ];
}

const isDownload = ({ successes }: Route['schemas']) =>
  successes.some(({ mediaType }) => mediaType === 'application/octet-stream');

function headersOf({ method, schemas, goesOn }: Route): Json[] {
  const header = (name: string, description: string, schema: Json) => [
    { name, in: 'header', required: false, description, schema },
  ];
  if (method === 'POST') {
    return header(
      'Idempotency-Key',
      'The same request with the same key does nothing more and gets the first answer again; that of a dry run is made anew.',
      {
        type: 'string',
        pattern: '^[\\x21-\\x7e]{1,200}$',
      },
    );
  }
  if (isDownload(schemas))
    return [
      ...header(
        'If-None-Match',
        'Entity tags of what the client has: with that of the file, the answer is 304.',
        {
          type: 'string',
        },
      ),
      ...header('Range', 'The part that is wanted: one range of bytes.', { type: 'string' }),
      ...header(
        'If-Range',
        'The `ETag` of what the client has a part of: the whole is sent where it differs.',
        {
          type: 'string',
        },
      ),
    ];
  if (!goesOn) return [];
  const description = 'The id of the last event that the client has: it is sent the rest.';
  return header('Last-Event-ID', description, {
    type: 'string',
    maxLength: MAX_EVENT_ID_LENGTH,
    pattern: EVENT_ID.source,
  });
}
