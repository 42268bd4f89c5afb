/** How the stand-in of Cloud Storage takes bytes: in one request, with its metadata beside it, or in a session of several. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

const metadataSchema = z.object({
  name: z.string().optional(),
  contentEncoding: z.string().optional(),
  md5Hash: z.string().optional(),
  crc32c: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});
export type UploadedMetadata = z.infer<typeof metadataSchema>;

export interface Upload {
  bucket: string;
  name: string;
  metadata: UploadedMetadata;
  bytes: Buffer;
  /** `ifGenerationMatch` of the request that began it. */
  expected: string | null;
}

/** The one part of JSON and the one of bytes of a `multipart/related` body (RFC 2387). */
export function multipartOf(
  headers: IncomingHttpHeaders,
  body: Buffer,
): { metadata: UploadedMetadata; bytes: Buffer } {
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) throw new Error('an upload without a boundary');
  const [json, bytes] = partsOf(body, boundary);
  if (!json || !bytes) throw new Error('an upload of less than two parts');
  return { metadata: metadataSchema.parse(JSON.parse(json.toString())), bytes };
}

function partsOf(body: Buffer, boundary: string): Buffer[] {
  const parts: Buffer[] = [];
  const line = `--${boundary}`;
  for (let from = body.indexOf(line); from >= 0;) {
    const next = body.indexOf(`\r\n${line}`, from);
    if (next < 0) return parts;
    const start = body.indexOf('\r\n\r\n', from) + 4;
    parts.push(body.subarray(start, next));
    from = next + 2;
  }
  return parts;
}

interface Session extends Upload {
  received: Buffer[];
}

/** https://cloud.google.com/storage/docs/performing-resumable-uploads */
export class UploadSessions {
  private readonly open = new Map<string, Session>();

  /** The id of a new session. */
  begin(bucket: string, query: URLSearchParams, body: Buffer): string {
    const id = randomUUID();
    const metadata = metadataSchema.parse(body.length > 0 ? JSON.parse(body.toString()) : {});
    this.open.set(id, {
      bucket,
      name: query.get('name') ?? metadata.name ?? '',
      metadata,
      bytes: Buffer.alloc(0),
      expected: query.get('ifGenerationMatch'),
      received: [],
    });
    return id;
  }

  /** The whole upload once its last byte came; else how many bytes are kept, null for no session of that id. */
  put(
    id: string,
    range: string,
    body: Buffer,
  ): { upload: Upload; kept?: never } | { upload?: never; kept: number | null } {
    const session = this.open.get(id);
    if (!session) return { kept: null };
    const [, from, , total] = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(range) ?? [];
    const kept = lengthOf(session.received);
    // What was sent once more is not kept twice; what lies beyond a gap is not kept at all.
    if (from !== undefined && Number(from) <= kept) session.received.push(body.subarray(kept - Number(from)));
    const now = lengthOf(session.received);
    const isWhole = total === '*' ? range.includes('-*') : Number(total) === now;
    if (!isWhole || total === undefined) return { kept: now };
    return { upload: { ...session, bytes: Buffer.concat(session.received) } };
  }

  end(id: string): void {
    this.open.delete(id);
  }

  /** Sessions that were begun and neither finished nor given up. */
  get count(): number {
    return this.open.size;
  }
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
