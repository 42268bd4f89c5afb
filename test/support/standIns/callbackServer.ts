import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BATCH,
  callbackBatchSchema,
  callbackKindSchema,
  callbackSchemas,
  verifyCallback,
  type CallbackKind,
} from '@trainyard/shared';
import { onTestFinished } from 'vitest';

/** A callback as it came in, whatever was answered. */
export interface Received {
  kind: CallbackKind;
  id: string;
  /** True when it came together with others. */
  isBatched: boolean;
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
type Behaviour = 'continue' | 'stop' | 'drop' | 'hang' | number;

export interface CallbackServer {
  url: string;
  /** Every try, in the order of arrival. */
  received: Received[];
  /** Those that were answered with 2xx. */
  taken(kind?: CallbackKind): Received[];
  /** Decides on the answer to a request, by its first callback; `count` is how many callbacks came before. */
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
  const callbacks = read(request, raw, secretOf);
  const behaviour = server.behave(callbacks[0]!, server.received.length);
  for (const callback of callbacks) callback.isTaken = behaviour === 'continue' || behaviour === 'stop';
  server.received.push(...callbacks);
  if (behaviour === 'drop') request.socket.destroy();
  else if (typeof behaviour === 'number') response.writeHead(behaviour).end('no');
  else if (behaviour !== 'hang') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'ok', command: behaviour }));
  }
}

/** The callbacks of a request: one, or those of a batch. */
function read(request: IncomingMessage, raw: Buffer, secretOf: (attempt: number) => string): Received[] {
  const kind = request.url?.split('/').at(-1);
  const json = JSON.parse(raw.toString()) as unknown;
  const header = (name: string) => request.headers[name] as string | undefined;
  const sent =
    kind === BATCH
      ? callbackBatchSchema.parse(json).callbacks
      : [{ id: header('webhook-id') ?? '', kind: callbackKindSchema.parse(kind), body: json }];
  const headers = {
    'webhook-id': header('webhook-id'),
    'webhook-timestamp': header('webhook-timestamp'),
    'webhook-signature': header('webhook-signature'),
  };
  const verdict = verifyCallback(secretOf(Number(header('trainyard-attempt'))), headers, new Date(), raw);
  return sent.map((callback) => ({
    kind: callback.kind,
    id: callback.id,
    isBatched: kind === BATCH,
    attemptHeader: header('trainyard-attempt'),
    headers: request.headers,
    body: callback.body as Received['body'],
    isValid: verdict === 'valid' && callbackSchemas[callback.kind].safeParse(callback.body).success,
    timestamp: Number(headers['webhook-timestamp']),
    signature: headers['webhook-signature'] ?? '',
    isTaken: false,
  }));
}
