/** Text that was sent: JSON is UTF-8 (RFC 8259, section 8.1), and what is not is refused, for whoever repairs it changes it. */
import { DomainError } from '../errors/domainError.js';
import type { Request } from './request.js';

/** The type of a body that is a file: it holds whatever it holds. */
export const FILE_TYPE = 'application/octet-stream';

/** Throws `TypeError` where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

/**
 * The framework reads JSON in any encoding of Unicode, and puts a replacement character where bytes are no text. Throws
 * `unsupported-media-type` for another character set, `invalid-json` for bytes that are not UTF-8, and for a byte order mark alone.
 */
export function refuseForeignText(request: Request): void {
  const { rawBody } = request;
  if (!rawBody?.length || request.is(FILE_TYPE)) return;
  const refusal = foreignCharset(request);
  if (refusal) throw refusal;
  let text: string;
  try {
    text = decodeUtf8(rawBody);
  } catch (cause) {
    throw new DomainError('invalid-json', 'The body is not UTF-8: send JSON in UTF-8.', { cause });
  }
  // The framework takes a byte order mark away, and what is left of this one for no body.
  if (text === '\ufeff')
    throw new DomainError('invalid-json', 'The body is a byte order mark alone: send JSON in UTF-8.');
}

/** Why a body of another character set is not read; undefined where it names none, or UTF-8. */
export function foreignCharset(request: Pick<Request, 'get'>): DomainError | undefined {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.get('content-type') ?? '')?.[1];
  if (charset === undefined || /^utf-?8$/i.test(charset)) return undefined;
  const detail = `The body's character set is ${JSON.stringify(charset.slice(0, 50))}: send JSON in UTF-8.`;
  return new DomainError('unsupported-media-type', detail);
}
