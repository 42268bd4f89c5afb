import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamEvent } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { epochRow, runView, stageRow } from '../../test/support/runView.js';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { isRunReference, TrainyardClient } from './trainyardClient.js';

const RUN_ID = 'abcdefghijklmnopqrst';

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server on a free port that answers each request with the next of `answers`, the last one for ever. */
async function serve(...answers: ((request: Seen, response: ServerResponse) => void)[]) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body });
      answers[Math.min(seen.length, answers.length) - 1]!(seen.at(-1)!, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { seen, client: new TrainyardClient({ url, token: 'secret-token', retryPauseMs: 1 }) };
}

const json = (status: number, body: unknown) => (_: Seen, response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};
const page = (status: number) => (_: Seen, response: ServerResponse) => {
  response.writeHead(status).end('<html>hello</html>');
};
const hangUp = (_: Seen, response: ServerResponse) => response.destroy();
const stream =
  (events: readonly (StreamEvent | string)[], end: 'end' | 'break' = 'end') =>
  (_: Seen, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events)
      response.write(
        typeof event === 'string' ? event : `event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`,
      );
    if (end === 'end') response.end();
    else setImmediate(() => response.destroy());
  };
const run = (changes = {}): StreamEvent => ({ event: 'run', data: runView(changes) });

async function collect(events: AsyncIterable<StreamEvent>): Promise<string[]> {
  const told: string[] = [];
  for await (const { event, data } of events)
    told.push(`${event} ${'status' in data ? data.status : 'epoch' in data ? data.epoch : data.stage}`);
  return told;
}

describe('a request', () => {
  it('carries the token, the spec and the key, and gives the parsed run', async () => {
    const { client, seen } = await serve(json(202, runView()));
    const started = await client.start('shop', { dataset: {} }, {}, 'key-1');
    expect(started.name).toBe('shop#3');
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/models/shop/training-runs',
      body: '{"spec":{"dataset":{}}}',
      headers: { authorization: 'Bearer secret-token', 'idempotency-key': 'key-1' },
    });
  });

  it('is sent again with the same key after a broken connection, a 503 and a 429', async () => {
    const { client, seen } = await serve(hangUp, json(503, {}), json(429, {}), json(202, runView()));
    await client.start('shop', {});
    expect(seen).toHaveLength(4);
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('that is refused says each mistake once, and then what one may do', async () => {
    const errors = [{ pointer: '/space/a', detail: 'a is never 3' }];
    const { client } = await serve(
      json(400, {
        type: 'about:blank',
        title: 'Invalid request',
        status: 400,
        detail: 'a is never 3. Leave it out.',
        errors,
      }),
    );
    await expect(client.start('shop', {})).rejects.toThrow(
      /^Invalid request \(400\): Leave it out\.\n {2}\/space\/a: a is never 3$/,
    );
  });

  it('that is refused is not sent again, and its problem is told with every pointer', async () => {
    const { client, seen } = await serve(
      json(400, {
        type: 'about:blank',
        title: 'Invalid request',
        status: 400,
        detail: 'the spec has 2 mistakes',
        errors: [
          {
            pointer: '/spec/training/epoch',
            detail: 'unknown key "epoch": remove it or correct its spelling',
          },
          { pointer: '', detail: 'too much' },
        ],
      }),
    );
    const error = await client.start('shop', {}).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).code).toBe('refused');
    expect((error as UserError).message).toBe(
      'Invalid request (400): the spec has 2 mistakes\n' +
        '  /spec/training/epoch: unknown key "epoch": remove it or correct its spelling\n' +
        '  /: too much',
    );
    expect(seen).toHaveLength(1);
  });

  it('that is refused says no error twice', async () => {
    const errors = [
      { pointer: '/spec/training/epoch', detail: 'unknown key' },
      { pointer: '/spec/training/batch', detail: 'unknown key' },
    ];
    const detail = 'The body is not valid: /spec/training/epoch unknown key (and 1 more, see errors)';
    const { client } = await serve(
      json(400, { type: 'about:blank', title: 'Invalid request', status: 400, detail, errors }),
    );
    await expect(client.start('shop', {})).rejects.toThrow(
      'Invalid request (400): The body is not valid\n' +
        '  /spec/training/epoch: unknown key\n' +
        '  /spec/training/batch: unknown key',
    );
  });

  it('to a server that is no Trainyard says so', async () => {
    const found = await serve(page(200));
    await expect(found.client.get(RUN_ID)).rejects.toThrow(/is it the right URL/);
    const missing = await serve(page(404));
    await expect(missing.client.get(RUN_ID)).rejects.toThrow(/answered 404 without saying why/);
  });

  it('that nobody answers says what to do, and never the token', async () => {
    const client = new TrainyardClient({
      url: 'http://127.0.0.1:1',
      token: 'secret-token',
      retries: 1,
      retryPauseMs: 1,
    });
    const error = await client.get(RUN_ID).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).code).toBe('unreachable');
    expect(String(error)).toMatch(
      /nobody answers at http:\/\/127\.0\.0\.1:1 \(.+\): start a host with "trainyard up"/,
    );
    expect(String(error)).not.toContain('secret-token');
  });
});

describe('a run', () => {
  it('is found by its number, page by page', async () => {
    const { client, seen } = await serve(
      json(200, { runs: [runView({ runNumber: 9, name: 'shop#9' })], nextCursor: 'next page' }),
      json(200, { runs: [runView()], nextCursor: null }),
    );
    expect((await client.find('shop#3'))?.runNumber).toBe(3);
    expect(seen[1]?.url).toBe('/api/models/shop/training-runs?limit=200&cursor=next+page');
  });

  it('that is not there is not found', async () => {
    const { client } = await serve(json(200, { runs: [], nextCursor: null }));
    expect(await client.find('shop#3')).toBeUndefined();
  });

  it.each([
    [RUN_ID, true],
    ['shop#3', true],
    ['shop#0', false],
    ['shop', false],
    ['../etc#1', false],
  ])('may be called %s: %s', (text, valid) => expect(isRunReference(text)).toBe(valid));
});

describe('following a run', () => {
  it('gives what is stored and what happens, until it is over', async () => {
    const { client } = await serve(
      stream([
        ': a comment\n\n',
        run(),
        { event: 'stage', data: stageRow('ingest') },
        { event: 'epoch', data: epochRow(1) },
        'event: news\ndata: of a later version\n\n',
        run({ status: 'completed' }),
      ]),
    );
    expect(await collect(client.follow(RUN_ID))).toEqual([
      'run running',
      'stage ingest',
      'epoch 1',
      'run completed',
    ]);
  });

  it('gives the rows of a run that is over when its document comes first', async () => {
    const { client } = await serve(
      stream([run({ status: 'failed' }), { event: 'epoch', data: epochRow(1) }]),
    );
    expect(await collect(client.follow(RUN_ID))).toEqual(['run failed', 'epoch 1']);
  });

  it('connects again when the stream breaks, ends early or cannot be had', async () => {
    const { client, seen } = await serve(
      stream([run()], 'break'),
      json(503, {}),
      stream([run()]),
      stream([run({ status: 'completed' })]),
    );
    const reasons: string[] = [];
    const told = await collect(
      client.follow(RUN_ID, { reconnectPauseMs: 1, onReconnect: (reason) => reasons.push(reason) }),
    );
    expect(told).toEqual(['run running', 'run running', 'run completed']);
    expect(seen).toHaveLength(4);
    expect(reasons).toHaveLength(3);
    expect(reasons[2]).toBe('the stream ended before the run did');
  });

  it('stops at once when the server refuses', async () => {
    const problem = {
      type: 'about:blank',
      title: 'Not found',
      status: 404,
      detail: `there is no run ${RUN_ID}`,
    };
    const { client, seen } = await serve(json(404, problem));
    await expect(collect(client.follow(RUN_ID))).rejects.toThrow(/Not found \(404\): there is no run/);
    expect(seen).toHaveLength(1);
  });

  it('stops at once at an event that is not as agreed', async () => {
    const { client, seen } = await serve(stream(['event: run\ndata: {"status":"odd"}\n\n']));
    await expect(collect(client.follow(RUN_ID))).rejects.toThrow(/not as this version knows it/);
    expect(seen).toHaveLength(1);
  });

  it('gives up when the server stays away', async () => {
    const client = new TrainyardClient({ url: 'http://127.0.0.1:1' });
    await expect(collect(client.follow(RUN_ID, { giveUpAfterMs: 20, reconnectPauseMs: 5 }))).rejects.toThrow(
      /nobody answers/,
    );
  });

  it('ends when it is told to', async () => {
    const { client } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: run\ndata: ${JSON.stringify(runView())}\n\n`);
    });
    const stop = new AbortController();
    const following = (async () => {
      for await (const event of client.follow(RUN_ID, { signal: stop.signal }))
        if (event.event === 'run') stop.abort();
    })();
    await expect(following).rejects.toThrow(/abort/i);
  });
});
