/** The answers that say no. Operations name those that they can give; a path or method that is not here gets the rest. */
import type { DomainCode } from '../../errors/domainCodes.js';
import { DomainError } from '../../errors/domainError.js';
import { problemOf } from '../../http/answers.js';
import type { Json } from './schemas.js';

interface RefusalText {
  name: string;
  description: string;
  /** A problem of the status, and what its detail may say. */
  example: readonly [code: DomainCode, detail: string];
}

const REFUSALS = {
  400: {
    name: 'BadRequest',
    description: 'The path, the query, a header or the body is not as it must be.',
    example: ['invalid-request', 'the body is not as it must be: see errors'],
  },
  401: {
    name: 'NotAuthenticated',
    description: 'Nothing says who calls, or it is not accepted.',
    example: ['not-authenticated', 'send an ID token: Authorization: Bearer …'],
  },
  403: {
    name: 'Forbidden',
    description: 'The caller is known and may not.',
    example: ['no-role', 'this needs the role trainer'],
  },
  404: {
    name: 'NotFound',
    description: 'There is nothing here, or nothing that the caller may see.',
    example: ['not-found', 'there is no run k3x7q2mzp5dvn4wyt6ab'],
  },
  405: {
    name: 'MethodNotAllowed',
    description: 'The path has other methods.',
    example: ['method-not-allowed', 'this path has GET and POST'],
  },
  409: {
    name: 'Conflict',
    description: 'The state of things is against it.',
    example: ['cannot-retry', 'run k3x7q2mzp5dvn4wyt6ab is completed'],
  },
  413: {
    name: 'TooLarge',
    description: 'The body is larger than is read.',
    example: ['too-large', 'the body has more than 256000 bytes'],
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON in UTF-8.',
    example: ['unsupported-media-type', 'send application/json'],
  },
  416: {
    name: 'RangeNotSatisfiable',
    description: 'The file has none of the bytes that are asked for.',
    example: ['range-not-satisfiable', 'the file has 100 bytes; bytes=200- has none of them'],
  },
  422: {
    name: 'KeyReused',
    description: 'The Idempotency-Key was sent with another request before.',
    example: ['idempotency-key-reused', 'send a new key with a new request'],
  },
  500: {
    name: 'InternalError',
    description: 'A mistake of the server; nothing was half-written.',
    example: ['internal', 'the mistake is in the log of the server'],
  },
  503: {
    name: 'Unavailable',
    description: 'Something that this needs does not answer at the moment.',
    example: ['keys-unavailable', 'the keys of the issuer could not be fetched; try again in 5 seconds'],
  },
} as const satisfies Record<number, RefusalText>;
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

/** What `errors` of a problem is for. */
const ERRORS = [{ pointer: '/spec/training/epochs', detail: 'must be 1 or more, and is 0' }];

/** `components.responses` of the document; `schema` is that of their bodies. */
export function refusalComponents(schema: Json): Json {
  const entries = Object.entries(REFUSALS).map(
    ([
      status,
      {
        name,
        description,
        example: [code, detail],
      },
    ]) => {
      const headers = { ...NOT_STORED, ...HEADERS[Number(status) as Refusal] };
      const errors = code === 'invalid-request' ? { errors: ERRORS } : {};
      const example = problemOf(new DomainError(code, detail, errors));
      return [
        name,
        { description, headers, content: { 'application/problem+json': { schema, example } } },
      ] as const;
    },
  );
  return Object.fromEntries(entries);
}

export function refusals(...statuses: readonly Refusal[]): Json {
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${REFUSALS[status].name}` }]),
  );
}
