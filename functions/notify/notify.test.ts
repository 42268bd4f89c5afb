import { inspect } from 'node:util';
import { paths, type Run, type RunEvent, type RunEventType, type TrainyardEvent } from '@trainyard/shared';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { z } from 'zod';
import { sweepExpired } from '../runs/sweepExpired.js';
import { eventMessage, pushBody, pushPath } from '../../local/host/pubsubPush.js';
import { eventOfKind, SUBJECT_KINDS } from '../../test/contracts/events.js';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { endedRun } from '../../test/support/endedRun.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { httpsReceiver } from '../../test/support/standIns/httpsReceiver.js';
import { identityOf } from '../events/identity.js';
import { runEvent } from '../events/runEvent.js';
import { jsonLog } from '../log.js';
import type { notificationsSchema } from './channels.js';
import { deliver, deliverySchema, deliveryId, stateAfter, type Delivery, type Poster } from './delivery.js';
import { requestFor } from './formats.js';
import { messageOf } from './message.js';
import { notify } from './notify.js';
import { isPublic } from './publicAddress.js';
import { postSafely, RequestError, type Post } from './safeRequest.js';

type Channels = NonNullable<z.input<typeof notificationsSchema>['channels']>;

const SECRET = `whsec_${Buffer.from('very-secret-signing-key-of-ours').toString('base64')}`;
const CHANNELS = [
  { type: 'webhook', name: 'ci', url: 'https://ci.test/very-secret-path?very-secret-query', secret: SECRET },
  { type: 'slack', name: 'ops', url: 'https://slack.test/services/very-secret-path' },
  { type: 'teams', name: 'dev', url: 'https://teams.test/flow?sig=very-secret-query' },
  {
    type: 'email',
    name: 'team',
    provider: 'resend',
    apiKey: 're_very-secret-key',
    from: 'trainyard@shop.example',
    to: ['ana@shop.example'],
  },
] as const satisfies Channels;
const SECRETS = new RegExp(`very-secret|${SECRET.slice(6)}`);
const RUN = endedRun('completed');

/** A control plane with an ended run, and the event that tells of its end. */
async function ended(channels: Channels, run: Run = RUN): Promise<{ cp: TestControlPlane; event: RunEvent }> {
  const cp = await testControlPlane({ notifications: { channels } });
  await cp.put(run);
  return { cp, event: eventOf(run, `run.${run.status}` as RunEventType, cp) };
}

function eventOf(run: Run, type: RunEventType, cp: TestControlPlane): RunEvent {
  return runEvent(run, 'cause-1', { type, detail: {} }, { now: cp.now(), traceparent: null });
}

/** Remembers what is sent and answers by the host: a status, or why there is none. 200 for the others. */
function poster(answers: Record<string, number | Error> = {}) {
  const sent: Post[] = [];
  const send: Poster = async (post) => {
    sent.push(post);
    const answer = answers[new URL(post.url).hostname] ?? 200;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, send, hosts: () => sent.map(({ url }) => new URL(url).hostname) };
}

function delivery(cp: TestControlPlane, event: TrainyardEvent, channel: string): Delivery {
  return deliverySchema.parse(cp.documents()[paths.notification(deliveryId(event.id, channel))]);
}

describe('the end of a run', () => {
  it('is told to every channel, once, however often the event is delivered', async () => {
    const { cp, event } = await ended([...CHANNELS]);
    const { send, hosts } = poster();
    for (let i = 0; i < 3; i++) await notify(cp, event, send);
    expect(hosts().toSorted()).toEqual(['api.resend.com', 'ci.test', 'slack.test', 'teams.test']);
    expect(delivery(cp, event, 'ops')).toEqual({
      eventId: event.id,
      subject: paths.run(RUN.runId),
      channel: 'ops',
      type: 'slack',
      host: 'slack.test',
      state: 'delivered',
      attempts: 1,
      lease: null,
      reason: 'answered 200',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2026-01-31T00:00:00.000Z',
    });
    expect(cp.logged.map(({ severity, message }) => `${severity} ${message}`)).toEqual(
      Array(4).fill('INFO a notification was delivered'),
    );
  });

  it('reaches a program over HTTPS, signed, under an id that stays when it is told again', async () => {
    const receiver = await httpsReceiver();
    const { cp, event } = await ended([{ ...CHANNELS[0], url: `${receiver.url}/hook` }]);
    const statuses = [503, 200];
    receiver.answer = (_request, response) => void response.writeHead(statuses.shift() ?? 500).end();
    const send: Poster = (post) => postSafely(post, receiver.network);
    vi.useFakeTimers({ now: cp.now(), toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());

    await expect(notify(cp, event, send)).rejects.toThrow(`event ${event.id} is still to be told to ci`);
    cp.pass(60);
    await notify(cp, event, send);
    const [first, second] = receiver.received;
    const verified = new Webhook(SECRET).verify(second!.body, { ...second!.headers } as Record<
      string,
      string
    >);
    expect(verified).toMatchObject({ type: 'run.completed', data: { runName: 'demo#7' } });
    expect(first!.headers['webhook-id']).toBe(deliveryId(event.id, 'ci'));
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.headers['webhook-timestamp']).not.toBe(first!.headers['webhook-timestamp']);
    expect(second!.body).toBe(first!.body);
    expect(receiver.received).toHaveLength(2);
  });

  it('is told to the others when one channel fails, and again only to that one', async () => {
    const { cp, event } = await ended([...CHANNELS]);
    const answers: Record<string, number> = { 'slack.test': 503 };
    const { sent, send, hosts } = poster(answers);
    await expect(notify(cp, event, send)).rejects.toThrow(/still to be told to ops$/);
    expect(hosts()).toHaveLength(4);
    expect(delivery(cp, event, 'ops')).toMatchObject({
      state: 'waiting',
      reason: 'answered 503',
      lease: null,
    });
    expect(cp.logged.filter(({ severity }) => severity === 'WARNING')).toEqual([
      {
        severity: 'WARNING',
        message: 'a notification could not be delivered and will be tried again',
        fields: {
          runId: RUN.runId,
          attempt: RUN.attempt,
          event: event.id,
          channel: 'ops',
          type: 'slack',
          host: 'slack.test',
          reason: 'answered 503',
          attempts: 1,
        },
      },
    ]);

    sent.length = 0;
    answers['slack.test'] = 200;
    await notify(cp, event, send);
    expect(hosts()).toEqual(['slack.test']);
    expect(delivery(cp, event, 'ops')).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  it.each<[answer: number | Error]>([
    [400],
    [401],
    [404],
    [410],
    [301],
    [new RequestError('the host name stands for an address that is not public', true)],
  ])('that a channel refuses with %s is told as an error and never sent again', async (answer) => {
    const { cp, event } = await ended([CHANNELS[1]]);
    const { sent, send } = poster({ 'slack.test': answer });
    for (let i = 0; i < 2; i++) await notify(cp, event, send);
    expect(sent).toHaveLength(1);
    const reason = typeof answer === 'number' ? `answered ${answer}` : answer.message;
    expect(delivery(cp, event, 'ops')).toMatchObject({ state: 'refused', reason });
    expect(cp.logged).toMatchObject([
      {
        severity: 'ERROR',
        message: 'a notification was refused and will not be tried again',
        fields: { reason },
      },
    ]);
  });

  it.each([
    [200, 'delivered'],
    [202, 'delivered'],
    [204, 'delivered'],
    [302, 'refused'],
    [400, 'refused'],
    [403, 'refused'],
    [408, 'waiting'],
    [422, 'refused'],
    [429, 'waiting'],
    [500, 'waiting'],
    [503, 'waiting'],
  ] as const)('answered with %i is %s', (status, state) => expect(stateAfter(status)).toBe(state));

  it('is told as a missed gate to who wants to know, and as completed to who only wants that', async () => {
    const run = endedRun('completed', {}, [{ metric: 'test_loss', atMost: 1 }]);
    const { cp, event } = await ended(
      [
        { ...CHANNELS[0], name: 'both' },
        { ...CHANNELS[0], name: 'completed', on: ['completed'] },
        { ...CHANNELS[0], name: 'cancelled', on: ['cancelled'] },
        { ...CHANNELS[0], name: 'other', models: ['other'] },
        { ...CHANNELS[0], name: 'off', enabled: false },
      ],
      run,
    );
    const { sent, send } = poster();
    await notify(cp, event, send);
    const types = sent.map(({ body }) => (JSON.parse(body) as { type: string }).type);
    expect(types.toSorted()).toEqual(['run.completed', 'run.gateFailed']);
    expect(delivery(cp, event, 'both').state).toBe('delivered');
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('notifications/'))).toHaveLength(2);
  });

  it('of a run that there is not, or that is no end, is told to nobody', async () => {
    const { cp, event } = await ended([...CHANNELS]);
    const { sent, send } = poster();
    await notify(cp, { ...event, data: { ...event.data, runId: 'zyxwvutsrqponmlkjihg' } }, send);
    await notify(cp, eventOf(RUN, 'run.started', cp), send);
    expect(sent).toEqual([]);
    expect(cp.logged).toEqual([]);
  });
});

describe('an event', () => {
  it.each(SUBJECT_KINDS)('of a %s that is neither an end nor a budget is told to nobody', async (kind) => {
    const { cp } = await ended([...CHANNELS]);
    const { sent, send } = poster();
    await notify(cp, eventOfKind[kind](), send);
    expect(sent).toEqual([]);
    expect(cp.logged).toEqual([]);
  });

  it.each(SUBJECT_KINDS)('of a %s is delivered once, and its record names the subject', async (kind) => {
    const cp = await testControlPlane({ notifications: { channels: [CHANNELS[1]] } });
    const event = eventOfKind[kind]();
    const { sent, send } = poster();
    const [channel] = cp.config.notifications.channels;
    if (!channel) throw new Error('there is no channel');
    const id = deliveryId(event.id, channel.name);
    const post = requestFor(channel, messageOf(RUN, 'completed', undefined), id, cp.now());
    for (let i = 0; i < 2; i++) expect(await deliver(cp, { id, event, channel, post }, send)).toBe(true);
    expect(sent).toHaveLength(1);
    expect(delivery(cp, event, channel.name)).toMatchObject({ subject: event.subject, state: 'delivered' });
    expect(cp.logged).toMatchObject([{ fields: identityOf(event.data) }]);
  });
});

describe('a delivery', () => {
  it('is made by one of two that are at it at the same time', async () => {
    const { cp, event } = await ended([CHANNELS[1]]);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let began = () => {};
    const begun = new Promise<void>((resolve) => (began = resolve));
    const { sent, send } = poster();
    const slow: Poster = async (post) => {
      began();
      await held;
      return send(post);
    };
    const first = notify(cp, event, slow);
    await begun;
    await expect(notify(cp, event, send)).rejects.toThrow(/still to be told to ops/);
    release();
    await first;
    await notify(cp, event, send);
    expect(sent).toHaveLength(1);
  });

  it('is made again, under the same id, when nobody knows whether it was made', async () => {
    const { cp, event } = await ended([CHANNELS[0]]);
    const { sent, send } = poster();
    const crashing: Poster = (post) => {
      cp.store.failNextCommits();
      return send(post);
    };
    await expect(notify(cp, event, crashing)).rejects.toThrow(/still to be told to ci/);
    expect(delivery(cp, event, 'ci').state).toBe('sending');
    await expect(notify(cp, event, send)).rejects.toThrow(/still to be told to ci/);
    expect(sent).toHaveLength(1);
    cp.pass(16);
    await notify(cp, event, send);
    expect(sent.map(({ headers }) => headers['webhook-id'])).toEqual(
      Array(2).fill(deliveryId(event.id, 'ci')),
    );
    expect(delivery(cp, event, 'ci')).toMatchObject({ state: 'delivered', attempts: 2 });
  });

  it('that came too late does not undo the one that took its place', async () => {
    const { cp, event } = await ended([CHANNELS[1]]);
    const { send } = poster();
    const late: Poster = async () => {
      cp.pass(16);
      await notify(cp, event, send);
      throw new RequestError('ECONNRESET', false);
    };
    await expect(notify(cp, event, late)).rejects.toThrow(/ops/);
    expect(delivery(cp, event, 'ops')).toMatchObject({
      state: 'delivered',
      reason: 'answered 200',
      attempts: 2,
    });
  });

  it('is forgotten after 30 days', async () => {
    const { cp, event } = await ended([CHANNELS[1]]);
    const { send } = poster();
    await notify(cp, event, send);
    cp.pass(30 * 86_400 - 1);
    const next = { ...event, id: 'the-next-event' };
    await notify(cp, next, send);
    await sweepExpired(cp);
    expect(delivery(cp, event, 'ops').state).toBe('delivered');
    cp.pass(1);
    await sweepExpired(cp);
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('notifications/'))).toEqual([
      paths.notification(deliveryId(next.id, 'ops')),
    ]);
  });

  it('has an id of its own for each event and channel, without a full stop', () => {
    const ids = [deliveryId('a', 'b'), deliveryId('a', 'c'), deliveryId('b', 'b'), deliveryId('a/../x', 'b')];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(/^msg_[0-9a-f]{40}$/);
  });
});

describe('secrets', () => {
  /** All that is left behind: log lines as they are written, the error that the framework prints, documents. */
  function leftBehind(cp: TestControlPlane, thrown: unknown): string {
    const lines: string[] = [];
    const log = jsonLog((line) => lines.push(line));
    for (const { severity, message, fields } of cp.logged) log(severity, message, fields);
    const all = { lines, logged: cp.logged, thrown, documents: cp.documents() };
    return `${lines.join('')}${inspect(all, { depth: null, showHidden: true, maxArrayLength: null })}`;
  }

  it.each<[failure: string]>([
    ['200'],
    ['400'],
    ['403'],
    ['500'],
    ['redirect'],
    ['timeout'],
    ['reset'],
    ['no HTTP'],
    ['another protocol'],
    ['private address'],
    ['unknown name'],
    ['untrusted'],
    ['the store fails'],
  ])('are in no log, error or record: %s', async (failure) => {
    const receiver = await httpsReceiver();
    const { port } = new URL(receiver.url);
    const { cp, event } = await ended([...CHANNELS]);
    receiver.answer = (request, response) => {
      if (failure === 'timeout') return;
      if (failure === 'reset') request.socket.destroy();
      if (failure === 'the store fails') cp.store.failNextCommits(10);
      if (failure === 'no HTTP') request.socket.end(`${request.url} ${inspect(request.headers)}\r\n\r\n`);
      if (failure === 'another protocol')
        request.socket.end('HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
      if (response.destroyed) return;
      const status = failure === 'redirect' ? 307 : Number(failure) || 200;
      // As servers do that quote what they do not like.
      response.writeHead(status, {
        location: request.url,
        'x-echo': inspect(request.headers).replaceAll('\n', ''),
      });
      response.end(inspect(request.headers));
    };
    const { ca, ...untrusting } = receiver.network;
    const network = {
      ...untrusting,
      timeoutMs: failure === 'timeout' ? 100 : 10_000,
      ...(ca !== undefined && failure !== 'untrusted' && { ca }),
      ...(failure === 'private address' && { allows: isPublic }),
      ...(failure === 'unknown name' && {
        lookup: ((_hostname, _options, callback) =>
          callback(
            Object.assign(new Error('very-secret'), { code: 'ENOTFOUND' }),
            [],
          )) as typeof untrusting.lookup,
      }),
    };
    // All hosts are the receiver, which the path and the headers still reach.
    const send: Poster = (post) =>
      postSafely(
        { ...post, url: post.url.replace(/^https:\/\/[^/]+/, `https://hooks.test:${port}`) },
        network,
      );
    const thrown: unknown = await notify(cp, event, send).catch((error: unknown) => error);
    const left = leftBehind(cp, thrown);
    for (const { name } of CHANNELS) expect(left).toContain(name);
    expect(left).not.toMatch(SECRETS);
    if (['200', '400', '500'].includes(failure)) {
      const sent = JSON.stringify(receiver.received);
      expect(sent).toMatch(/re_very-secret-key/);
      expect(sent).toMatch(/services\/very-secret-path/);
    }
  });
});

describe('the function', () => {
  const PATH = pushPath('shop-prod');
  const push = (event: RunEvent) => ({ body: pushBody('shop-prod', 'notify', eventMessage(event)) });

  it('acknowledges every event where nobody is to be told', async () => {
    const { cp, event } = await ended([]);
    const client = await serveFunction('notify');
    for (const type of ['run.completed', 'run.epoch.completed'] as const)
      expect((await client.send(PATH, push({ ...event, type }))).status).toBe(204);
    expect(cp.logged).toEqual([]);
  });

  it('answers with 500 when the run cannot be read, so that the event comes again', async () => {
    const spy = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => spy.mockRestore());
    const { cp, event } = await ended([CHANNELS[1]]);
    cp.store.failReads(new Error('the store is gone'));
    const client = await serveFunction('notify');
    expect((await client.send(PATH, push(event))).status).toBe(500);
  });
});
