/** One function behind a real HTTP server, with the middleware that it has in the cloud. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { problemSchema, type Problem } from '@trainyard/shared';
import { onTestFinished } from 'vitest';
import '../../functions/register.js';

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** Text and bytes go as they are, without a content type; anything else as JSON. */
  body?: unknown;
}

export interface Answered {
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
  const open: FunctionClient['open'] = (path, sent) => begin(port, path, sent);
  const send: FunctionClient['send'] = async (path, sent) => read(await open(path, sent));
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

function begin(port: number, path: string, { method, headers, body }: Sent = {}): Promise<IncomingMessage> {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const content = body === undefined || isRaw ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      port,
      path,
      host: '127.0.0.1',
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(content !== undefined && { 'content-length': Buffer.byteLength(content) }),
        ...(!isRaw && body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      agent: false,
    });
    request.once('response', resolve).once('error', reject);
    request.end(content);
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
