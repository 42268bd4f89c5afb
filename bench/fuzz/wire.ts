/** Sends requests as they are, however odd, and reads what comes back. */
import { Agent, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FuzzRequest } from './request.js';

export interface FuzzAnswer {
  /** 0 where the connection was closed without an answer. */
  status: number;
  headers: IncomingMessage['headers'];
  /** Undefined for a stream, which is left at its beginning. */
  text: string | undefined;
}

const NO_ANSWER: FuzzAnswer = { status: 0, headers: {}, text: undefined };
/** Nothing here takes seconds. */
const PATIENCE_MS = 10_000;
/** As a gateway would put it. */
const TOO_LATE = 504;

export class Wire {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  static async open(server: Server): Promise<Wire> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const wire = new Wire(server, (server.address() as AddressInfo).port);
    // As hosts do: the first request finishes the set-up of a function.
    await wire.sendRequest({ method: 'GET', path: '/healthz', headers: {}, body: undefined });
    return wire;
  }

  async send(request: FuzzRequest): Promise<FuzzAnswer> {
    return request.raw ? this.sendBytes(request.raw) : this.sendRequest(request);
  }

  close(): void {
    this.agent.destroy();
    this.server.closeAllConnections();
    this.server.close();
  }

  private sendRequest({
    method,
    path,
    headers,
    body,
  }: Pick<FuzzRequest, 'method' | 'path' | 'headers' | 'body'>): Promise<FuzzAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          agent: this.agent,
          method,
          path,
          headers,
          setHost: !('host' in headers),
        },
        (response) => {
          read(response).then(resolve, reject);
        },
      );
      outgoing.setTimeout(PATIENCE_MS, () => {
        resolve({ ...NO_ANSWER, status: TOO_LATE });
        outgoing.destroy();
      });
      outgoing.once('error', (error) => {
        if (!isClosed(error)) reject(error);
        // The server had given up a connection that was idle: nobody has seen the request, and clients send it again.
        else if (outgoing.reusedSocket)
          this.sendRequest({ method, path, headers, body }).then(resolve, reject);
        else resolve(NO_ANSWER);
      });
      outgoing.end(body);
    });
  }

  /** Some are no request at all: then the connection is closed from here. */
  private sendBytes(bytes: Buffer): Promise<FuzzAnswer> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const parts: Buffer[] = [];
      socket.on('data', (part: Buffer) => {
        parts.push(part);
        socket.end();
      });
      socket.once('error', () => undefined);
      socket.once('close', () => {
        const text = Buffer.concat(parts).toString('latin1');
        const [, status = '0'] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
        resolve({ ...NO_ANSWER, status: Number(status), text });
      });
      socket.end(bytes);
    });
  }
}

async function read(response: IncomingMessage): Promise<FuzzAnswer> {
  const { statusCode: status = 0, headers } = response;
  if (headers['content-type']?.startsWith('text/event-stream')) {
    response.destroy();
    return { status, headers, text: undefined };
  }
  return { status, headers, text: (await buffer(response)).toString('utf8') };
}

function isClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
