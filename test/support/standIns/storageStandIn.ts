/**
 * What tests have for Cloud Storage: the part of its JSON API that reads, writes, lists and deletes objects, in memory, with
 * checksums, generations, preconditions and pages. Answers are shaped like the ones of
 * https://cloud.google.com/storage/docs/json_api/v1.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { CRC32C } from '@google-cloud/storage';
import { HttpStandIn } from './httpStandIn.js';
import { multipartOf, UploadSessions, type Upload } from './storageStandInUploads.js';

interface StoredObject {
  name: string;
  bytes: Buffer;
  generation: number;
  contentEncoding: string | undefined;
  metadata: Record<string, string>;
  crc32c: string;
  md5Hash: string;
}
export interface StorageRequest {
  method: string;
  /** `list`, `read`, `metadata`, `upload` (of a session: its beginning), `chunk` (of a session) or `delete`. */
  what: string;
  bucket: string;
  name: string;
  query: URLSearchParams;
}
interface Answer {
  status: number;
  reason: string;
  message: string;
}

export class StorageStandIn extends HttpStandIn {
  readonly buckets = new Map<string, Map<string, StoredObject>>();
  readonly requests: StorageRequest[] = [];
  /** Objects to a page where a request does not say. */
  pageSize = 1000;
  /** Answers a request in its place. */
  before: (request: StorageRequest) => Answer | undefined = () => undefined;
  /** Said of a request that was done: true where its answer is lost on the way. */
  loses: (request: StorageRequest) => boolean = () => false;
  /** The bytes that are sent of an object; with fewer than it has, the connection breaks off. */
  sent: (object: { name: string; bytes: Buffer }) => Buffer = ({ bytes }) => bytes;
  private generations = 1_700_000_000_000_000;
  readonly sessions = new UploadSessions();
  /** Makes the bucket where it is missing. What was there of this name is replaced. */
  put(bucket: string, name: string, content: string | Buffer, contentEncoding?: string): void {
    const objects = this.buckets.get(bucket) ?? new Map<string, StoredObject>();
    this.buckets.set(bucket, objects);
    this.generations += 1;
    const bytes = Buffer.from(content);
    const checksums = { crc32c: crc32cOf(bytes), md5Hash: md5Of(bytes) };
    const generation = this.generations;
    objects.set(name, { name, bytes, generation, contentEncoding, metadata: {}, ...checksums });
  }

  /** The names of a bucket's objects, in order. */
  names(bucket: string, prefix = ''): string[] {
    return [...(this.buckets.get(bucket)?.keys() ?? [])].filter((name) => name.startsWith(prefix)).toSorted();
  }

  text(bucket: string, name: string): string | undefined {
    return this.buckets.get(bucket)?.get(name)?.bytes.toString();
  }

  /** How many requests of this kind have come. */
  count(what: string): number {
    return this.requests.filter((request) => request.what === what).length;
  }

  protected answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A request that breaks off in its middle has done nothing.
    return this.serve(request, response).catch(() => void response.destroy());
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const request = parsed(incoming);
    this.requests.push(request);
    const refused = this.before(request);
    if (refused) return send(response, refused.status, problem(refused));
    const objects = this.buckets.get(request.bucket);
    if (!objects) return send(response, 404, notFound('The specified bucket does not exist.'));
    if (request.what === 'list') return send(response, 200, this.list(objects, request.query));
    if (request.what === 'upload' || request.what === 'chunk') {
      return this.takeBytes(request, incoming, body, response);
    }
    const object = objects.get(request.name);
    const generation = request.query.get('generation');
    if (!object || (generation !== null && generation !== String(object.generation))) {
      return send(response, 404, notFound(`No such object: ${request.bucket}/${request.name}`));
    }
    const expected = request.query.get('ifGenerationMatch');
    if (expected !== null && expected !== String(object.generation)) {
      return send(response, 412, NOT_MET);
    }
    if (request.what === 'delete') {
      objects.delete(request.name);
      if (this.loses(request)) return void response.destroy();
      return void response.writeHead(204).end();
    }
    if (request.what === 'metadata') return send(response, 200, resource(request.bucket, object));
    this.sendBytes(incoming, response, object);
  }

  private takeBytes(
    request: StorageRequest,
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const { bucket, query } = request;
    const session = query.get('upload_id');
    if (session !== null) return this.takeChunk(session, request, incoming, body, response);
    const expected = query.get('ifGenerationMatch');
    if (!this.meets(bucket, query.get('name') ?? '', expected)) return send(response, 412, NOT_MET);
    if (query.get('uploadType') === 'resumable') {
      const id = this.sessions.begin(bucket, query, body);
      const path = `/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${id}`;
      response.setHeader('location', `${this.endpoint}${path}`);
      return send(response, 200, {});
    }
    const name = query.get('name') ?? '';
    const parts =
      query.get('uploadType') === 'multipart'
        ? multipartOf(incoming.headers, body)
        : { metadata: {}, bytes: body };
    this.store({ bucket, name, expected, ...parts }, request, response);
  }

  private takeChunk(
    id: string,
    request: StorageRequest,
    incoming: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const { upload, kept } = this.sessions.put(id, incoming.headers['content-range'] ?? 'bytes 0-*/*', body);
    if (upload) {
      this.sessions.end(id);
      return this.store(upload, request, response);
    }
    if (kept === null) return send(response, 404, notFound('There is no such upload.'));
    if (kept > 0) response.setHeader('range', `bytes=0-${kept - 1}`);
    response.writeHead(308).end();
  }

  private store(upload: Upload, request: StorageRequest, response: ServerResponse): void {
    const { bucket, name, bytes, metadata, expected } = upload;
    if (!this.meets(bucket, name, expected)) return send(response, 412, NOT_MET);
    const { md5Hash, crc32c } = metadata;
    const isWrong =
      (md5Hash !== undefined && md5Hash !== md5Of(bytes)) ||
      (crc32c !== undefined && crc32c !== crc32cOf(bytes));
    if (isWrong) {
      return send(response, 400, problem({ status: 400, reason: 'invalid', message: 'Checksum mismatch.' }));
    }
    this.put(bucket, name, bytes, metadata.contentEncoding);
    const stored = this.buckets.get(bucket)!.get(name)!;
    stored.metadata = metadata.metadata ?? {};
    if (this.loses(request)) return void response.destroy();
    send(response, 200, resource(bucket, stored));
  }

  /** 0 is for an object that must not be there. */
  private meets(bucket: string, name: string, expected: string | null): boolean {
    const generation = this.buckets.get(bucket)?.get(name)?.generation ?? 0;
    return expected === null || Number(expected) === generation;
  }

  private list(objects: ReadonlyMap<string, StoredObject>, query: URLSearchParams) {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const names = [...objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    const inFolder = (name: string) => delimiter !== null && name.slice(prefix.length).includes(delimiter);
    const listed = names.filter((name) => !inFolder(name));
    const size = Number(query.get('maxResults') ?? this.pageSize);
    const from = Number(query.get('pageToken') ?? 0);
    const page = listed.slice(from, from + size);
    return {
      kind: 'storage#objects',
      items: page.map((name) => resource('', objects.get(name)!)),
      ...(from + size < listed.length && { nextPageToken: String(from + size) }),
    };
  }

  private sendBytes({ headers }: IncomingMessage, response: ServerResponse, object: StoredObject): void {
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const last = end ? Number(end) : object.bytes.length - 1;
    const whole = start === undefined ? object.bytes : object.bytes.subarray(Number(start), last + 1);
    const sent = start === undefined ? this.sent(object) : whole;
    response.writeHead(start === undefined ? 200 : 206, {
      'content-length': whole.length,
      'content-type': 'application/octet-stream',
      'x-goog-hash': `crc32c=${object.crc32c},md5=${object.md5Hash}`,
      'x-goog-generation': object.generation,
      'x-goog-stored-content-encoding': object.contentEncoding ?? 'identity',
      ...(object.contentEncoding !== undefined && { 'content-encoding': object.contentEncoding }),
      ...(start !== undefined && { 'content-range': `bytes ${start}-${last}/${object.bytes.length}` }),
    });
    if (sent.length === whole.length) return void response.end(sent);
    response.write(sent, () => response.destroy());
  }
}

/** Clients that are told an endpoint put `/storage/v1` before the path; those that read STORAGE_EMULATOR_HOST do not. */
function parsed({ method = '', url = '' }: IncomingMessage): StorageRequest {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [, upload, bucket = '', name] =
    /^(\/upload)?(?:\/storage\/v1)?\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(pathname) ?? [];
  const kind = () => {
    if (upload) return query.has('upload_id') ? 'chunk' : 'upload';
    if (name === undefined) return 'list';
    if (method === 'DELETE') return 'delete';
    return query.get('alt') === 'media' ? 'read' : 'metadata';
  };
  // Uploads say the name in the query.
  const said = name === undefined ? (query.get('name') ?? '') : decodeURIComponent(name);
  return { method, what: kind(), bucket, name: said, query };
}

function resource(
  bucket: string,
  { name, bytes, generation, contentEncoding, metadata, crc32c, md5Hash }: StoredObject,
) {
  return {
    kind: 'storage#object',
    bucket,
    name,
    generation: String(generation),
    metageneration: '1',
    size: String(bytes.length),
    crc32c,
    md5Hash,
    metadata,
    ...(contentEncoding !== undefined && { contentEncoding }),
  };
}

/** Castagnoli, big-endian, base64. */
function crc32cOf(bytes: Buffer): string {
  const crc = new CRC32C();
  crc.update(bytes);
  return crc.toString();
}

function md5Of(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('base64');
}

function problem({ status, reason, message }: Answer) {
  return { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } };
}

const NOT_MET = problem({ status: 412, reason: 'conditionNotMet', message: 'Precondition Failed' });

function notFound(message: string) {
  return problem({ status: 404, reason: 'notFound', message });
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
