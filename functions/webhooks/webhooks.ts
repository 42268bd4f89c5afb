/** The trainer's callbacks: `POST /api/training-runs/{runId}/webhook/{kind}`, and `…/webhook/batch` for several at once. */
import {
  BATCH,
  callbackBatchSchema,
  callbackIdSchema,
  callbackKindSchema,
  callbackSchemas,
  MAX_CALLBACK_BYTES,
  runIdSchema,
  SIGNATURE_TOLERANCE_SECONDS,
  verifyCallback,
  type CallbackKind,
  type RunCallback,
  type SignatureVerdict,
} from '@trainyard/shared';
import { z } from 'zod';
import type { ControlPlane } from '../controlPlane.js';
import { sendJson } from '../http/answers.js';
import type { Request, Response } from '../http/request.js';
import { decodeUtf8 } from '../http/utf8.js';
import { DomainError, notFound } from '../errors/domainError.js';
import { parseSent } from '../errors/parseSent.js';
import type { SentCallback } from '../runs/planCallbacks.js';
import { recordCallbacks } from '../runs/recordCallback.js';
import { withLogFields } from '../telemetry/context.js';
import { nameSpan } from '../telemetry/tracing.js';
import { observeCallbacks } from './observeCallbacks.js';
import { keepRunSecrets, runSecrets } from './runSecrets.js';
import { requireTrainerIdentity } from './trainerIdentity.js';

const PATH = /^\/api\/training-runs\/([^/]+)\/webhook\/([^/]+)\/?$/;

/** Size, path, signature over the raw body, the trainer's identity, body, record, answer. No work after the answer. */
export async function handleWebhook(cp: ControlPlane, request: Request, response: Response): Promise<void> {
  const begun = performance.now();
  const body = limitedBody(request);
  const { runId, kind } = addressOf(request);
  nameSpan(`callback ${kind}`, { 'trainyard.run_id': runId });
  const attempt = claimedAttempt(request);
  const id = verifiedId(cp, request, runId, attempt, body);
  await requireTrainerIdentity(cp, request);
  parseSent(noQuery, { ...request.query }, 'query');
  requireJson(request);
  const callbacks = parseCallbacks(kind, id, body);
  if (callbacks.some(({ callback }) => callback.body.attempt !== attempt)) throw badSignature('invalid');
  await withLogFields({ runId, attempt, stage: stageOf(callbacks) }, async () => {
    const recorded = await recordCallbacks(cp, runId, attempt, callbacks);
    sendJson(response, 200, recorded.answer);
    observeCallbacks(cp, recorded, callbacks, (performance.now() - begun) / 1000);
  });
}

/** The stage that the newest of them tells of, as far as it does. */
function stageOf(callbacks: readonly SentCallback[]): string | undefined {
  return callbacks.flatMap(({ callback: { body } }) => ('stage' in body ? body.stage : [])).at(-1);
}

function limitedBody(request: Request): Buffer {
  const body = request.rawBody ?? Buffer.alloc(0);
  if (body.length <= MAX_CALLBACK_BYTES) return body;
  const detail = `The callback has ${body.length} bytes; at most ${MAX_CALLBACK_BYTES} are read. Send log lines in smaller parts.`;
  throw new DomainError('too-large', detail);
}

const addressSchema = callbackKindSchema.or(z.literal(BATCH));

function addressOf(request: Request): { runId: string; kind: CallbackKind | typeof BATCH } {
  const match = PATH.exec(request.path);
  const runId = runIdSchema.safeParse(match?.[1]);
  const kind = addressSchema.safeParse(match?.[2]);
  if (!runId.success || !kind.success) throw notFound('such callback');
  if (request.method !== 'POST') {
    throw new DomainError('method-not-allowed', 'A callback is sent with POST.', {
      allowedMethods: ['POST'],
    });
  }
  return { runId: runId.data, kind: kind.data };
}

/** The attempt whose key signed; the body must say the same. */
function claimedAttempt(request: Request): number {
  const header = request.get('trainyard-attempt') ?? '';
  if (!/^[1-9]\d{0,5}$/.test(header)) throw badSignature('missing');
  return Number(header);
}

/** The callback's id, once its signature is known to be good. */
function verifiedId(
  cp: Pick<ControlPlane, 'config' | 'now'>,
  request: Request,
  runId: string,
  attempt: number,
  body: Buffer,
): string {
  const id = request.get('webhook-id');
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': request.get('webhook-timestamp'),
    'webhook-signature': request.get('webhook-signature'),
  };
  // Every secret is tried, so that the time tells nothing of which one it was.
  const secrets = runSecrets(cp.config, runId, attempt);
  const verdicts = secrets.map((secret) => verifyCallback(secret, headers, cp.now(), body));
  const verdict = verdicts.includes('valid') ? 'valid' : (verdicts[0] ?? 'invalid');
  if (verdict !== 'valid') throw badSignature(verdict);
  keepRunSecrets(cp.config, runId, attempt, secrets);
  const parsed = callbackIdSchema.safeParse(id);
  if (!parsed.success) throw badSignature('missing');
  return parsed.data;
}

const REASONS: Record<Exclude<SignatureVerdict, 'valid'>, string> = {
  missing:
    'A callback carries the headers trainyard-attempt, webhook-id, webhook-timestamp and webhook-signature (Standard Webhooks).',
  outsideWindow: `The callback's timestamp is more than ${SIGNATURE_TOLERANCE_SECONDS} s away from this server's clock.`,
  invalid: 'The signature does not match.',
};

function badSignature(verdict: Exclude<SignatureVerdict, 'valid'>): DomainError {
  return new DomainError('bad-signature', REASONS[verdict]);
}

const noQuery = z.strictObject({});

function requireJson(request: Request): void {
  if (request.is('application/json')) return;
  const given = request.get('content-type') ?? 'none';
  const detail = `The callback's content-type is ${given.slice(0, 100)}; only application/json is read.`;
  throw new DomainError('unsupported-media-type', detail);
}

function parseCallbacks(
  kind: CallbackKind | typeof BATCH,
  id: string,
  body: Buffer,
): readonly SentCallback[] {
  const json = jsonOf(body);
  if (kind === BATCH) {
    const { callbacks } = parseSent(callbackBatchSchema, json, 'batch');
    return callbacks.map((sent) => ({ id: sent.id, callback: callbackOf(sent.kind, sent.body) }));
  }
  return [{ id, callback: callbackOf(kind, parseSent<unknown>(callbackSchemas[kind], json, 'callback')) }];
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(decodeUtf8(body));
  } catch (cause) {
    throw new DomainError('invalid-json', 'The callback is not valid JSON.', { cause });
  }
}

/** Kind and body go together by the table they come from; the compiler cannot follow a union through an index. */
function callbackOf(kind: CallbackKind, body: unknown): RunCallback {
  return { type: 'callback', kind, body } as RunCallback;
}
