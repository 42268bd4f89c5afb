import { timeLimit } from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../../controlPlane.js';
import { DomainError } from '../../errors/domainError.js';
import { defineRoute } from '../defineRoute.js';
import { noParams, noQuery } from './parameters.js';

/** How long the store may take to answer. Its own clients would wait for a minute. */
const PATIENCE_MS = 3_000;
/** A document that nobody writes: looking for it takes a read, and tells nothing. */
const NOWHERE = 'health/check';

/** By two names: Cloud Run keeps some paths that end in `z` for itself (https://cloud.google.com/run/docs/issues). */
export const healthRoutes = (
  [
    ['/health', 'getHealth'],
    ['/healthz', 'getHealthz'],
  ] as const
).map(([path, operationId]) =>
  defineRoute({
    method: 'GET',
    path,
    operationId,
    summary: 'Whether the API answers, and its store',
    description: '503 says what is the matter with the store: it is damaged, locked, full or gone.',
    access: 'anyone',
    params: noParams,
    query: noQuery,
    result: z.strictObject({ status: z.literal('ok') }).meta({ examples: [{ status: 'ok' }] }),
    success: 200,
    async handle(cp) {
      await answers(cp);
      return { body: { status: 'ok' as const } };
    },
  }),
);

/** Throws what the store throws, or `store-unavailable` when it is silent. */
async function answers({ store }: Pick<ControlPlane, 'store'>): Promise<void> {
  const limit = timeLimit(PATIENCE_MS);
  const silence = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => {
      const detail = `The store of this Trainyard has not answered for ${PATIENCE_MS / 1000} s: look whether it runs and is reached from here.`;
      reject(new DomainError('store-unavailable', detail, { retryAfterSeconds: 5 }));
    });
  });
  const looks = store.get(NOWHERE).then(() => store.tryWrite?.());
  await Promise.race([looks, silence]);
}
