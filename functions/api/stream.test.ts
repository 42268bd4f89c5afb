import { request as httpRequest, type IncomingMessage } from 'node:http';
import { paths, STAGES, type Run, type StreamEvent } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { eventStream } from '../../test/support/eventStream.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { epochRow, stageRow } from '../../test/support/runView.js';
import { until } from '../../test/support/until.js';

/** `epoch 3`, `stage train`, `run completed`. */
function brief({ event, data }: StreamEvent): string {
  switch (event) {
    case 'run':
      return `run ${data.status}`;
    case 'epoch':
      return `epoch ${data.epoch}`;
    case 'stage':
      return `stage ${data.stage}`;
  }
}

async function openedRun(parts: Partial<Run> = {}) {
  const cp = await testControlPlane();
  const run = newRun(cp.now(), { status: 'running', ...parts });
  await cp.put(run);
  const api = await serveFunction('api');
  const path = `/api/training-runs/${run.runId}/stream`;
  const follow = async () => {
    const response = await api.open(path);
    return { response, ...eventStream(response) };
  };
  /** Rows, and the run with changes, in one commit. */
  const write = (rows: Record<string, object>, changes?: Partial<Run>) =>
    cp.store.transaction(async (tx) => {
      for (const [at, row] of Object.entries(rows)) tx.set(at, { ...row });
      if (changes) tx.set(paths.run(run.runId), { ...run, ...changes });
    });
  const epochs = (...numbers: number[]) =>
    Object.fromEntries(numbers.map((epoch) => [paths.epoch(run.runId, epoch), epochRow(epoch)]));
  return { cp, run, api, path, follow, write, epochs };
}

describe('the stream of a run', () => {
  it('begins with everything that is stored, as an event stream that nobody may keep', async () => {
    const { run, follow, write, epochs } = await openedRun();
    await write({ ...epochs(2, 1), [paths.stage(run.runId, 'ingest')]: stageRow('ingest') });
    const { response, events } = await follow();
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    await until('what is stored', () => events.length === 4);
    expect(events.map(brief)).toEqual(['stage ingest', 'epoch 1', 'epoch 2', 'run running']);
    const { lease: _lease, ...seen } = run;
    expect(events[3]).toEqual({ event: 'run', data: { ...seen, name: 'demo#1' } });
    expect(events[1]).toEqual({ event: 'epoch', data: epochRow(1) });
  });

  it('gives the rows of an ended run in the order of time', async () => {
    const { run, follow, write } = await openedRun({ status: 'completed' });
    const at = (second: number) => ({ at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString() });
    const rows: Record<string, object> = {};
    for (const [stage, second] of [
      ['ingest', 1],
      ['validate', 2],
      ['transform', 3],
      ['train', 14],
      ['evaluate', 15],
      ['register', 16],
    ] as const)
      rows[paths.stage(run.runId, stage)] = stageRow(stage, at(second));
    // The last epoch and the end of `train` were reported together.
    for (let epoch = 1; epoch <= 11; epoch++)
      rows[paths.epoch(run.runId, epoch)] = epochRow(epoch, at(epoch + 3));
    await write(rows, { status: 'completed' });
    const { events, ended } = await follow();
    await ended;
    const numbers = Array.from({ length: 11 }, (_, i) => `epoch ${i + 1}`);
    expect(events.map(brief)).toEqual([
      ...['ingest', 'validate', 'transform'].map((stage) => `stage ${stage}`),
      ...numbers,
      ...['train', 'evaluate', 'register'].map((stage) => `stage ${stage}`),
      'run completed',
    ]);
  });

  it('tells each change once, and ends after the ended run with every row before it', async () => {
    const { cp, run, follow, write, epochs } = await openedRun();
    const { events, ended, isOver } = await follow();
    await until('the run', () => events.length === 1);
    await write(epochs(1), { currentEpoch: 1 });
    await until('the first epoch', () => events.length === 3);
    // The rows of the end come with the end, in one commit and after the run in it.
    await write({ ...epochs(1, 2, 3), [paths.stage(run.runId, 'train')]: stageRow('train') });
    await write(epochs(4), { status: 'completed' });
    await ended;
    expect(isOver()).toBe(true);
    const told = events.map(brief);
    expect(told.slice(0, 3)).toEqual(['run running', 'epoch 1', 'run running']);
    expect(told.slice(3).toSorted()).toEqual([
      'epoch 2',
      'epoch 3',
      'epoch 4',
      'run completed',
      'stage train',
    ]);
    expect(told.at(-1)).toBe('run completed');
    await until('the end of the watches', () => cp.store.watches === 0);
  });

  it('tells a row again when a newer attempt has replaced it', async () => {
    const { run, follow, write, epochs } = await openedRun({ attempt: 2 });
    await write(epochs(1));
    const { events } = await follow();
    await until('the first attempt', () => events.length === 2);
    await write({ [paths.epoch(run.runId, 1)]: epochRow(1, { attempt: 2 }) });
    await until('the second attempt', () => events.length === 3);
    expect(events[2]).toMatchObject({ event: 'epoch', data: { epoch: 1, attempt: 2 } });
  });

  it('of a run that is over says all of it and ends', async () => {
    const { cp, run, follow, write, epochs } = await openedRun();
    const stages = Object.fromEntries(
      STAGES.map((stage, i) => [
        paths.stage(run.runId, stage),
        stageRow(stage, { at: `2026-01-01T00:00:0${i}.000Z` }),
      ]),
    );
    await write({ ...epochs(1, 2, 3), ...stages }, { status: 'failed' });
    const { events, ended, isOver } = await follow();
    await ended;
    expect(isOver()).toBe(true);
    expect(events.map(brief)).toEqual([
      ...STAGES.map((stage) => `stage ${stage}`),
      'epoch 1',
      'epoch 2',
      'epoch 3',
      'run failed',
    ]);
    expect(cp.store.watches).toBe(0);
  });

  it('goes on behind the event that the client has, with what came meanwhile and what was missing', async () => {
    const { api, path, write, epochs } = await openedRun();
    await write(epochs(1, 2, 4));
    const response = await api.open(path, { headers: { 'last-event-id': 'se1-1.1_4-4.1' } });
    const { events } = eventStream(response);
    await until('the rest', () => events.length === 2);
    expect(events.map(brief).toSorted()).toEqual(['epoch 2', 'run running']);
    await write(epochs(3));
    await until('the news', () => events.length === 3);
    expect(brief(events[2]!)).toBe('epoch 3');
    expect((await api.refused(path, { headers: { 'last-event-id': 'seven' } })).status).toBe(400);
  });

  it('tells many followers the same', async () => {
    const { follow, write, epochs } = await openedRun();
    const followers = await Promise.all(Array.from({ length: 10 }, follow));
    await until('the beginning', () => followers.every(({ events }) => events.length === 1));
    for (let epoch = 1; epoch <= 5; epoch++) await write(epochs(epoch));
    await write({}, { status: 'completed' });
    for (const { ended, events } of followers) {
      await ended;
      expect(events.map(brief)).toEqual([
        'run running',
        ...[1, 2, 3, 4, 5].map((epoch) => `epoch ${epoch}`),
        'run completed',
      ]);
    }
  });

  it('stops watching when its client goes away', async () => {
    const { cp, follow, write, epochs } = await openedRun();
    const [gone, stays] = [await follow(), await follow()];
    await until('both', () => gone.events.length === 1 && stays.events.length === 1);
    expect(cp.store.watches).toBe(6);
    gone.response.destroy();
    await until('the end of its watches', () => cp.store.watches === 3);
    await write(epochs(1));
    await until('the epoch', () => stays.events.length === 2);
    expect(gone.events).toHaveLength(1);
    expect(cp.logged).toEqual([]);
  });

  it('keeps little for a client that does not read, and tells it the newest of the run once it does', async () => {
    const { api, path, write, epochs } = await openedRun();
    const response = await api.open(path);
    const { events, ended } = eventStream(response);
    await until('the run', () => events.length === 1);
    response.pause();
    const requestedBy = 'x'.repeat(200_000);
    for (let n = 1; n <= 100; n++) await write(n === 50 ? epochs(1) : {}, { requestedBy, currentEpoch: n });
    response.resume();
    const isNewest = () => events.some((told) => told.event === 'run' && told.data.currentEpoch === 100);
    await until('the newest', isNewest);
    expect(events.map(brief)).toContain('epoch 1');
    // What the system's own buffers hold is some megabytes; all of it would be twenty.
    expect(events.length).toBeLessThan(60);
    await write({}, { status: 'completed' });
    await ended;
    expect(brief(events.at(-1)!)).toBe('run completed');
  });

  it('hears that a client has gone whose request had a body, and not before', async () => {
    const { cp, api, path, write, epochs } = await openedRun();
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': 2 };
      const request = httpRequest(
        { host: '127.0.0.1', port: api.port, path, headers, agent: false },
        resolve,
      );
      request.once('error', reject).end('{}');
    });
    const { events } = eventStream(response);
    await until('the run', () => events.length === 1);
    await write(epochs(1));
    await until('the epoch', () => events.length === 2);
    response.destroy();
    await until('the end of the watches', () => cp.store.watches === 0);
  });

  it('leaves no watch behind for a client that went away before it began', async () => {
    const { cp, api, path } = await openedRun();
    const release = cp.store.holdReads();
    const request = httpRequest({ host: '127.0.0.1', port: api.port, path, agent: false });
    request.once('error', () => {}).end();
    await until('the request', () => cp.store.heldReads === 1);
    request.destroy();
    await until('the end of the connection', async () => (await api.connections()) === 0);
    release();
    await api.send(path.replace('/stream', ''));
    expect(cp.store.watches).toBe(0);
  });

  it('breaks off when it cannot go on, so that its client connects again', async () => {
    const { cp, run, follow } = await openedRun();
    const { events, ended } = await follow();
    await until('the run', () => events.length === 1);
    await cp.store.transaction(async (tx) => tx.set(paths.epoch(run.runId, 1), { epoch: 'not a row' }));
    await ended;
    expect(events.map(brief)).toEqual(['run running']);
    expect(cp.logged).toMatchObject([{ severity: 'ERROR', message: 'a stream failed' }]);
    await until('the end of the watches', () => cp.store.watches === 0);
  });
});
