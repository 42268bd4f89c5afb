/**
 * Firebase Hosting as its documentation has it: files first, then the first rewrite that matches; headers by every glob that does;
 * answers of what is behind it whole, or not at all.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HostingConfiguration } from '../../../cloudbuild/plan/hosting.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A glob of https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching, as far as the configuration has them. */
export function matches(glob: string, path: string): boolean {
  const isTurned = glob.startsWith('!');
  const pattern = glob
    .slice(isTurned ? 1 : 0)
    .replaceAll('.', String.raw`\.`)
    .replaceAll('@(', '(?:')
    .replaceAll('**', '.*');
  if (/[?[\]{}+]|(?<!\.)\*/.test(pattern.replaceAll('(?:', '(')))
    throw new Error(`${glob} is not known here`);
  return new RegExp(`^${pattern}$`).test(path) !== isTurned;
}

export interface Hosted {
  /** The files of the build. */
  folder: string;
  configuration: HostingConfiguration;
  /** Where the service behind the rewrites is. */
  service: string;
}

/** Serves until the test ends; gives the origin. What takes longer than `limitMs` is answered with 504. */
export async function startHosting(
  hosted: () => Hosted,
  limitMs = 60_000,
): Promise<{ origin: string; server: ReturnType<typeof createServer> }> {
  const server = createServer((request, response) => {
    answer(hosted(), limitMs, request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function answer(
  { folder, configuration, service }: Hosted,
  limitMs: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://page');
  for (const { source, headers } of configuration.headers)
    if (matches(source, pathname)) for (const { key, value } of headers) response.setHeader(key, value);
  const exact = await fileOf(folder, pathname === '/' ? '/index.html' : pathname);
  if (exact) return void response.setHeader('content-type', exact.type).end(exact.content);
  const rewrite = configuration.rewrites.find(({ source }) => matches(source, pathname));
  if (rewrite === undefined) return void response.writeHead(404).end('Page Not Found');
  if ('run' in rewrite) return forward(service, limitMs, request, response);
  const file = await fileOf(folder, rewrite.destination);
  response.setHeader('content-type', file?.type ?? '').end(file?.content);
}

async function fileOf(folder: string, path: string) {
  const content = await readFile(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EISDIR') return undefined;
    throw error;
  });
  return content && { content, type: TYPES[extname(path)] ?? 'application/octet-stream' };
}

async function forward(
  service: string,
  limitMs: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body: Buffer[] = [];
  for await (const part of request) body.push(part as Buffer);
  const headers = Object.entries(request.headers).filter(([name]) => !/^(host|connection)$/.test(name));
  const given = await fetch(`${service}${request.url}`, {
    method: request.method ?? 'GET',
    headers: headers.map(([name, value]): [string, string] => [name, String(value)]),
    ...(body.length > 0 && { body: Buffer.concat(body) }),
    signal: AbortSignal.timeout(limitMs),
  });
  // The whole of it, before any of it is sent on.
  const whole = Buffer.from(await given.arrayBuffer());
  response.statusCode = given.status;
  for (const [name, value] of given.headers)
    if (!/^(connection|content-length|content-encoding|transfer-encoding|keep-alive)$/.test(name))
      response.setHeader(name, value);
  response.end(whole);
}
