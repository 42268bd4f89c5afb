/** A bad network before the host: an HTTP proxy that loses, doubles, delays and reorders. */
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

interface Answer {
  status: number;
  body: Buffer;
  headers: Record<string, string>;
}
interface Carried {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

const ANSWER_MS = 10_000;
/** What is carried late arrives up to this long after its sender has given it up. */
const LATE_MS = 1500;

export interface FaultyLink {
  url: string;
  /** False: everything arrives, once and at once. */
  faulty: boolean;
  /** How often each thing happened. */
  readonly counts: Record<string, number>;
  /** Requests that are still on their way. */
  underWay(): number;
  close(): Promise<void>;
}

/** `target` says where the host serves, or undefined while it is down: then connections break. */
export async function openFaultyLink(
  target: () => string | undefined,
  random: () => number,
): Promise<FaultyLink> {
  const link = new Link(target, random);
  await link.listen();
  return link;
}

class Link implements FaultyLink {
  faulty = true;
  readonly counts: Record<string, number> = {};
  private readonly agent = new Agent({ keepAlive: true });
  private readonly server = createServer((request, response) => void this.carry(request, response));
  private onTheirWay = 0;

  constructor(
    private readonly target: () => string | undefined,
    private readonly random: () => number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  underWay(): number {
    return this.onTheirWay;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    this.agent.destroy();
  }

  private async carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.onTheirWay++;
    try {
      const { method = 'GET', url: path = '/', headers } = request;
      await this.meetFate({ method, path, headers, body: await buffer(request) }, response);
    } catch {
      // Whoever sent it sees a broken connection: that is what this link is for.
      response.destroy();
    } finally {
      this.onTheirWay--;
    }
  }

  private async meetFate(carried: Carried, response: ServerResponse): Promise<void> {
    const fate = this.faulty ? this.random() : 1;
    if (fate < 0.1) {
      this.count('request lost');
      response.destroy();
    } else if (fate < 0.2) {
      this.count('answer lost');
      await this.forward(carried);
      response.destroy();
    } else if (fate < 0.4) {
      this.count('doubled');
      const [answer] = await Promise.all([this.forward(carried), this.forward(carried)]);
      reply(response, answer);
    } else if (fate < 0.5) {
      this.count('late');
      response.destroy();
      await pause(this.random() * LATE_MS);
      await this.forward(carried);
    } else {
      this.count('carried');
      if (fate < 0.7) await pause(this.random() * 100);
      reply(response, await this.forward(carried));
    }
  }

  private forward({ method, path, headers, body }: Carried): Promise<Answer> {
    const target = this.target();
    if (target === undefined) return Promise.reject(new Error('the host is down'));
    const { host: _host, connection: _connection, ...kept } = headers;
    return new Promise((resolve, reject) => {
      const options = { method, headers: kept, agent: this.agent, timeout: ANSWER_MS };
      const forwarded = send(`${target}${path}`, options, (answer) => {
        buffer(answer).then(
          (content) => resolve({ status: answer.statusCode ?? 502, body: content, headers: kindOf(answer) }),
          reject,
        );
      });
      forwarded.once('error', reject).once('timeout', () => forwarded.destroy(new Error('no answer')));
      forwarded.end(body);
    });
  }

  private count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

function kindOf({ headers }: IncomingMessage): Record<string, string> {
  return { 'content-type': headers['content-type'] ?? 'application/octet-stream' };
}

function reply(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, headers).end(body);
}
