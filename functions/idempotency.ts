/**
 * What a request with an `Idempotency-Key` did, recorded in the transaction that did it: the same request with the same key does
 * nothing more and gets the first answer again, whatever has become of the thing since; another request with that key is a problem.
 */
import { digestOf, instantSchema, later, paths } from '@trainyard/shared';
import { z } from 'zod';
import { DomainError } from './errors/domainError.js';
import type { DocumentReader, Transaction } from './ports/documentStore/documentStore.js';
import { makeWrites, type Write } from './ports/documentStore/writes.js';

/** How long a key is remembered. */
const LIFETIME_MS = 7 * 86_400_000;

/** Where the record of a request is, and what the request was. */
export interface IdempotencySlot {
  path: string;
  requestDigest: string;
}

const recordSchema = z.strictObject({
  requestDigest: z.string(),
  /** What `recall` gives back, as the text of its JSON: one entry of an index, whatever it holds. Plain JSON in older records. */
  outcome: z.unknown(),
  createdAt: instantSchema,
  expiresAt: instantSchema,
});

/** Undefined without a key. Keys of different callers never meet. */
export function idempotencySlot(
  caller: string,
  key: string | undefined,
  request: unknown,
): IdempotencySlot | undefined {
  if (key === undefined) return undefined;
  const name = digestOf([caller, key]).replace('sha256:', '');
  return { path: paths.idempotencyKey(name), requestDigest: digestOf(request) };
}

/** The outcome of the same request, if there was one. */
export async function recall<T>(
  from: DocumentReader,
  slot: IdempotencySlot | undefined,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const document = slot && (await from.get(slot.path));
  if (!document) return undefined;
  const record = recordSchema.parse(document.data);
  if (record.requestDigest !== slot.requestDigest) throw keyReused();
  const { outcome } = record;
  return schema.parse(typeof outcome === 'string' ? JSON.parse(outcome) : outcome);
}

/** What a request came to, and whether it came to that before. */
export interface Done<T> {
  outcome: T;
  isReplay: boolean;
}

/** In a transaction: does `work` and records its outcome, or recalls it. What `schema` reads of older records is one as well. */
export async function once<T>(
  tx: Transaction,
  slot: IdempotencySlot | undefined,
  schema: z.ZodType<T>,
  now: Date,
  work: () => Promise<T>,
): Promise<Done<T>> {
  const before = await recall(tx, slot, schema);
  if (before !== undefined) return { outcome: before, isReplay: true };
  const outcome = await work();
  makeWrites(tx, rememberedWrites(slot, outcome, now));
  return { outcome, isReplay: false };
}

/** The record of what a request did: made where nobody made it first, and none for a request without a key. */
export function rememberedWrites(slot: IdempotencySlot | undefined, outcome: unknown, now: Date): Write[] {
  if (!slot) return [];
  const { path, requestDigest } = slot;
  const expiresAt = later(now, LIFETIME_MS);
  const text = JSON.stringify(outcome);
  return [
    { kind: 'create', path, data: { requestDigest, outcome: text, createdAt: now.toISOString(), expiresAt } },
  ];
}

function keyReused(): DomainError {
  return new DomainError(
    'idempotency-key-reused',
    'This Idempotency-Key was sent with another request before. Send a new key with a new request.',
  );
}
