/** Sends a file that a run has left behind, whole or in part, unless the client has it (RFC 9110, sections 13 and 14). */
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import type { Request, Response } from '../http/request.js';
import { ObjectNotFoundError, ObjectSizeError, type ByteRange } from '../ports/objectStore/objectStore.js';
import type { Artifact } from '../runs/results/artifact.js';

export async function sendArtifact(
  cp: Pick<ControlPlane, 'objects' | 'log'>,
  artifact: Artifact,
  request: Request,
  response: Response,
): Promise<void> {
  const { bytes, sha256, contentType } = artifact;
  const etag = `"${sha256}"`;
  const fixed = {
    'cache-control': 'no-store',
    'accept-ranges': 'bytes',
    // A page that a trainer wrote is nobody's on this origin: it runs no script and reads no cookie.
    'content-security-policy': 'sandbox',
    'x-content-type-options': 'nosniff',
    etag,
  };
  if (isNamedBy(request.get('if-none-match'), etag)) {
    response.status(304).set(fixed).end();
    return;
  }
  const condition = request.get('if-range');
  const asked = condition === undefined || condition === etag ? request.get('range') : undefined;
  // The definition of ranges is for GET alone.
  const range = request.method === 'HEAD' ? null : rangeOf(asked, bytes);
  if (range === 'unsatisfiable')
    throw new DomainError(
      'range-not-satisfiable',
      `The file has ${bytes} bytes; ${asked ?? ''} has none of them.`,
      { sizeBytes: bytes },
    );
  const source = await openedOf(cp, artifact, range);
  const length = range ? range.end - range.start + 1 : bytes;
  response.status(range ? 206 : 200).set({
    ...fixed,
    'content-type': contentType,
    'content-length': String(length),
    ...(range && { 'content-range': `bytes ${range.start}-${range.end}/${bytes}` }),
  });
  if (request.method === 'HEAD') {
    source.destroy();
    response.end();
    return;
  }
  await sent(cp, artifact, { source, length, response });
}

async function sent(
  cp: Pick<ControlPlane, 'log'>,
  { key }: Artifact,
  { source, length, response }: { source: Readable; length: number; response: Response },
): Promise<void> {
  try {
    await pipeline(source, exactly(length), response);
  } catch (error) {
    // Whoever has left needs no answer; what else breaks off has an end that does not fit its length.
    if (error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    cp.log('ERROR', 'an artifact could not be sent', { key, error });
    response.destroy();
  }
}

/** Fails where the object is shorter or longer than its manifest says: a client would wait for the rest, or take it for the next answer. */
function exactly(length: number): Transform {
  let passed = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      passed += part.length;
      if (passed > length) done(new Error(`the object has more than the ${length} bytes of its manifest`));
      else done(null, part);
    },
    flush(done) {
      done(
        passed < length
          ? new Error(`the object has ${passed} bytes where its manifest says ${length}`)
          : null,
      );
    },
  });
}

/** Whether a list of entity tags, or `*`, has this one; weak ones compare as strong ones do. */
function isNamedBy(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return [...header.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
}

/** The size is held against the manifest before anything is answered; the digest would take a reading of the whole. */
async function openedOf(
  cp: Pick<ControlPlane, 'objects' | 'log'>,
  { key, bytes }: Artifact,
  range: ByteRange | null,
): Promise<Readable> {
  try {
    return await cp.objects.openRead(key, { range: range ?? undefined, size: bytes });
  } catch (error) {
    if (error instanceof ObjectNotFoundError)
      throw new DomainError('no-artifact', `${error.uri} is not there any more.`);
    if (!(error instanceof ObjectSizeError)) throw error;
    cp.log('ERROR', 'an object is not the one that is listed', { key, bytes, found: error.size });
    throw new DomainError(
      'artifact-changed',
      `${error.uri} has ${error.size} bytes, and ${bytes} are listed: it is not the file that was left there.`,
    );
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
