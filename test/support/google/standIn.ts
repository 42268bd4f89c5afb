import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What an address answers: a body with headers, or an error of that status. */
export type Answer =
  { body: unknown; headers?: Record<string, string> } | { status: number; message: string; reason?: string };

export interface GoogleStandIn {
  endpoint: (service: string) => string;
  /** By `service/path`, without the query. What is not there is 404. */
  answers: Map<string, Answer>;
  /** Failures that come before the answer, by the same name. */
  failures: Map<string, number[]>;
  requests: IncomingMessage[];
}

/** Google's REST APIs on one port, the service in front of the path. */
export async function startGoogleStandIn(
  answers: Map<string, Answer>,
  date?: () => Date,
): Promise<GoogleStandIn> {
  const failures = new Map<string, number[]>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const name = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname.slice(1));
    const answer = answers.get(name) ?? { status: 404, message: `${name} was not found` };
    const failure = failures.get(name)?.shift();
    if (date) response.setHeader('date', date().toUTCString());
    if (failure !== undefined) return void response.writeHead(failure).end('not now');
    if ('body' in answer)
      return void response.writeHead(200, answer.headers).end(JSON.stringify(answer.body));
    const { status, message, reason } = answer;
    response
      .writeHead(status)
      .end(JSON.stringify({ error: { code: status, message, details: reason ? [{ reason }] : [] } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return { endpoint: (service) => `http://127.0.0.1:${port}/${service}`, answers, failures, requests };
}
