/** What was said over HTTP, held against the OpenAPI document. */
import { gunzipSync } from 'node:zlib';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';
import { openApiDocument } from '../../functions/api/openapi/document.js';
import { routes } from '../../functions/api/routes.js';

/** A request as it went over the wire. */
export interface SentRequest {
  method: string;
  /** With the query. */
  path: string;
  /** By names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string | Buffer | undefined;
}

export interface GivenAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Undefined for one that is not read to its end: its events are checked one by one. */
  text: string | undefined;
}

const schemaSchema = z.record(z.string(), z.unknown());
const contentSchema = z.record(z.string(), z.looseObject({ schema: schemaSchema }));
const headerSchema = z.object({ required: z.boolean().default(false), schema: schemaSchema });
const responseSchema = z.object({
  description: z.string().min(1),
  headers: z.record(z.string(), headerSchema).default({}),
  content: contentSchema.default({}),
});
const parameterSchema = headerSchema.extend({ name: z.string(), in: z.enum(['path', 'query', 'header']) });
const operationSchema = z.object({
  tags: z.tuple([z.enum(['api', 'webhooks'])]),
  operationId: z.string(),
  parameters: z.array(parameterSchema),
  requestBody: z.object({ required: z.boolean(), content: contentSchema }).optional(),
  responses: z.record(z.string(), z.union([z.object({ $ref: z.string() }), responseSchema])),
});
/** As much of OpenAPI 3.1 as Trainyard's document uses. */
export const documentSchema = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.enum(['get', 'post', 'put', 'delete']), operationSchema.optional())),
  components: z.object({
    schemas: z.record(z.string(), schemaSchema),
    responses: z.record(z.string(), responseSchema),
  }),
});
type OperationObject = z.infer<typeof operationSchema>;
type ResponseObject = z.infer<typeof responseSchema>;

/** An operation, and where in the document it is. */
interface Operation extends OperationObject {
  method: string;
  /** With its parameters in braces. */
  path: string;
  segments: string[];
  pointer: string[];
}

/** As every client gets it. */
const json: unknown = JSON.parse(JSON.stringify(openApiDocument(routes)));
const document = documentSchema.parse(json);
export const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, operation]) =>
    operation
      ? {
          ...operation,
          method: method.toUpperCase(),
          path,
          segments: path.split('/'),
          pointer: ['paths', path, method],
        }
      : [],
  ),
);

// A component is compiled once, and not wherever it is named; what is generated is not polished, for few of it runs often.
const ajv = new Ajv2020({
  allErrors: false,
  strictTypes: false,
  allowUnionTypes: true,
  inlineRefs: false,
  code: { optimize: false },
});
formats.default(ajv);
// What of the document is no schema; an unknown keyword anywhere else is a mistake.
ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components']);
ajv.addSchema(z.record(z.string(), z.unknown()).parse(json), 'openapi', true, false);
const validators = new Map<string, ValidateFunction>();

/** The first violation of the schema at a place of the document. */
function violation(pointer: readonly (string | number)[], value: unknown): string | undefined {
  const at = pointer
    .map((key) => `/${encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
  const validate = validators.get(at) ?? ajv.compile({ $ref: `openapi#${at}` });
  validators.set(at, validate);
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath || 'it'} ${error?.message} ${JSON.stringify(error?.params)}`;
}

/** What is wrong with an exchange with the function `api` or `webhooks`; empty when nothing is. */
export function mismatches(name: 'api' | 'webhooks', request: SentRequest, answer: GivenAnswer): string[] {
  const fitting = operationsAt(name, request.path);
  // A download answers HEAD as it answers GET.
  const asked = request.method === 'HEAD' && fitting.some(isDownload) ? 'GET' : request.method;
  const operation = fitting.find(({ method }) => method === asked);
  const found = operation
    ? [...answerMismatches(operation, request, answer), ...requestMismatches(operation, request, answer)]
    : strayMismatches(fitting, request, answer);
  return found.map((what) => `${request.method} ${request.path} answered ${answer.status}: ${what}`);
}

/** What is wrong with the event of a stream, as its text in the stream. */
export function eventMismatches(path: string, block: string): string[] {
  const operation = operationsAt('api', path).find(({ method }) => method === 'GET');
  const [, event, data] = /^(?:id: .*\n)?event: (.*)\ndata: (.*)$/.exec(block) ?? [];
  if (!operation || data === undefined) return [`${path} streamed what is no event: ${block}`];
  const pointer = [...operation.pointer, 'responses', 200, 'content', 'text/event-stream', 'schema'];
  const wrong = violation(pointer, { event, data: JSON.parse(data) });
  return wrong === undefined ? [] : [`${path} streamed an event "${event}": ${wrong}`];
}

function operationsAt(name: string, path: string): Operation[] {
  const segments = segmentsOf(path);
  return operations.filter(
    (operation) =>
      operation.tags[0] === name &&
      // A parameter of that name takes the rest of the path.
      (operation.segments.length === segments.length ||
        (operation.segments.at(-1) === '{path}' && segments.length > operation.segments.length)) &&
      operation.segments.every((segment, i) => segment.startsWith('{') || segment === segments[i]),
  );
}

function segmentsOf(path: string): (string | undefined)[] {
  return targetOf(path).path.replace(/\/$/, '').split('/').map(decoded);
}

/** Proxies are asked for a whole URL; a server finds the path in it. What follows a # is not for it. */
function targetOf(path: string): { path: string; query: string } {
  const [, target = '', query = ''] = /^(?:https?:\/\/[^/?#]*)?([^?#]*)(?:\?([^#]*))?/i.exec(path) ?? [];
  return { path: target, query };
}

/** Undefined where that is not possible. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isDownload({ responses }: Operation): boolean {
  return Object.values(responses).some(
    (response) => !('$ref' in response) && response.content['application/octet-stream'] !== undefined,
  );
}

/** Where the document has no operation, only some refusals are right. */
function strayMismatches(fitting: Operation[], { method }: SentRequest, answer: GivenAnswer): string[] {
  const right = new Map([
    [400, 'BadRequest'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [405, 'MethodNotAllowed'],
    [413, 'TooLarge'],
    [415, 'UnsupportedMediaType'],
  ]).get(answer.status);
  const response = right === undefined ? undefined : document.components.responses[right];
  if (right === undefined || !response) return ['the document has no such operation'];
  const isHere = fitting.length > 0;
  if (answer.status === 404 && isHere) return ['the document has other methods of this path'];
  if (answer.status === 405) {
    const allowed = [
      ...fitting.map((operation) => operation.method),
      ...(fitting.some(isDownload) ? ['HEAD'] : []),
    ].toSorted();
    const said = String(answer.headers['allow']).split(', ').toSorted();
    if (allowed.join() !== said.join()) return [`Allow says ${said.join()}, the document ${allowed.join()}`];
  }
  return responseMismatches(['components', 'responses', right], response, method, answer);
}

function answerMismatches(operation: Operation, { method }: SentRequest, answer: GivenAnswer): string[] {
  const declared = operation.responses[answer.status];
  if (!declared) return [`the status is not one of ${Object.keys(operation.responses).join()}`];
  if (!('$ref' in declared)) {
    const pointer = [...operation.pointer, 'responses', answer.status];
    return responseMismatches(pointer, declared, method, answer);
  }
  const name = declared.$ref.replace('#/components/responses/', '');
  const response = document.components.responses[name];
  if (!response) return [`${declared.$ref} is nowhere`];
  return responseMismatches(['components', 'responses', name], response, method, answer);
}

function responseMismatches(
  pointer: readonly (string | number)[],
  declared: ResponseObject,
  method: string,
  { headers, text }: GivenAnswer,
): string[] {
  const wrongHeaders = Object.entries(declared.headers).flatMap(([name, { required }]) => {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    const wrong = violation([...pointer, 'headers', name, 'schema'], value);
    return wrong === undefined ? [] : [`the header ${name}: ${wrong}`];
  });
  const mediaType = mediaTypeOf(headers['content-type']);
  // A file has the type that its manifest says, and is no document of ours.
  if (declared.content['application/octet-stream'] || Object.keys(declared.content).length === 0)
    return wrongHeaders;
  if (!declared.content[mediaType]) return [...wrongHeaders, `the content type ${mediaType} is not declared`];
  if (
    method === 'HEAD' ||
    text === undefined ||
    mediaType === 'text/event-stream' ||
    mediaType === 'text/html'
  )
    return wrongHeaders;
  const body = parsed(text);
  if (!body) return [...wrongHeaders, 'the body is no JSON'];
  const wrong = violation([...pointer, 'content', mediaType, 'schema'], body.value);
  return wrong === undefined ? wrongHeaders : [...wrongHeaders, `the body: ${wrong}`];
}

function mediaTypeOf(header: unknown): string {
  return String(header).split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Whoever was not refused has sent what the document asks for. */
function requestMismatches(operation: Operation, request: SentRequest, { status }: GivenAnswer): string[] {
  if (status >= 300) return [];
  return [
    ...pathMismatches(operation, request),
    ...queryMismatches(operation, request),
    ...headerMismatches(operation, request),
    ...bodyMismatches(operation, request),
  ].map((what) => `it should have been refused, for ${what}`);
}

function parameters(operation: Operation, place: 'path' | 'query' | 'header') {
  return operation.parameters.flatMap((parameter, i) =>
    parameter.in === place
      ? { ...parameter, pointer: [...operation.pointer, 'parameters', i, 'schema'] }
      : [],
  );
}

function pathMismatches(operation: Operation, { path }: SentRequest): string[] {
  const segments = segmentsOf(path);
  return parameters(operation, 'path').flatMap(({ name, pointer }) => {
    const wrong = violation(pointer, segments[operation.segments.indexOf(`{${name}}`)]);
    return wrong === undefined ? [] : [`${name} of the path: ${wrong}`];
  });
}

function queryMismatches(operation: Operation, { path }: SentRequest): string[] {
  const given = new URLSearchParams(targetOf(path).query);
  const declared = parameters(operation, 'query');
  const unknown = [...new Set(given.keys())].filter((key) => !declared.some(({ name }) => name === key));
  return [
    ...unknown.map((name) => `${name} of the query is not declared`),
    ...declared.flatMap(({ name, required, schema, pointer }) => {
      const [value, ...more] = given.getAll(name);
      if (value === undefined) return required ? [`${name} of the query is missing`] : [];
      if (more.length > 0) return [`${name} of the query is there twice`];
      const wrong = violation(pointer, schema['type'] === 'integer' ? numberOr(value) : value);
      return wrong === undefined ? [] : [`${name} of the query: ${wrong}`];
    }),
  ];
}

/** A number as JSON writes it; other text stays as it is. */
function numberOr(text: string): number | string {
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

function headerMismatches(operation: Operation, { headers }: SentRequest): string[] {
  return parameters(operation, 'header').flatMap(({ name, required, pointer }) => {
    const value = headers[name.toLowerCase()]?.trim();
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    const wrong = violation(pointer, value);
    return wrong === undefined ? [] : [`the header ${name}: ${wrong}`];
  });
}

function bodyMismatches({ requestBody, pointer, method }: Operation, request: SentRequest): string[] {
  const bytes = Buffer.from(request.body ?? '');
  // HTTP gives the bodies of other methods no meaning: nobody reads them.
  if (!requestBody) return bytes.length > 0 && method === 'POST' ? ['a body that is not declared'] : [];
  if (bytes.length === 0) return requestBody.required ? ['its missing body'] : [];
  const mediaType = mediaTypeOf(request.headers['content-type']);
  if (!requestBody.content[mediaType]) return [`the content type ${mediaType} of the body`];
  // A file may hold anything.
  if (mediaType === 'application/octet-stream') return [];
  const body = parsed(textOf(bytes, request.headers));
  if (!body) return ['a body that is no JSON'];
  const wrong = violation([...pointer, 'requestBody', 'content', mediaType, 'schema'], body.value);
  return wrong === undefined ? [] : [`the body: ${wrong}`];
}

function textOf(bytes: Buffer, headers: SentRequest['headers']): string {
  const [, charset = 'utf-8'] = /charset="?([^";]+)/i.exec(headers['content-type'] ?? '') ?? [];
  const plain = headers['content-encoding']?.toLowerCase() === 'gzip' ? gunzipSync(bytes) : bytes;
  return new TextDecoder(charset).decode(plain);
}
