/** Cursors are opaque to callers: base64url of the place where the page before ended. */
import type { z } from 'zod';
import { DomainError } from '../errors/domainError.js';

export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

export function decodeCursor<T>(schema: z.ZodType<T>, cursor: string | undefined): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (cause) {
    const detail = 'The cursor is not one that this server gave out: begin again without one.';
    throw new DomainError('invalid-cursor', detail, { cause });
  }
}
