/** Requests that are right but for one thing. */
import { gzipSync } from 'node:zlib';
import type { Dice } from './dice.js';
import { changedObject, changedSomewhere, put } from './places.js';
import type { Draft } from './request.js';

type Spoil = (draft: Draft, dice: Dice) => void;

const NUMBERS = [-1, 0, -0.5, 0.1, 1e16, 2 ** 53, 1e308, -1e308, 5e-324, 201, 10_001, 256];
const TEXTS = [
  '',
  'NaN',
  'Infinity',
  '0',
  'true',
  'x'.repeat(10_000),
  '\u0000',
  '\udc00',
  '2026-02-30T00:00:00.000Z',
];
const POLLUTION = { polluted: true, isAdmin: true, toString: 'x', length: 1e9 };

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + close.repeat(depth);
}

const change =
  (replace: (value: unknown, dice: Dice) => unknown): Spoil =>
  (draft, dice) => {
    draft.json = changedSomewhere(draft.json, dice, (value) => replace(value, dice));
  };
const inObject =
  (edit: (object: Record<string, unknown>, dice: Dice) => void): Spoil =>
  (draft, dice) => {
    draft.json = changedObject(draft.json, dice, (object) => edit(object, dice));
  };
/** Of requests with a body: its text changed as text. */
const text =
  (edit: (text: string, dice: Dice) => string | Buffer): Spoil =>
  (draft, dice) => {
    draft.body = Buffer.from(edit(JSON.stringify(draft.json ?? {}), dice));
    if (draft.method === 'GET') draft.headers['content-type'] = 'application/json';
  };
const header =
  (name: string, ...texts: string[]): Spoil =>
  (draft, dice) => {
    draft.headers[name] = dice.pick(texts);
  };
const query =
  (...parts: string[]): Spoil =>
  (draft, dice) => {
    draft.query.push(dice.pick(parts));
  };
const path =
  (edit: (path: string, dice: Dice) => string): Spoil =>
  (draft, dice) => {
    draft.path = edit(draft.path, dice);
  };

/** One segment of a path replaced; the first is empty. */
function otherSegment(at: string, dice: Dice, segment: string): string {
  const segments = at.split('/');
  segments[dice.int(1, segments.length - 1)] = segment;
  return segments.join('/');
}

const BODY: Record<string, Spoil> = {
  'another type': change((_value, dice) => dice.pick<unknown>([null, [], {}, true, 7, 'text', [[]], [null]])),
  'another number': change((value, dice) => (typeof value === 'number' ? dice.pick(NUMBERS) : value)),
  'any number': change((_value, dice) => dice.pick(NUMBERS)),
  'off by one': change((value, dice) =>
    typeof value === 'number' ? value + dice.pick([-1, 1, 0.5]) : value,
  ),
  'another text': change((value, dice) => (typeof value === 'string' ? dice.pick(TEXTS) : value)),
  'text one longer': change((value) => (typeof value === 'string' ? `${value}!` : value)),
  'a long list': change((value) => (Array.isArray(value) ? Array(2000).fill(value[0] ?? {}) : value)),
  'an empty list': change((value) => (Array.isArray(value) ? [] : value)),
  'a missing key': inObject((object, dice) => {
    const keys = Object.keys(object);
    if (keys.length > 0) delete object[dice.pick(keys)];
  }),
  'another key': inObject((object, dice) =>
    put(
      object,
      dice.pick([
        'extra',
        '',
        ' ',
        'Spec',
        '$ref',
        '__name__',
        '\ud800',
        'preset',
        '0',
        'version',
        'x'.repeat(70),
      ]),
      1,
    ),
  ),
  'a key of prototypes': inObject((object, dice) =>
    put(object, dice.pick(['__proto__', 'constructor', 'prototype']), { ...POLLUTION, prototype: POLLUTION }),
  ),
  'a name of prototypes': change((value, dice) =>
    typeof value === 'string' ? dice.pick(['__proto__', 'constructor', 'toString', 'valueOf']) : value,
  ),
  'many keys': inObject((object) => {
    for (let i = 0; i < 3000; i++) object[`key${i}`] = i;
  }),
  'deep nesting': text((json, dice) => {
    const depth = dice.pick([30, 1000, 40_000]);
    const deep = dice.chance(0.5) ? nested(depth, '[', ']') : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    return json.replace(/:(\d+|"[^"\\]*"|null|\{\}|\[\])/, `:${deep}`);
  }),
  'deep fields of log lines': text((json, dice) => {
    const depth = dice.pick([15, 25, 5000, 60_000]);
    const deep = `${'{"a":['.repeat(depth)}${']}'.repeat(depth)}`;
    return json.replaceAll('"message":', `"fields":${deep},"message":`);
  }),
  'deep nesting of a field': change((value) => {
    let deep: unknown = 1;
    for (let i = 0; i < 900; i++) deep = { a: [deep] };
    return typeof value === 'object' ? deep : value;
  }),
  'a number that JSON has not': text((json, dice) =>
    json.replace(
      /:\d[\d.e+-]*/,
      `:${dice.pick(['NaN', 'Infinity', '-0', '1e999', '-1e999', '01', '0x1', '1_000', '9'.repeat(400)])}`,
    ),
  ),
  'a key twice': text((json) => json.replace(/\{("[^"]*":)/, '{$1null,$1')),
  'text cut off': text((json, dice) => json.slice(0, dice.int(0, json.length - 1))),
  'text gone on': text((json, dice) => json + dice.pick(['}', '\u0000', ' x', json])),
  'no object': text((_json, dice) => dice.pick(['null', '[]', '"text"', '1', 'true', '', ' ', '[{}]', '{}'])),
  'a byte order mark': text((json) => `\ufeff${json}`),
  'bytes that are no text': text(() => Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0x80, 0x7d])),
  'text of 300 KB': text((json) => ' '.repeat(300_000) + json),
  'text of 1.1 MB': text((json) => ' '.repeat(1_100_000) + json),
  'other characters': (draft) => {
    draft.body = Buffer.from(JSON.stringify(draft.json ?? {}), 'utf16le');
    draft.headers['content-type'] = 'application/json; charset=utf-16le';
  },
  'no body': (draft) => {
    draft.json = undefined;
  },
};

/** Packed bodies are signed as what they hold: the middleware unpacks them before anybody sees them. */
const packed =
  (pack: (bytes: Buffer) => Buffer, encoding = 'gzip'): Spoil =>
  (draft) => {
    draft.body = pack(Buffer.from(JSON.stringify(draft.json ?? {})));
    draft.headers['content-encoding'] = encoding;
  };

/** Packed once, for it takes a while. */
let bomb: Buffer | undefined;

const WIRE: Record<string, Spoil> = {
  packed: packed((bytes) => gzipSync(bytes)),
  'packed and cut off': packed((bytes) => gzipSync(bytes).subarray(0, 20)),
  'a small bomb': packed(() => (bomb ??= gzipSync(Buffer.alloc(8_000_000, ' ')))),
  'packed in another way': packed((bytes) => bytes, 'br'),
  'packed in no way': packed((bytes) => bytes, 'gzip'),
  'packed in an unknown way': packed((bytes) => bytes, 'zip, gzip'),
  'in chunks': header('transfer-encoding', 'chunked'),
  'another content type': header(
    'content-type',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/cloudevents+json',
    'application/json; charset=latin1',
    'application/json; charset=',
    'application/json;;;',
    'application/jsonp',
    '*/*',
    ',',
    'x'.repeat(500),
  ),
  'another method': (draft, dice) => {
    draft.method = dice.pick([
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
    ]);
  },
  'a slash more': path((at, dice) =>
    dice.pick([`${at}/`, `${at}//`, `/${at}`, at.replace('/api', '/api/.')]),
  ),
  'a bad percent sign': path(
    (at, dice) => at + dice.pick(['%', '%zz', '%E0%A4%A', '%00', '%ff', '%c0%ae', '%2f', '%5c']),
  ),
  'letters as percent signs': path((at) => at.replace(/a/g, '%61')),
  capitals: path((at, dice) => (dice.chance(0.5) ? at.toUpperCase() : at.replace('/api', '/API'))),
  'another segment': path((at, dice) =>
    otherSegment(
      at,
      dice,
      dice.pick([
        '',
        '.',
        '..',
        'a',
        '0',
        '-1',
        '1e3',
        '10000000',
        'a'.repeat(64),
        'a'.repeat(20),
        '%20',
        ';',
        '{runId}',
      ]),
    ),
  ),
  'a segment more': path(
    (at, dice) => `${at}/${dice.pick(['x', 'versions', '1', 'promote', 'webhook', '%2e%2e'])}`,
  ),
  'a segment less': path((at) => at.split('/').slice(0, -1).join('/') || '/'),
  'an unknown query': query(
    'page=2',
    'x',
    '=',
    '=x',
    '&&&',
    'dryrun=true',
    '__proto__=1',
    'constructor=1',
    '__proto__[polluted]=1',
    'limit[]=1',
    'limit[a]=1',
    '%zz=%zz',
    '%00',
    `q=${'x'.repeat(5000)}`,
  ),
  'a wrong query': query(
    'limit=0',
    'limit=201',
    'limit=1e1',
    'limit=%205',
    'limit=0x10',
    'limit=NaN',
    'limit=',
    'limit=-1',
    'limit=99999999999999999999',
    'cursor=',
    `cursor=${'x'.repeat(501)}`,
    'cursor=e30',
    'cursor=bnVsbA',
    'cursor=W10',
    'tail=0',
    'tail=5001',
    'status=done',
    'tag==',
    'tag=%00=',
    `tag=a=${'x'.repeat(400)}`,
    'bestBy=__proto__',
    'metric=constructor',
    'dryRun=yes',
    'dryRun=TRUE',
  ),
  'a query twice': (draft, dice) => {
    const parts = draft.query.length > 0 ? draft.query : ['limit=5'];
    draft.query = [...parts, dice.pick(parts)];
  },
  'many queries': (draft) => {
    draft.query.push(...Array.from({ length: 1500 }, (_, i) => `k${i}=`));
  },
  'an odd Idempotency-Key': header(
    'idempotency-key',
    '',
    ' ',
    'two words',
    'x'.repeat(200),
    'x'.repeat(201),
    'ümlaut',
    '__proto__',
    '../../x',
    '"quoted"',
    'a,b',
  ),
  'a known Idempotency-Key': header('idempotency-key', 'known', 'night-1'),
  'an odd Last-Event-ID': header(
    'last-event-id',
    's',
    'e',
    'seven',
    's9.1e',
    'se0-0.0',
    'se9-1.1',
    `se${'1-1.1_'.repeat(600)}`,
    's0.1_e',
    `s${'0.1_'.repeat(990)}e`,
    'se1-999999.999999',
    `se${'1-1.11111'.repeat(300)}!`,
    `s${'1.11111'.repeat(300)}!`,
    '\u00ff',
  ),
  'another host': header(
    'host',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1:1',
    '[::1]',
    '',
    'localhost:99999',
  ),
  'an odd header': (draft, dice) => {
    const [name, value] = dice.pick([
      ['authorization', 'Bearer'],
      ['authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
      ['traceparent', '00-00000000000000000000000000000000-0000000000000000-00'],
      ['traceparent', '00-zz'],
      ['traceparent', 'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
      ['expect', '100-continue'],
      ['expect', 'a miracle'],
      ['range', 'bytes=0-1'],
      ['if-none-match', '*'],
      ['accept', 'text/html;q=x'],
      ['accept-encoding', 'br;q=1.0, *;q=0'],
      ['x-http-method-override', 'DELETE'],
      ['x-forwarded-host', 'evil.example'],
      ['x-forwarded-for', '::1, junk'],
      ['x-forwarded-proto', 'javascript'],
      ['connection', 'upgrade'],
      ['upgrade', 'h2c'],
      ['cookie', 'a=b; '.repeat(800)],
      ['function-execution-id', '../../x'],
      ['x-cloud-trace-context', '%/%;o=9'],
      ['content-length', '0'],
    ] as const);
    draft.headers[name] = value;
    // A body after none would be the next request, and its answer not that of this one.
    if (name === 'content-length') draft.body = Buffer.alloc(0);
  },
};

const CALLBACK: Record<string, Spoil> = {
  'a forged signature': header(
    'webhook-signature',
    'v1,AAAA',
    'v2,AAAA',
    'v1',
    '',
    'v1,',
    'v1,AAAA '.repeat(500),
    'v1,%00',
  ),
  'a header left out': (draft, dice) => {
    draft.headers[dice.pick(['trainyard-attempt', 'webhook-id', 'webhook-timestamp', 'webhook-signature'])] =
      '';
  },
  'another attempt, rightly signed': (draft, dice) => {
    if (draft.signing)
      draft.signing.attempt = dice.pick(['0', '2', '9', '999999', '1000000', '-1', '1e0', ' 1', 'x']);
  },
  'an odd id, rightly signed': (draft, dice) => {
    if (draft.signing)
      draft.signing.id = dice.pick([
        '..',
        '.',
        'a/b',
        '__proto__',
        'x'.repeat(100),
        'x'.repeat(101),
        'start',
        '__id__',
        '-',
      ]);
  },
  'signed at another time': (draft, dice) => {
    if (draft.signing)
      draft.signing.at = new Date(Date.now() + dice.pick([-301, 301, -295, 295, 1e9, -1.7e9]) * 1000);
  },
  'signed for another run': (draft) => {
    if (draft.signing) draft.signing.runId = 'abcdefghijklmnopqrst';
  },
  'for a run that is not there': (draft) => {
    if (!draft.signing) return;
    draft.path = draft.path.replace(draft.signing.runId, 'abcdefghijklmnopqrst');
    draft.signing.runId = 'abcdefghijklmnopqrst';
  },
  'with a query': query('attempt=2', 'x'),
};

/** Spoils a right draft; says how. */
export function spoil(draft: Draft, dice: Dice): string {
  const kinds = [WIRE];
  if (draft.operation.body) kinds.push(BODY, BODY);
  if (draft.signing) kinds.push(CALLBACK);
  const [what, apply] = dice.pick(Object.entries(dice.pick(kinds)));
  apply(draft, dice);
  return what;
}
