import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFileSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deriveRunSecret, MAX_CALLBACK_BYTES, type CallbackKind } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  callbackServer,
  type CallbackServer,
  type Received,
} from '../../test/support/standIns/callbackServer.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { until } from '../../test/support/until.js';
import { CallbackQueue, type QueueOptions } from './callbackQueue.js';
import { CallbackSender } from './callbackSender.js';

const secretOf = (attempt: number) => deriveRunSecret('a master secret of the tests', 'run', attempt);
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9/runs/webhook';

interface Opened {
  queue: CallbackQueue;
  notes: string[];
}

function open(
  folder: string,
  url: string,
  attempt = 1,
  requestTimeoutMs = 5000,
  more: Partial<QueueOptions> = {},
): Opened {
  const notes: string[] = [];
  const queue = new CallbackQueue({
    folder,
    url,
    attempt,
    secret: secretOf(attempt),
    requestTimeoutMs,
    // No waiting between tries: the tests are about what is sent, not about when.
    random: () => 0,
    startSender: (options, events) => new CallbackSender(options, events),
    onNote: (_level, message) => notes.push(message),
    ...more,
  });
  onTestFinished(() => queue.close());
  return { queue, notes };
}

function sayEpoch(queue: CallbackQueue, epoch: number): void {
  queue.enqueue('epoch-complete', {
    epoch,
    metrics: { loss: 1 / epoch },
    seconds: 1,
    examples: 10,
    examplesPerSecond: 10,
  });
}

function sayHeartbeat(queue: CallbackQueue, fraction: number): void {
  queue.heartbeat({
    stage: 'train',
    progress: { fraction, step: null, totalSteps: null, examplesPerSecond: null },
    resources: null,
  });
}

const sayLog = (queue: CallbackQueue, message: string) =>
  queue.enqueue('log', {
    lines: [{ at: new Date().toISOString(), level: 'info', message, stage: null, fields: {} }],
  });

const epochsOf = (callbacks: readonly Received[]) =>
  callbacks.filter(({ kind }) => kind === 'epoch-complete').map(({ body }) => body['epoch']);
const kindsOf = (callbacks: readonly Received[]): CallbackKind[] => callbacks.map(({ kind }) => kind);
const seqsOf = (callbacks: readonly Received[]) => callbacks.map(({ body }) => body.seq);
const server = (): Promise<CallbackServer> => callbackServer(secretOf);

describe('the callback queue', () => {
  it('sends in order, numbered from 1, signed, with the attempt in a header', async () => {
    const plane = await server();
    const { queue } = open(await temporaryFolder(), plane.url, 3);
    for (const epoch of [1, 2, 3]) sayEpoch(queue, epoch);
    sayLog(queue, 'hello');
    expect(await queue.flush(5000)).toBe('acknowledged');
    expect(epochsOf(plane.taken())).toEqual([1, 2, 3]);
    expect(seqsOf(plane.taken())).toEqual([1, 2, 3, 4]);
    expect(plane.received.every(({ isValid, attemptHeader }) => isValid && attemptHeader === '3')).toBe(true);
  });

  it.each([
    ['one by one', 5],
    ['together', 20],
  ])(
    'loses and reorders nothing whatever the control plane does, and keeps each id over its tries: %s',
    async (_how, atOnce) => {
      const plane = await server();
      const faults = ['drop', 500, 'continue', 429, 'hang', 408, 'drop', 503, 'continue'] as const;
      let requests = 0;
      plane.behave = () => faults[requests++ % faults.length] ?? 'continue';
      const { queue } = open(await temporaryFolder(), plane.url, 1, 100);
      for (let epoch = 1; epoch <= 20; epoch++) {
        sayEpoch(queue, epoch);
        if (epoch % atOnce === 0) expect(await queue.flush(20_000)).toBe('acknowledged');
      }
      // A busy machine may answer after the 100 ms: what was taken already comes again then, under its id.
      const taken = new Map(plane.taken().map((callback) => [callback.id, callback]));
      expect(epochsOf([...taken.values()])).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      expect(plane.received.length).toBeGreaterThan(40);
      expect(plane.received.some(({ isBatched }) => isBatched)).toBe(atOnce === 20);
      const idsOfEpochs = new Map<unknown, Set<string>>();
      for (const { body, id } of plane.received) {
        idsOfEpochs.set(body['epoch'], (idsOfEpochs.get(body['epoch']) ?? new Set()).add(id));
      }
      expect([...idsOfEpochs.values()].every((ids) => ids.size === 1)).toBe(true);
      expect(new Set(plane.received.map(({ id }) => id)).size).toBe(20);
      expect(plane.received.every(({ isValid }) => isValid)).toBe(true);
    },
  );

  it('signs each try anew, at its own time', async () => {
    const plane = await server();
    plane.behave = (_callback, count) => (count === 0 ? 500 : 'continue');
    let clock = Date.now() - 60_000;
    const queue = new CallbackQueue({
      folder: await temporaryFolder(),
      url: plane.url,
      attempt: 1,
      secret: secretOf(1),
      random: () => 0,
      now: () => new Date((clock += 1000)),
      startSender: (options, events) => new CallbackSender(options, events),
      onNote: () => {},
    });
    onTestFinished(() => queue.close());
    sayEpoch(queue, 1);
    await queue.flush(5000);
    const [first, second] = plane.received;
    expect(first!.id).toBe(second!.id);
    expect(second!.timestamp).toBe(first!.timestamp + 1);
    expect(second!.signature).not.toBe(first!.signature);
    expect(plane.received.every(({ isValid }) => isValid)).toBe(true);
  });

  it('says in which trace it speaks, and who it is where that is wanted, with a token that is fetched once', async () => {
    const plane = await server();
    const token = `x.${Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + 3600 })).toString('base64url')}.y`;
    const asked: string[] = [];
    const metadata = createServer((request, response) => {
      asked.push(`${String(request.headers['metadata-flavor'])} ${request.url}`);
      if (asked.length === 1) response.writeHead(503).end('not yet');
      else response.end(token);
    });
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void metadata.close());
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const { port } = metadata.address() as AddressInfo;
    const { queue, notes } = open(await temporaryFolder(), plane.url, 1, 5000, {
      identity: { audience: 'https://trainyard.example', metadataHost: `127.0.0.1:${port}` },
      traceparent,
    });
    for (const epoch of [1, 2, 3]) sayEpoch(queue, epoch);
    expect(await queue.flush(5000)).toBe('acknowledged');
    expect(asked[0]).toBe(
      'Google /computeMetadata/v1/instance/service-accounts/default/identity?audience=https%3A%2F%2Ftrainyard.example&format=full',
    );
    expect(asked).toHaveLength(2);
    expect(plane.taken().map(({ headers }) => headers)).toEqual(
      Array.from({ length: 3 }, () =>
        expect.objectContaining({
          traceparent,
          authorization: `Bearer ${token}`,
          'trainyard-identity': token,
        }),
      ),
    );
    expect(notes.join()).not.toContain(token);
  });

  it('drops what is refused for good into a file, and goes on', async () => {
    const plane = await server();
    plane.behave = ({ body }) => (body['epoch'] === 1 ? 400 : 'continue');
    const folder = await temporaryFolder();
    const { queue, notes } = open(folder, plane.url);
    sayEpoch(queue, 1);
    sayEpoch(queue, 2);
    expect(await queue.flush(5000)).toBe('acknowledged');
    expect(plane.received).toHaveLength(2);
    expect(readFileSync(join(folder, 'rejected.jsonl'), 'utf8')).toContain('"status":400');
    expect(notes.join()).toMatch(/epoch-complete 1\.1 was rejected with status 400/);
  });

  it('sends together what has piled up, and one by one what is refused so', async () => {
    const plane = await server();
    let isUp = false;
    plane.behave = ({ isBatched, body }) => {
      if (!isUp) return 'drop';
      return (isBatched && body.seq === 1) || body['epoch'] === 3 ? 422 : 'continue';
    };
    const { queue } = open(await temporaryFolder(), plane.url);
    for (let epoch = 1; epoch <= 250; epoch++) sayEpoch(queue, epoch);
    await until('a try', () => plane.received.length > 0);
    isUp = true;
    expect(await queue.flush(10_000)).toBe('acknowledged');
    const all = Array.from({ length: 250 }, (_, i) => i + 1);
    expect(epochsOf(plane.taken())).toEqual(all.filter((epoch) => epoch !== 3));
    expect(new Set(plane.taken().map(({ id }) => id)).size).toBe(249);
    expect(plane.received.every(({ isValid }) => isValid)).toBe(true);
    // The first hundred were refused together; the others went in two requests.
    const requests = new Set(plane.taken().map(({ signature }) => signature));
    expect(requests.size).toBe(99 + 2);
  });

  it('puts no more together than a request may hold, and no heartbeat out of its place', async () => {
    const plane = await server();
    let isUp = false;
    plane.behave = () => (isUp ? 'continue' : 'drop');
    const { queue } = open(await temporaryFolder(), plane.url);
    const line = 'x'.repeat(7000);
    for (let i = 0; i < 150; i++) {
      queue.enqueue('log', {
        lines: Array.from({ length: 3 }, () => ({
          at: new Date().toISOString(),
          level: 'info' as const,
          message: line,
          stage: null,
          fields: {},
        })),
      });
      if (i === 120) sayHeartbeat(queue, 0.5);
    }
    await until('a try', () => plane.received.length > 0);
    isUp = true;
    expect(await queue.flush(10_000)).toBe('acknowledged');
    const seqs = seqsOf(plane.taken());
    expect(seqs).toEqual(Array.from({ length: 151 }, (_, i) => i + 1));
    const lengths = plane.taken().map(({ headers }) => Number(headers['content-length']));
    expect(Math.max(...lengths)).toBeGreaterThan(500_000);
    expect(Math.max(...lengths)).toBeLessThan(MAX_CALLBACK_BYTES);
  });

  it('says how the last callback fared', async () => {
    const plane = await server();
    plane.behave = () => 401;
    const { queue } = open(await temporaryFolder(), plane.url);
    sayEpoch(queue, 1);
    expect(await queue.flush(5000)).toBe('rejected');
    const offline = open(await temporaryFolder(), NOWHERE);
    sayEpoch(offline.queue, 1);
    expect(await offline.queue.flush(50)).toBe('pending');
  });

  it('passes on the wish to stop, once', async () => {
    const plane = await server();
    plane.behave = (_callback, count) => (count > 0 ? 'stop' : 'continue');
    const { queue } = open(await temporaryFolder(), plane.url);
    let stops = 0;
    queue.onStop(() => stops++);
    sayEpoch(queue, 1);
    await queue.flush(5000);
    expect(queue.stopRequested()).toBe(false);
    for (const epoch of [2, 3]) sayEpoch(queue, epoch);
    await queue.flush(5000);
    expect(queue.stopRequested()).toBe(true);
    expect(stops).toBe(1);
  });

  it('keeps only the newest heartbeat that waits, and its place among the others', async () => {
    const plane = await server();
    let isUp = false;
    plane.behave = () => (isUp ? 'continue' : 'drop');
    const { queue } = open(await temporaryFolder(), plane.url);
    sayEpoch(queue, 1);
    await until('a try', () => plane.received.length > 0);
    for (let i = 1; i <= 500; i++) sayHeartbeat(queue, i / 1000);
    sayEpoch(queue, 2);
    sayHeartbeat(queue, 0.9);
    isUp = true;
    await queue.flush(5000);
    expect(kindsOf(plane.taken())).toEqual(['epoch-complete', 'epoch-complete', 'heartbeat']);
    expect(plane.taken('heartbeat')[0]!.body).toMatchObject({ progress: { fraction: 0.9 } });
    expect(seqsOf(plane.taken())).toEqual([1, 502, 503]);
  });

  it('never sends a heartbeat before what was queued earlier, nor after what was queued later', async () => {
    const plane = await server();
    const { queue } = open(await temporaryFolder(), plane.url);
    for (let round = 0; round < 20; round++) {
      sayEpoch(queue, round + 1);
      sayHeartbeat(queue, 0.5);
      if (round % 3 === 0) await queue.flush(5000);
    }
    await queue.flush(5000);
    const seqs = seqsOf(plane.taken());
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  });

  it('answers at once and holds no callback in memory while the control plane is away', async () => {
    const folder = await temporaryFolder();
    const { queue } = open(folder, NOWHERE);
    const line = 'x'.repeat(4000);
    const before = process.memoryUsage().heapUsed;
    const [start, used] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < 5000; i++) sayLog(queue, line);
    const { user, system } = process.cpuUsage(used);
    // Of a processor; by the clock it may take longer where others want it too.
    expect((user + system) / 1000).toBeLessThan(5000);
    expect(performance.now() - start).toBeLessThan(25_000);
    expect(statSync(join(folder, 'attempt-0001-01.jsonl')).size).toBeGreaterThan(20_000_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
  });

  it('refuses a callback that its schema does not know, and uses no number for it', async () => {
    const plane = await server();
    const { queue } = open(await temporaryFolder(), plane.url);
    expect(() => sayEpoch(queue, 0)).toThrow(/epoch/);
    sayEpoch(queue, 1);
    await queue.flush(5000);
    expect(seqsOf(plane.taken())).toEqual([1]);
  });
});

describe('after a crash', () => {
  it('the next attempt sends first what the last one could not, in its own name', async () => {
    const folder = await temporaryFolder();
    const crashed = open(folder, NOWHERE);
    sayEpoch(crashed.queue, 1);
    sayLog(crashed.queue, 'before the crash');
    sayHeartbeat(crashed.queue, 0.5);
    crashed.queue.enqueue('checkpointed', { uri: 'file:///c', epoch: 1, final: false, reason: 'periodic' });
    crashed.queue.enqueue('checkpointed', { uri: 'file:///c', epoch: 1, final: true, reason: 'preempted' });
    crashed.queue.enqueue('failed', {
      error: { code: 'x', message: 'x', stage: null, remedy: null },
      retriable: true,
    });
    await crashed.queue.close();

    const plane = await server();
    const { queue, notes } = open(folder, plane.url, 2);
    sayEpoch(queue, 2);
    expect(await queue.flush(5000)).toBe('acknowledged');
    expect(kindsOf(plane.taken())).toEqual(['epoch-complete', 'log', 'checkpointed', 'epoch-complete']);
    expect(epochsOf(plane.taken())).toEqual([1, 2]);
    expect(seqsOf(plane.taken())).toEqual([1, 2, 3, 4]);
    expect(plane.received.every(({ isValid, body }) => isValid && body.attempt === 2)).toBe(true);
    expect(notes).toContain('3 callbacks of earlier processes are sent first');
  });

  it('what was acknowledged is not said again, and what two attempts left is said once', async () => {
    const folder = await temporaryFolder();
    const plane = await server();
    const first = open(folder, plane.url, 1);
    sayEpoch(first.queue, 1);
    await first.queue.flush(5000);
    plane.behave = () => 'drop';
    sayEpoch(first.queue, 2);
    await until('a failed try', () => plane.received.length > 1);
    await first.queue.close();
    const second = open(folder, plane.url, 2);
    sayEpoch(second.queue, 3);
    await second.queue.close();

    plane.behave = () => 'continue';
    const third = open(folder, plane.url, 3);
    await third.queue.flush(5000);
    expect(epochsOf(plane.taken())).toEqual([1, 2, 3]);
    const fourth = open(folder, plane.url, 4);
    await fourth.queue.flush(200);
    expect(plane.taken()).toHaveLength(3);
  });

  it('what was answered with stop is said again: the attempt may have been given up, and nobody kept it', async () => {
    const folder = await temporaryFolder();
    const plane = await server();
    const first = open(folder, plane.url, 1);
    sayEpoch(first.queue, 1);
    await first.queue.flush(5000);
    plane.behave = () => 'stop';
    for (const epoch of [2, 3]) sayEpoch(first.queue, epoch);
    expect(await first.queue.flush(5000)).toBe('acknowledged');
    await first.queue.close();

    plane.behave = () => 'continue';
    const second = open(folder, plane.url, 2);
    await second.queue.flush(5000);
    expect(epochsOf(plane.taken().filter(({ body }) => body.attempt === 2))).toEqual([2, 3]);
  });

  it('a restart of the same attempt goes on with its numbers and keeps the ids', async () => {
    const folder = await temporaryFolder();
    const plane = await server();
    const first = open(folder, plane.url, 1);
    sayEpoch(first.queue, 1);
    await first.queue.flush(5000);
    for (let i = 0; i < 5; i++) sayHeartbeat(first.queue, i / 10);
    await until('the heartbeat', () => plane.taken('heartbeat').length > 0);
    plane.behave = () => 'drop';
    sayEpoch(first.queue, 2);
    const lost = await until('a failed try', () => plane.received.find(({ body }) => body['epoch'] === 2));
    await first.queue.close();

    plane.behave = () => 'continue';
    const second = open(folder, plane.url, 1);
    sayEpoch(second.queue, 3);
    await second.queue.flush(5000);
    expect(epochsOf(plane.taken())).toEqual([1, 2, 3]);
    expect(plane.taken().find(({ body }) => body['epoch'] === 2)!.id).toBe(lost.id);
    const seqs = seqsOf(plane.taken());
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
  });

  it('a line that was being written is passed over', async () => {
    const folder = await temporaryFolder();
    const crashed = open(folder, NOWHERE);
    sayEpoch(crashed.queue, 1);
    await crashed.queue.close();
    appendFileSync(join(folder, 'attempt-0001-01.jsonl'), '{"id":"half');
    const plane = await server();
    const { queue } = open(folder, plane.url, 2);
    await queue.flush(5000);
    expect(epochsOf(plane.taken())).toEqual([1]);
  });

  it('neither journal nor notes hold the secret', async () => {
    const folder = await temporaryFolder();
    const plane = await server();
    plane.behave = (_callback, count) => (count === 0 ? 500 : 403);
    const { queue, notes } = open(folder, plane.url);
    sayEpoch(queue, 1);
    await queue.flush(5000);
    const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(files.length).toBeGreaterThan(2);
    expect([...files, ...notes].join()).not.toContain(secretOf(1).replace('whsec_', ''));
  });
});
