import { createServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpsReceiver } from '../../test/support/standIns/httpsReceiver.js';
import { until } from '../../test/support/until.js';
import { isPublic } from './publicAddress.js';
import { INTERNET, postSafely, RequestError, type Network, type Post } from './safeRequest.js';

const SECRETS = /very-secret/;

function post(url: string): Post {
  return {
    url: `${url}/very-secret-path?sig=very-secret-query`,
    headers: { authorization: 'Bearer very-secret-key' },
    body: '{"ä":1}',
  };
}

/** The error of a request that must have no answer; it tells no secret. */
async function failure(sent: Post, network: Network): Promise<RequestError> {
  const error: unknown = await postSafely(sent, network).then(
    (status) => new Error(`answered ${status}`),
    (reason: unknown) => reason,
  );
  expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(SECRETS);
  if (!(error instanceof RequestError)) throw error;
  return error;
}

/** A server without TLS or HTTP of its own. Gone after the test. */
async function tcpServer(serve: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Resolves every name to these addresses and counts how often it was asked. */
function resolving(...addresses: string[]) {
  const asked: string[] = [];
  const lookup: Network['lookup'] = (hostname, _options, callback) => {
    asked.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, lookup };
}

describe('a safe request', () => {
  it('posts what it is given and says the status', async () => {
    const receiver = await httpsReceiver();
    receiver.answer = (_request, response) => void response.writeHead(202).end();
    expect(await postSafely(post(receiver.url), receiver.network)).toBe(202);
    expect(receiver.received).toMatchObject([
      {
        path: '/very-secret-path?sig=very-secret-query',
        headers: { authorization: 'Bearer very-secret-key', 'content-length': '8' },
        body: '{"ä":1}',
      },
    ]);
  });

  it('asks for the address once and connects to the very one that was checked', async () => {
    const receiver = await httpsReceiver();
    const { asked, lookup } = resolving('127.0.0.1');
    const checked: string[] = [];
    const allows = (address: string) => checked.push(address) > 0;
    expect(await postSafely(post(receiver.url), { ...receiver.network, lookup, allows })).toBe(200);
    expect(asked).toEqual(['hooks.test']);
    expect(checked).toEqual(['127.0.0.1']);
  });

  it.each([
    [['10.0.0.1']],
    [['127.0.0.1']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:10.0.0.1']],
    [['fd00::1']],
    [['8.8.8.8', '127.0.0.1']],
    [['2606:4700:4700::1111', '::ffff:169.254.169.254']],
    [[]],
  ])('connects to nobody when the name stands for %j', async (addresses) => {
    const receiver = await httpsReceiver();
    const { lookup } = resolving(...addresses);
    const error = await failure(post(receiver.url), { ...receiver.network, lookup, allows: isPublic });
    expect(error).toMatchObject({
      reason: 'the host name stands for an address that is not public',
      isPermanent: true,
    });
    expect(receiver.received).toEqual([]);
  });

  it.each([
    ['http://hooks.test'],
    ['https://127.0.0.1'],
    ['https://[::ffff:127.0.0.1]'],
    ['https://u:very-secret@a.test'],
  ])('looks nothing up for %s', async (url) => {
    const { asked, lookup } = resolving('8.8.8.8');
    expect(await failure(post(url), { ...INTERNET, lookup })).toMatchObject({ isPermanent: true });
    expect(asked).toEqual([]);
  });

  it('does not follow a redirect', async () => {
    const receiver = await httpsReceiver();
    receiver.answer = (_request, response) =>
      void response.writeHead(307, { location: `${receiver.url}/elsewhere` }).end();
    expect(await postSafely(post(receiver.url), receiver.network)).toBe(307);
    expect(receiver.received).toHaveLength(1);
  });

  it('does not wait for the body of the answer and closes the connection', async () => {
    const receiver = await httpsReceiver();
    let isClosed = false;
    receiver.answer = (_request, response) => {
      response.on('close', () => (isClosed = true)).on('error', () => {});
      // A response that is destroyed fails each write at the next tick: asking again would leave no turn to anything else.
      const pour = (error?: Error | null): unknown => error ?? response.write(Buffer.alloc(65_536), pour);
      pour();
    };
    expect(await postSafely(post(receiver.url), receiver.network)).toBe(200);
    await until('the end of the connection', () => isClosed);
  });

  it('gives up on a server that does not answer', async () => {
    const receiver = await httpsReceiver();
    receiver.answer = () => {};
    const error = await failure(post(receiver.url), { ...receiver.network, timeoutMs: 100 });
    expect(error).toMatchObject({ reason: 'no answer within 100 ms', isPermanent: false });
  });

  it('gives up on a name that is not resolved', async () => {
    const error = await failure(post('https://hooks.test'), { ...INTERNET, lookup: () => {}, timeoutMs: 50 });
    expect(error).toMatchObject({ reason: 'no answer within 50 ms', isPermanent: false });
  });

  it.each<[what: string, serve: (socket: Socket) => void]>([
    ['speaks no TLS', (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n')],
    ['hangs up', (socket) => socket.destroy()],
  ])('fails without an answer, to be tried again, when the other side %s', async (_what, serve) => {
    const receiver = await httpsReceiver();
    const port = await tcpServer(serve);
    const error = await failure(post(`https://hooks.test:${port}`), receiver.network);
    expect(error.isPermanent).toBe(false);
  });

  it('fails when the other side cannot prove its name', async () => {
    const receiver = await httpsReceiver();
    const url = receiver.url.replace('hooks.test', 'other.test');
    expect(await failure(post(url), receiver.network)).toMatchObject({
      reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
      isPermanent: false,
    });
    const { ca: _ca, ...trusting } = receiver.network;
    expect((await failure(post(receiver.url), trusting)).reason).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect(receiver.received).toEqual([]);
  });

  it.each<[what: string, head: string]>([
    ['no HTTP', 'very-secret-path\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
    ['nothing more', 'HTTP/1.1 200'],
  ])('fails, to be tried again, when the answer is %s', async (_what, head) => {
    const receiver = await httpsReceiver();
    receiver.answer = (request) => void request.socket.end(head);
    expect((await failure(post(receiver.url), receiver.network)).isPermanent).toBe(false);
  });

  it('fails with the code when the name does not exist or the port is closed', async () => {
    const receiver = await httpsReceiver();
    const lookup: Network['lookup'] = (_hostname, _options, callback) =>
      callback(Object.assign(new Error('very-secret'), { code: 'ENOTFOUND' }), []);
    const unknown = await failure(post(receiver.url), { ...receiver.network, lookup });
    expect(unknown).toMatchObject({ reason: 'ENOTFOUND', isPermanent: false });
    const closed = await failure(post('https://hooks.test:1'), receiver.network);
    expect(closed).toMatchObject({ reason: 'ECONNREFUSED', isPermanent: false });
  });

  it('fails with words of its own for a header that cannot be sent', async () => {
    const receiver = await httpsReceiver();
    const sent = { ...post(receiver.url), headers: { authorization: 'very-secret\r\nx: y' } };
    expect((await failure(sent, receiver.network)).reason).toBe('ERR_INVALID_CHAR');
  });

  it('resolves and checks as Node does unless told otherwise', () => {
    expect(INTERNET).toMatchObject({ allows: isPublic, timeoutMs: 10_000 });
  });
});
