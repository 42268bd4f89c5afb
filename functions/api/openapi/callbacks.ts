/** The trainer's callbacks in the OpenAPI document, made of the schemas that the function `webhooks` parses with. */
import {
  BATCH,
  callbackAnswerSchema,
  callbackBatchSchema,
  callbackIdSchema,
  callbackKindSchema,
  callbackSchemas,
  runIdSchema,
} from '@trainyard/shared';
import { z } from 'zod';
import { contentOf, parametersOf, requestBodyOf } from './content.js';
import { NOT_STORED, refusals } from './responses.js';
import { schemaOf, type Json } from './schemas.js';

/** A callback names its attempt and is signed with that attempt's key, as Standard Webhooks are. */
export const callbackSecurity: Json = {
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'webhook-signature',
    description:
      'Standard Webhooks: `v1,` and the base64 of the HMAC-SHA256 of `id.timestamp.body` under the key of the run’s attempt.',
  },
};

const HEADERS: readonly { name: string; description: string; schema: Json; required: boolean }[] = [
  {
    name: 'trainyard-attempt',
    description: 'The attempt that speaks; its key has signed.',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,5}$' },
    required: true,
  },
  {
    name: 'webhook-id',
    description: 'The same whenever the same callback is sent again.',
    schema: schemaOf(callbackIdSchema, 'input'),
    required: true,
  },
  {
    name: 'webhook-timestamp',
    description: 'Seconds since 1970; at most five minutes away from the server’s clock.',
    schema: { type: 'string', pattern: '^[0-9]{1,12}$' },
    required: true,
  },
  {
    name: 'webhook-signature',
    description: 'One signature or several, separated by blanks; one of them must be good.',
    schema: { type: 'string', pattern: '(^| )v1,[A-Za-z0-9+/]+={0,2}( |$)' },
    required: true,
  },
  {
    name: 'trainyard-identity',
    description: 'The ID token of the trainers’ service account, where the deployment names one.',
    schema: { type: 'string' },
    required: false,
  },
];

/** One path for each kind of callback, and one for several at once. */
export function callbackPaths(): Record<string, Json> {
  const single = callbackKindSchema.options.map(
    (kind) => [kind, `Report \`${kind}\` of a run’s attempt`, callbackSchemas[kind]] as const,
  );
  const all = [
    ...single,
    [BATCH, 'Report several things at once, in their order', callbackBatchSchema] as const,
  ];
  return Object.fromEntries(
    all.map(([kind, summary, body]) => {
      const path = `/api/training-runs/{runId}/webhook/${kind}`;
      return [path, { post: operationOf(operationId(kind), summary, body) }];
    }),
  );
}

/** `epoch-complete` is `reportEpochComplete`. */
function operationId(kind: string): string {
  const words = kind.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `report${words.join('')}`;
}

function operationOf(id: string, summary: string, body: z.ZodType): Json {
  return {
    tags: ['webhooks'],
    summary,
    operationId: id,
    security: [{ signature: [] }],
    parameters: [
      ...parametersOf('path', z.strictObject({ runId: runIdSchema })),
      ...HEADERS.map((header) => ({ ...header, in: 'header' })),
    ],
    requestBody: requestBodyOf(body),
    responses: {
      200: {
        description: 'It is recorded, or was before; whether the trainer goes on',
        headers: NOT_STORED,
        content: contentOf('application/json', callbackAnswerSchema, 'output'),
      },
      ...refusals(400, 401, 403, 404, 413, 415, 500, 503),
    },
  };
}
