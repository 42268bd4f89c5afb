/** Sends a file that a run has left behind, whole or in part (RFC 9110, section 14). */
import { pipeline } from 'node:stream/promises';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import type { Request, Response } from '../http/request.js';
import { ObjectNotFoundError, type ByteRange } from '../ports/objectStore/objectStore.js';
import type { Artifact } from '../runs/results/artifacts.js';

export async function sendArtifact(
  cp: Pick<ControlPlane, 'objects' | 'log'>,
  artifact: Artifact,
  request: Request,
  response: Response,
): Promise<void> {
  const { key, bytes, sha256, contentType } = artifact;
  const etag = sha256 === null ? undefined : `"${sha256}"`;
  const condition = request.get('if-range');
  const asked = condition === undefined || condition === etag ? request.get('range') : undefined;
  const range = rangeOf(asked, bytes);
  if (range === 'unsatisfiable')
    throw new DomainError(
      'range-not-satisfiable',
      `The file has ${bytes} bytes; ${asked ?? ''} has none of them.`,
      { sizeBytes: bytes },
    );
  const source = await openedOf(cp, key, range);
  response.status(range ? 206 : 200).set({
    'cache-control': 'no-store',
    'accept-ranges': 'bytes',
    'content-type': contentType,
    'content-length': String(range ? range.end - range.start + 1 : bytes),
    // A page that a trainer wrote is nobody's on this origin: it runs no script and reads no cookie.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    ...(etag !== undefined && { etag }),
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${bytes}` }),
  });
  try {
    await pipeline(source, response);
  } catch (error) {
    // Whoever has left needs no answer; what else breaks off has an end that does not fit its length.
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
      cp.log('ERROR', 'an artifact could not be sent', { key, error });
      response.destroy();
    }
  }
}

async function openedOf(cp: Pick<ControlPlane, 'objects'>, key: string, range: ByteRange | null) {
  try {
    return await (range ? cp.objects.openRead(key, range) : cp.objects.openRead(key));
  } catch (error) {
    if (error instanceof ObjectNotFoundError)
      throw new DomainError('no-artifact', `${error.uri} is not there any more.`);
    throw error;
  }
}

/** Null for the whole: nothing is asked for, or several ranges, or what is no range. */
export function rangeOf(header: string | undefined, bytes: number): ByteRange | null | 'unsatisfiable' {
  const [, from = '', to = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return null;
  if (from === '') {
    const count = Math.min(Number(to), bytes);
    return count === 0 ? 'unsatisfiable' : { start: bytes - count, end: bytes - 1 };
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return null;
  if (start >= bytes) return 'unsatisfiable';
  return { start, end: to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1) };
}
