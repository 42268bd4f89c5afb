import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callbackKindSchema, callbackSchemas, verifyCallback, type CallbackKind } from '@trainyard/shared';
import { onTestFinished } from 'vitest';

/** A callback as it came in, whatever was answered. */
export interface Received {
  kind: CallbackKind;
  id: string;
  attemptHeader: string | undefined;
  headers: IncomingMessage['headers'];
  body: { attempt: number; seq: number } & Record<string, unknown>;
  /** True when the signature is right for the secret and the body is right for its kind. */
  isValid: boolean;
  timestamp: number;
  signature: string;
  /** True when it was answered with 2xx: from then on the trainer may forget it. */
  isTaken: boolean;
}

/** `drop`: closes the connection without an answer · `hang`: never answers · a number: that status. */
export type Behaviour = 'continue' | 'stop' | 'drop' | 'hang' | number;

export interface CallbackServer {
  url: string;
  /** Every try, in the order of arrival. */
  received: Received[];
  /** Those that were answered with 2xx. */
  taken(kind?: CallbackKind): Received[];
  /** Decides on the answer; `count` is how many came before. */
  behave: (callback: Received, count: number) => Behaviour;
}

/** A control plane that only listens: checks and records each callback. Gone after the test. */
export async function callbackServer(
  secretOf: (attempt: number) => string,
  { port = 0 } = {},
): Promise<CallbackServer> {
  const received: Received[] = [];
  const server: CallbackServer = {
    url: '',
    received,
    taken: (kind) => received.filter((callback) => callback.isTaken && (!kind || callback.kind === kind)),
    behave: () => 'continue',
  };
  const http = createServer((request, response) => void handle(request, response, server, secretOf));
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  server.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/runs/webhook`;
  return server;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  server: CallbackServer,
  secretOf: (attempt: number) => string,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const callback = read(request, raw, secretOf);
  const behaviour = server.behave(callback, server.received.length);
  callback.isTaken = behaviour === 'continue' || behaviour === 'stop';
  server.received.push(callback);
  if (behaviour === 'drop') request.socket.destroy();
  else if (typeof behaviour === 'number') response.writeHead(behaviour).end('no');
  else if (behaviour !== 'hang') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'ok', command: behaviour }));
  }
}

function read(request: IncomingMessage, raw: Buffer, secretOf: (attempt: number) => string): Received {
  const header = (name: string) => request.headers[name] as string | undefined;
  const kind = callbackKindSchema.parse(request.url?.split('/').at(-1));
  const body = JSON.parse(raw.toString()) as Received['body'];
  const headers = {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  };
  const verdict = verifyCallback(secretOf(body.attempt), headers, new Date(), raw);
  return {
    kind,
    id: headers['webhook-id'] ?? '',
    attemptHeader: header('trainyard-attempt'),
    headers: request.headers,
    body,
    isValid: verdict === 'valid' && callbackSchemas[kind].safeParse(body).success,
    timestamp: Number(headers['webhook-timestamp']),
    signature: headers['webhook-signature'] ?? '',
    isTaken: false,
  };
}
