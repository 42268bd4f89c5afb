import {
  eventsPageSchema,
  logPageSchema,
  metricsPageSchema,
  paths,
  STAGES,
  stagesPageSchema,
  type LogLine,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { epochRow, stageRow } from '../../test/support/runView.js';

async function openedRun() {
  const cp = await testControlPlane();
  const run = newRun(cp.now(), { status: 'running', attempt: 2 });
  await cp.put(run);
  const api = await serveFunction('api');
  const base = `/api/training-runs/${run.runId}`;
  const write = (rows: Record<string, object>) =>
    cp.store.transaction(async (tx) => {
      for (const [path, row] of Object.entries(rows)) tx.set(path, { ...row });
    });
  return { cp, run, api, base, write };
}

describe('reading a run', () => {
  it('gives what a listener sees, without the lease of its dispatcher', async () => {
    const { cp, run, api, base } = await openedRun();
    await cp.put({ ...run, lease: { holder: 'secret', expiresAt: cp.now().toISOString() } });
    const { lease: _lease, ...seen } = run;
    expect((await api.send(base)).json).toEqual({ ...seen, name: 'demo#1' });
  });

  it('gives its epochs in their order', async () => {
    const { run, api, base, write } = await openedRun();
    const rows = [10, 2, 1, 9999, 10_000, 3].map((epoch) => epochRow(epoch));
    expect(metricsPageSchema.parse((await api.send(`${base}/metrics`)).json).epochs).toEqual([]);
    await write(Object.fromEntries(rows.map((row) => [paths.epoch(run.runId, row.epoch), row])));
    expect(metricsPageSchema.parse((await api.send(`${base}/metrics`)).json).epochs).toEqual(
      rows.toSorted((a, b) => a.epoch - b.epoch),
    );
  });

  it('gives its stages in the order of the pipeline', async () => {
    const { run, api, base, write } = await openedRun();
    const rows = STAGES.toReversed().map((stage) => stageRow(stage));
    await write(Object.fromEntries(rows.map((row) => [paths.stage(run.runId, row.stage), row])));
    const { stages } = stagesPageSchema.parse((await api.send(`${base}/stages`)).json);
    expect(stages).toEqual(rows.toReversed());
  });

  it('gives what happened to it, first things first', async () => {
    const { cp, api } = await openedRun();
    const { runId } = await cp.request();
    cp.pass(3);
    await api.send(`/api/training-runs/${runId}/cancel`, { body: {} });
    const { events } = eventsPageSchema.parse((await api.send(`/api/training-runs/${runId}/events`)).json);
    expect(events).toMatchObject([
      { what: 'requested', at: '2026-01-01T00:00:00.000Z', status: 'pending', published: ['run.requested'] },
      { what: 'cancelRequested', at: '2026-01-01T00:00:03.000Z', status: 'cancelled' },
    ]);
  });
});

describe('reading the log of a run', () => {
  const line = (message: string): LogLine => ({
    at: '2026-01-01T00:00:00.000Z',
    level: 'info',
    message,
    stage: 'train',
    fields: { step: 1 },
  });

  /** Chunks of two attempts, the newest written first, with `perChunk` lines each, numbered through. */
  async function loggedRun(chunks: number, perChunk = 1) {
    const opened = await openedRun();
    const half = Math.ceil(chunks / 2);
    const rows = Array.from({ length: chunks }, (_, i) => {
      const [attempt, seq] = i < half ? [1, i + 1] : [2, i - half + 1];
      const lines = Array.from({ length: perChunk }, (_line, j) => line(`line ${i * perChunk + j}`));
      return [paths.logChunk(opened.run.runId, attempt, seq), { attempt, seq, lines }] as const;
    });
    await opened.write(Object.fromEntries(rows.toReversed()));
    const get = async (query: string) => {
      const page = logPageSchema.parse((await opened.api.send(`${opened.base}/logs${query}`)).json);
      return { ...page, messages: page.lines.map(({ message }) => message) };
    };
    return { ...opened, get };
  }
  const numbered = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

  it('gives all lines in order, page by page, each with its attempt', async () => {
    const { get } = await loggedRun(120, 3);
    let page = await get('');
    expect(page.lines[0]).toEqual({ ...line('line 0'), attempt: 1 });
    const messages = [...page.messages];
    while (page.nextCursor !== null) {
      page = await get(`?cursor=${page.nextCursor}`);
      expect(page.messages).not.toEqual([]);
      messages.push(...page.messages);
    }
    expect(messages).toEqual(numbered(0, 360));
  });

  it.each(['', '?tail=2'])(
    'gives what came after the end that a follower had reached by "%s"',
    async (first) => {
      const { run, get, write } = await loggedRun(4);
      const { endCursor } = await get(first);
      expect(await get(`?cursor=${endCursor}`)).toMatchObject({ lines: [], nextCursor: null, endCursor });
      await write({ [paths.logChunk(run.runId, 2, 9)]: { attempt: 2, seq: 9, lines: [line('news')] } });
      expect((await get(`?cursor=${endCursor}`)).messages).toEqual(['news']);
    },
  );

  it('has neither lines nor a cursor before the first chunk', async () => {
    const { get } = await loggedRun(0);
    expect(await get('')).toMatchObject({ lines: [], nextCursor: null, endCursor: null });
    expect(await get('?tail=5')).toMatchObject({ lines: [], nextCursor: null, endCursor: null });
  });

  it.each([
    { tail: 1, chunks: 4, perChunk: 3, from: 11 },
    { tail: 4, chunks: 4, perChunk: 3, from: 8 },
    { tail: 5000, chunks: 4, perChunk: 3, from: 0 },
    { tail: 50, chunks: 50, perChunk: 1, from: 0 },
    { tail: 120, chunks: 130, perChunk: 1, from: 10 },
  ])(
    'gives the last $tail lines, oldest first, of $chunks chunks of $perChunk',
    async ({ tail, chunks, perChunk, from }) => {
      const { get } = await loggedRun(chunks, perChunk);
      const { messages, nextCursor } = await get(`?tail=${tail}`);
      expect(messages).toEqual(numbered(from, chunks * perChunk));
      expect(nextCursor).toBeNull();
    },
  );

  it.each([
    ['a foreign cursor', '?cursor=e30'],
    ['tail=0', '?tail=0'],
    ['tail=5001', '?tail=5001'],
    ['a cursor and a tail', '?cursor=e30&tail=3'],
  ])('refuses %s with 400', async (_what, query) => {
    const { api, base } = await openedRun();
    expect((await api.refused(`${base}/logs${query}`)).status).toBe(400);
  });
});
