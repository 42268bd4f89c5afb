import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { Page } from './page.js';

const FUNCTIONS = [
  'api',
  'webhooks',
  'dispatch',
  'mlflow',
  'notify',
  'retrain',
  'summaries',
  'sweeps',
  'reconcile',
] as const;
type FunctionName = (typeof FUNCTIONS)[number];

export interface FunctionServer {
  url: string;
  /** Calls a function as the platform would; resolves when it answered 2xx, fails otherwise. */
  invoke(name: FunctionName, path: string, body: unknown): Promise<void>;
  close(): Promise<void>;
}

const WEBHOOK = /^\/api\/training-runs\/[^/?]+\/webhook\//;
/** What only this process may call: followed by the function's name and the path that it sees. */
const INTERNAL = /^\/_functions\/([a-z]+)(\/.*)$/;
const INTERNAL_HEADER = 'trainyard-internal';

/**
 * One HTTP server on the loopback interface with all functions behind it, each with the middleware that it has in the
 * cloud, and the page where one is given. `dispatch`, `mlflow`, `notify`, `retrain`, `summaries`, `sweeps` and `reconcile` answer only to who knows `internalToken`.
 */
export async function startFunctionServer(
  port: number,
  internalToken: string,
  page?: Page,
): Promise<FunctionServer> {
  const functions = new Map<string, Server>(FUNCTIONS.map((name) => [name, getTestServer(name)]));
  const server = createServer((request, response) => {
    if (page?.serve(request, response)) return;
    const target = route(request, internalToken);
    const handler = target && functions.get(target.name);
    if (!handler) return refuse(response);
    request.url = target.url;
    handler.emit('request', request, response);
  });
  await listen(server, port);
  const url = `http://127.0.0.1:${addressOf(server).port}`;
  return {
    url,
    async invoke(name, path, body) {
      const response = await fetch(`${url}/_functions/${name}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [INTERNAL_HEADER]: internalToken },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok)
        throw new Error(`function ${name} answered ${response.status}: ${text.slice(0, 500)}`);
    },
    close: () => close(server),
  };
}

function route(request: IncomingMessage, token: string): { name: string; url: string } | undefined {
  const url = request.url ?? '/';
  const internal = INTERNAL.exec(url);
  if (internal) {
    const [, name = '', path = '/'] = internal;
    return isSame(request.headers[INTERNAL_HEADER], token) ? { name, url: path } : undefined;
  }
  return { name: WEBHOOK.test(url) ? 'webhooks' : 'api', url };
}

function isSame(given: string | string[] | undefined, expected: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(response: ServerResponse): void {
  const detail = 'Functions are called through /api only.';
  response.writeHead(404, { 'content-type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title: 'Not found', status: 404, detail }));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(explain(cause, port)));
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

const UNAVAILABLE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use by another program',
  EACCES: 'may not be used by this user',
};

function explain(cause: NodeJS.ErrnoException, port: number): Error {
  const reason = UNAVAILABLE[cause.code ?? ''];
  if (reason === undefined) return cause;
  return new UserError(
    'port-unavailable',
    `port ${port} ${reason}: choose another with --port, or --port 0 for any free one`,
    { cause },
  );
}

/** Streams stay open for ever: they are ended, and their clients connect again to the next host. */
async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const impatience = setTimeout(() => server.closeAllConnections(), 500);
  await closed;
  clearTimeout(impatience);
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address;
}
