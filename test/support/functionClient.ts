/**
 * One function behind a real HTTP server, with the middleware that it has in the cloud. What is said with `api` and `webhooks` is
 * held against the OpenAPI document: a test in which they differ from it fails.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { StringDecoder } from 'node:string_decoder';
// Before the framework, which takes what it finds.
import './withoutDomains.js';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { problemSchema, type Problem } from '@trainyard/shared';
import { onTestFinished } from 'vitest';
import '../../functions/register.js';
import { eventMismatches, mismatches, type SentRequest } from './openapiCheck.js';

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** Text and bytes go as they are, without a content type; anything else as JSON. */
  body?: unknown;
}

interface Answered {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  /** The parsed body; undefined when it is not JSON. */
  json: unknown;
}

export interface FunctionClient {
  port: number;
  /** Sends exactly this path: nothing is normalised. */
  send(path: string, sent?: Sent): Promise<Answered>;
  /** The same, where the answer must be a problem. */
  refused(path: string, sent?: Sent): Promise<Problem & { headers: Answered['headers'] }>;
  /** The answer as soon as its head is there. */
  open(path: string, sent?: Sent): Promise<IncomingMessage>;
  /** How many connections the server has. */
  connections(): Promise<number>;
}

/** Gone after the test. The control plane must have been set. */
export async function serveFunction(name: string): Promise<FunctionClient> {
  const server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const check = checkOf(name);
  const open: FunctionClient['open'] = async (path, sent) => {
    const { request, response } = await begin(port, path, sent);
    check?.head(request, response);
    return response;
  };
  const send: FunctionClient['send'] = async (path, sent) => {
    const { request, response } = await begin(port, path, sent);
    check?.head(request, response);
    const answer = await read(response);
    check?.whole(request, answer);
    return answer;
  };
  const refused: FunctionClient['refused'] = async (path, sent) => {
    const { headers, status, json, text: body } = await send(path, sent);
    if (!headers['content-type']?.startsWith('application/problem+json'))
      throw new Error(`not a problem: ${status} ${body}`);
    const problem = problemSchema.parse(json);
    if (problem.status !== status)
      throw new Error(`status ${status}, and the problem says ${problem.status}`);
    return { ...problem, headers };
  };
  const connections = () =>
    new Promise<number>((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
    });
  // As hosts do: the first request finishes the set-up of a function.
  await send('/healthz');
  return { port, send, refused, open, connections };
}

/** Holds everything said with a function against the document; a difference fails the test, at the latest when it ends. */
function checkOf(name: string) {
  if (name !== 'api' && name !== 'webhooks') return undefined;
  const found: string[] = [];
  onTestFinished(() => fail(found));
  return {
    head(request: SentRequest, response: IncomingMessage): void {
      const { statusCode: status = 0, headers } = response;
      found.push(...mismatches(name, request, { status, headers, text: undefined }));
      if (status === 200 && headers['content-type']?.startsWith('text/event-stream'))
        eachEvent(response, (block) => found.push(...eventMismatches(request.path, block)));
    },
    /** Throws at once, where the test can see which request it was. */
    whole(request: SentRequest, answer: Answered): void {
      fail(mismatches(name, request, answer));
    },
  };
}

function fail(found: readonly string[]): void {
  if (found.length > 0) throw new Error(`differs from the OpenAPI document:\n${found.join('\n')}`);
}

/** Sees the blocks of a stream as they arrive, whoever reads it. */
function eachEvent(response: IncomingMessage, see: (block: string) => void): void {
  const decoder = new StringDecoder('utf8');
  const push = response.push.bind(response);
  let rest = '';
  response.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
    const blocks = (rest + (chunk ? decoder.write(chunk) : '')).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) if (!block.startsWith(':')) see(block);
    return push(chunk, encoding);
  };
}

/** Sends it; gives what went over the wire with the answer as soon as its head is there. */
function begin(
  port: number,
  path: string,
  { method, headers, body }: Sent = {},
): Promise<{ request: SentRequest; response: IncomingMessage }> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const content = body === undefined || isRaw ? body : JSON.stringify(body);
  const sent = {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(content !== undefined && { 'content-length': String(Buffer.byteLength(content)) }),
      ...(!isRaw && body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, path, host: '127.0.0.1', ...sent, agent: false });
    outgoing
      .once('response', (response) => resolve({ request: { ...sent, path, body: content }, response }))
      .once('error', reject);
    outgoing.end(content);
  });
}

async function read(response: IncomingMessage): Promise<Answered> {
  const body = await text(response);
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = undefined;
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text: body, json };
}
