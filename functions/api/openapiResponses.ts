/** The answers that say no. Operations name those that they can give; a path or method that is not here gets the rest. */
import type { Json } from './openapiSchema.js';

const REFUSALS = {
  400: ['BadRequest', 'The path, the query, a header or the body is not as it must be.'],
  401: ['NotAuthenticated', 'Nothing says who calls, or it is not accepted.'],
  403: ['Forbidden', 'The caller is known and may not.'],
  404: ['NotFound', 'There is nothing here, or nothing that the caller may see.'],
  405: ['MethodNotAllowed', 'The path has other methods.'],
  409: ['Conflict', 'The state of things is against it.'],
  413: ['TooLarge', 'The body is larger than is read.'],
  415: ['UnsupportedMediaType', 'The body is not JSON in UTF-8.'],
  422: ['KeyReused', 'The Idempotency-Key was sent with another request before.'],
  500: ['InternalError', 'A mistake of the server; nothing was half-written.'],
  503: ['Unavailable', 'Something that this needs does not answer at the moment.'],
} as const;
export type Refusal = keyof typeof REFUSALS;

const text = { type: 'string' };
/** Of every answer: it is this caller's, now. */
export const NOT_STORED: Json = {
  'Cache-Control': { required: true, schema: { type: 'string', const: 'no-store' } },
};
const HEADERS: Partial<Record<Refusal, Json>> = {
  401: { 'WWW-Authenticate': { description: 'Where a token would let the caller in.', schema: text } },
  405: { Allow: { required: true, description: 'The methods that the path has.', schema: text } },
  503: {
    'Retry-After': {
      required: true,
      description: 'Seconds to wait.',
      schema: { type: 'string', pattern: '^[0-9]+$' },
    },
  },
};

/** `components.responses` of the document. */
export function refusalComponents(): Json {
  const entries = Object.entries(REFUSALS).map(([status, [name, description]]) => {
    const headers = { ...NOT_STORED, ...HEADERS[Number(status) as Refusal] };
    const schema = { $ref: '#/components/schemas/Problem' };
    return [name, { description, headers, content: { 'application/problem+json': { schema } } }] as const;
  });
  return Object.fromEntries(entries);
}

export function refusals(...statuses: readonly Refusal[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${REFUSALS[status][0]}` }]),
  );
}
