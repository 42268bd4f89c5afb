import type { RunEvent } from '@trainyard/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { eventOfKind, SUBJECT_KINDS } from '../../test/contracts/events.js';
import { serveFunction, type Sent } from '../../test/support/functionClient.js';
import { setControlPlane } from '../currentControlPlane.js';

const PATH = '/projects/shop-prod/topics/trainyard-events';

/** What Pub/Sub pushes, with `data` as it stands in the message. */
function push(data: unknown): Sent {
  return {
    body: {
      subscription: 'projects/shop-prod/subscriptions/dispatch',
      message: {
        ...(data !== undefined && { data }),
        messageId: '1234',
        publishTime: '2026-01-01T00:00:00.000Z',
        attributes: { type: 'run.requested' },
        orderingKey: 'abcdefghijklmnopqrst',
      },
    },
  };
}

const base64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');

async function opened() {
  const cp = await testControlPlane();
  return { cp, dispatch: await serveFunction('dispatch') };
}

/** A run and the event that requested it. */
async function requested(cp: TestControlPlane): Promise<RunEvent> {
  const { runId } = await cp.request();
  const event = cp.bus.published.find(
    (one): one is RunEvent => one.data.kind === 'run' && one.data.runId === runId,
  );
  if (!event) throw new Error('the request was not published');
  return event;
}

/** The framework tells the console of errors that it answers with 500. */
function quietly(): void {
  const spy = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => spy.mockRestore());
}

describe('a message that Pub/Sub pushes', () => {
  it('launches the run that was requested, once, however often it is delivered', async () => {
    const { cp, dispatch } = await opened();
    const event = await requested(cp);
    for (let i = 0; i < 3; i++) expect((await dispatch.send(PATH, push(base64(event)))).status).toBe(204);
    expect(cp.launcher.launches).toBe(1);
    expect(cp.launcher.started).toMatchObject([{ runId: event.data.runId, attempt: 1 }]);
    expect((await cp.run(event.data.runId)).status).toBe('provisioning');
  });

  it('launches it as well when it comes as a structured CloudEvent, as from Eventarc', async () => {
    const { cp, dispatch } = await opened();
    const event = await requested(cp);
    const answer = await dispatch.send('/', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify({
        specversion: '1.0',
        id: '1234',
        source: `//pubsub.googleapis.com${PATH}`,
        type: 'google.cloud.pubsub.topic.v1.messagePublished',
        data: push(base64(event)).body,
      }),
    });
    expect(answer.status).toBe(204);
    expect(cp.launcher.started).toHaveLength(1);
  });

  it('of another type launches nothing', async () => {
    const { cp, dispatch } = await opened();
    const event: RunEvent = { ...(await requested(cp)), type: 'run.completed' };
    expect((await dispatch.send(PATH, push(base64(event)))).status).toBe(204);
    expect(cp.launcher.launches).toBe(0);
    expect(cp.logged).toEqual([]);
  });

  it.each(SUBJECT_KINDS.filter((kind) => kind !== 'run'))(
    'of a %s is an event that launches nothing',
    async (kind) => {
      const { cp, dispatch } = await opened();
      expect((await dispatch.send(PATH, push(base64(eventOfKind[kind]())))).status).toBe(204);
      expect(cp.launcher.launches).toBe(0);
      expect(cp.logged).toEqual([]);
    },
  );

  it('of a run that does not exist is acknowledged', async () => {
    const { cp, dispatch } = await opened();
    const event = await requested(cp);
    const other = { ...event, data: { ...event.data, runId: 'zyxwvutsrqponmlkjihg' } };
    expect((await dispatch.send(PATH, push(base64(other)))).status).toBe(204);
    expect(cp.launcher.launches).toBe(0);
  });

  it.each<[what: string, data: unknown]>([
    ['is not JSON', base64('hello')],
    ['is not base64', '%%%'],
    ['is empty', ''],
    ['has no data', undefined],
    ['has data that is no text', 7],
    ['is no event', base64({ runId: 'abcdefghijklmnopqrst' })],
    ['is an event of an unknown type', base64({ type: 'run.imagined' })],
  ])('that %s is logged, acknowledged and never comes again', async (_what, data) => {
    const { cp, dispatch } = await opened();
    expect((await dispatch.send(PATH, push(data))).status).toBe(204);
    expect(cp.logged).toMatchObject([
      {
        severity: 'ERROR',
        message: 'a message is not an event and is dropped',
        // The framework takes a push without data for no push at all and keeps its id to itself.
        fields: data ? { messageId: '1234' } : {},
      },
    ]);
    expect(cp.documents()).toEqual({});
  });

  it('is answered with 500 when the launch fails, and launches the run when it comes again after the lease', async () => {
    quietly();
    const { cp, dispatch } = await opened();
    const event = await requested(cp);
    cp.launcher.beforeLaunch = () => {
      throw new Error('connection reset');
    };
    expect((await dispatch.send(PATH, push(base64(event)))).status).toBe(500);
    cp.launcher.beforeLaunch = () => {};
    cp.pass(30);
    expect((await dispatch.send(PATH, push(base64(event)))).status).toBe(204);
    expect(cp.launcher.started).toHaveLength(1);
  });

  it('is answered with 500 while the control plane cannot be built, which is tried again', async () => {
    quietly();
    const { cp, dispatch } = await opened();
    const event = await requested(cp);
    let tries = 0;
    setControlPlane(async () => {
      if (++tries === 1) throw new Error('the database does not answer');
      return cp;
    });
    expect((await dispatch.send(PATH, push(base64(event)))).status).toBe(500);
    expect((await dispatch.send(PATH, push(base64(event)))).status).toBe(204);
    expect(tries).toBe(2);
    expect(cp.launcher.started).toHaveLength(1);
  });
});
