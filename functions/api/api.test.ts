import {
  MAX_BODY_BYTES,
  newRunId,
  paths,
  runPageSchema,
  runViewSchema,
  trainingSpecSchema,
  type RunStatus,
  type RunView,
} from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane, TIERS } from '../../test/support/controlPlane.js';
import { serveFunction, type FunctionClient, type Sent } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { encodeCursor } from './cursor.js';

const RUNS = '/api/models/demo/training-runs';
const START_BODY = { spec: EXAMPLE_SPEC };

async function opened(config: Parameters<typeof testControlPlane>[0] = {}) {
  const cp = await testControlPlane(config);
  return { cp, api: await serveFunction('api') };
}

async function start(api: FunctionClient, { body = START_BODY, ...sent }: Sent = {}): Promise<RunView> {
  const answer = await api.send(RUNS, { body, ...sent });
  expect(answer).toMatchObject({ status: 202 });
  return runViewSchema.parse(answer.json);
}

describe('starting a run', () => {
  it('answers 202 with where the run is and the run, whose request is published', async () => {
    const { cp, api } = await opened();
    const answer = await api.send(RUNS, { body: START_BODY });
    const run = runViewSchema.parse(answer.json);
    expect(answer.status).toBe(202);
    expect(answer.headers).toMatchObject({
      location: `/api/training-runs/${run.runId}`,
      'content-type': expect.stringMatching(/^application\/json/) as string,
      'cache-control': 'no-store',
    });
    expect(run).toMatchObject({
      name: 'demo#1',
      status: 'pending',
      attempt: 1,
      requestedBy: 'local',
      createdAt: '2026-01-01T00:00:00.000Z',
      deadlineAt: '2026-01-02T00:00:00.000Z',
    });
    expect((await api.send(answer.headers.location ?? '')).json).toEqual(answer.json);
    expect(cp.bus.published).toMatchObject([{ type: 'run.requested', data: { runId: run.runId } }]);
    expect(cp.documents()).toHaveProperty([paths.event(run.runId, 'start')]);
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('outbox/'))).toEqual([]);
  });

  it('fills every default of the specification, and the tiers that there are', async () => {
    const { api } = await opened();
    const { spec, totalEpochs } = await start(api);
    const filled = trainingSpecSchema.parse(EXAMPLE_SPEC);
    expect(spec).toEqual({
      ...filled,
      compute: { ...filled.compute, tiers: TIERS.map(({ name }) => name) },
    });
    expect(totalEpochs).toBe(20);
  });

  it('numbers the runs of a model without a gap when 50 are started at once', async () => {
    const { api } = await opened();
    const other = api.send('/api/models/other/training-runs', { body: START_BODY });
    const runs = await Promise.all(Array.from({ length: 50 }, () => start(api)));
    expect(runs.map(({ runNumber }) => runNumber).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(50);
    expect(runViewSchema.parse((await other).json).name).toBe('other#1');
  });

  it('answers although the bus is gone: the request waits in the outbox', async () => {
    const { cp, api } = await opened();
    cp.bus.failNext();
    await start(api);
    expect(cp.bus.published).toEqual([]);
    expect(Object.keys(cp.documents()).filter((path) => path.startsWith('outbox/'))).toHaveLength(1);
    expect(cp.logged).toMatchObject([{ severity: 'WARNING', message: 'events stay in the outbox' }]);
  });

  it('writes nothing when the transaction fails, and a second try starts run 1', async () => {
    const { cp, api } = await opened();
    cp.store.failNextCommits();
    expect((await api.refused(RUNS, { body: START_BODY })).status).toBe(500);
    expect(cp.documents()).toEqual({});
    expect((await start(api)).runNumber).toBe(1);
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (key: string): Sent => ({ headers: { 'idempotency-key': key } });

  it('gives the same run to the same request, one after another and at once', async () => {
    const { cp, api } = await opened();
    const first = await start(api, keyed('night-1'));
    const again = await Promise.all(Array.from({ length: 5 }, () => start(api, keyed('night-1'))));
    expect(new Set(again.map(({ runId }) => runId))).toEqual(new Set([first.runId]));
    expect(cp.bus.published).toHaveLength(1);
    expect((await start(api, keyed('night-2'))).runNumber).toBe(2);
    expect((await start(api)).runNumber).toBe(3);
  });

  it('takes a specification for the same however its defaults are written', async () => {
    const { api } = await opened();
    const first = await start(api, keyed('a'));
    const again = await start(api, { ...keyed('a'), body: { spec: trainingSpecSchema.parse(EXAMPLE_SPEC) } });
    expect(again.runId).toBe(first.runId);
  });

  it.each([
    ['another specification', RUNS, { spec: { ...EXAMPLE_SPEC, training: { epochs: 3 } } }],
    ['another model', '/api/models/other/training-runs', START_BODY],
  ])('is refused with 422 for %s', async (_what, path, body) => {
    const { cp, api } = await opened();
    await start(api, keyed('a'));
    const before = cp.documents();
    const problem = await api.refused(path, { body, ...keyed('a') });
    expect(problem).toMatchObject({ status: 422, title: 'Idempotency key used for another request' });
    expect(cp.documents()).toEqual(before);
  });

  it.each([
    ['empty', ''],
    ['of two words', 'two words'],
    ['too long', 'x'.repeat(201)],
    ['not ASCII', 'ümlaut'],
  ])('is refused with 400 when it is %s', async (_what, key) => {
    const { cp, api } = await opened();
    const header = Buffer.from(key, 'utf8').toString('latin1');
    const problem = await api.refused(RUNS, { body: START_BODY, ...keyed(header) });
    expect(problem).toMatchObject({ status: 400, title: 'Invalid Idempotency-Key' });
    expect(cp.documents()).toEqual({});
  });
});

describe('listing runs', () => {
  const STATUSES: readonly RunStatus[] = ['running', 'completed', 'failed'];

  /** 23 runs, some of them made in the same millisecond, and one of another model. */
  async function manyRuns() {
    const { cp, api } = await opened();
    const runs = Array.from({ length: 23 }, (_, i) =>
      newRun(new Date(cp.now().getTime() + Math.floor(i / 4) * 1000), {
        runId: newRunId(),
        runNumber: i + 1,
        status: STATUSES[i % 3] ?? 'running',
      }),
    );
    await cp.put(...runs, newRun(cp.now(), { runId: newRunId(), modelId: 'other' }));
    return { api, runs };
  }

  async function allPages(api: FunctionClient, query: string) {
    const pages = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await api.send(`${RUNS}?${query}${cursor && `&cursor=${cursor}`}`);
      expect(answer).toMatchObject({ status: 200 });
      const page = runPageSchema.parse(answer.json);
      pages.push(page.runs);
      cursor = page.nextCursor;
    }
    return pages;
  }

  it.each([1, 5, 23, 200])('gives every run once, newest first, in pages of %i', async (limit) => {
    const { api, runs } = await manyRuns();
    const pages = await allPages(api, `limit=${limit}`);
    const listed = pages.flat();
    expect(listed.map(({ runId }) => runId).toSorted()).toEqual(runs.map(({ runId }) => runId).toSorted());
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
    expect(pages).toHaveLength(Math.ceil(23 / limit));
  });

  it('gives only the runs of a status, over all pages', async () => {
    const { api, runs } = await manyRuns();
    const listed = (await allPages(api, 'status=failed&limit=3')).flat();
    expect(listed.map(({ runNumber }) => runNumber).toSorted((a, b) => a - b)).toEqual(
      runs.filter(({ status }) => status === 'failed').map(({ runNumber }) => runNumber),
    );
  });

  it('gives no run of a model that has none', async () => {
    const { api } = await opened();
    expect((await api.send(RUNS)).json).toEqual({ runs: [], nextCursor: null });
  });

  it.each(['0', '1.5', '201', '-1', 'many', '0x10', '1e1', '', '%205'])(
    'says what a limit may be, to one of "%s"',
    async (limit) => {
      const { api } = await opened();
      const problem = await api.refused(`${RUNS}?limit=${limit}`);
      expect(problem.errors).toEqual([
        { pointer: '/limit', detail: 'must be a whole number from 1 to 200, in digits' },
      ]);
    },
  );

  it.each([
    ['a cursor of somebody else', 'cursor=abc', 'Invalid cursor'],
    [
      'a forged cursor',
      `cursor=${encodeCursor({ path: 'models/x', createdAt: '2026-01-01T00:00:00.000Z' })}`,
      'Invalid cursor',
    ],
    [
      'a cursor of another list',
      `cursor=${encodeCursor({ path: 'x', attempt: 1, seq: 1 })}`,
      'Invalid cursor',
    ],
    ['a status that does not exist', 'status=done', 'Invalid request'],
    ['a limit of 0', 'limit=0', 'Invalid request'],
    ['a limit of 201', 'limit=201', 'Invalid request'],
    ['a limit that is no number', 'limit=many', 'Invalid request'],
    ['a limit in another notation', 'limit=0x10', 'Invalid request'],
    ['a limit given twice', 'limit=1&limit=2', 'Invalid request'],
    ['an unknown parameter', 'page=2', 'Invalid request'],
  ])('refuses %s with 400', async (_what, query, title) => {
    const { api } = await opened();
    expect(await api.refused(`${RUNS}?${query}`)).toMatchObject({ status: 400, title });
  });
});

describe('cancelling a run', () => {
  it('ends a pending one at once, and again changes nothing', async () => {
    const { cp, api } = await opened();
    const { runId } = await start(api);
    const path = `/api/training-runs/${runId}/cancel`;
    const answer = await api.send(path, { body: {} });
    expect(answer.status).toBe(202);
    expect(runViewSchema.parse(answer.json)).toMatchObject({ status: 'cancelled', runId });
    const before = cp.documents();
    const again = await api.send(path, { method: 'POST' });
    expect(again).toMatchObject({ status: 202, json: answer.json });
    expect(cp.documents()).toEqual(before);
    expect(cp.bus.published.map(({ type }) => type)).toEqual(['run.requested', 'run.cancelled']);
  });

  it.each(['completed', 'failed', 'cancelled'] as const)('leaves a %s one as it is', async (status) => {
    const { cp, api } = await opened();
    const run = newRun(cp.now(), { status });
    await cp.put(run);
    const answer = await api.send(`/api/training-runs/${run.runId}/cancel`, { body: {} });
    expect(answer).toMatchObject({ status: 202, json: { status } });
    expect(await cp.run(run.runId)).toEqual(run);
  });

  it('stops the job of one that waits for its trainer, and asks a running one to stop by itself', async () => {
    const { cp, api } = await opened();
    const job = { tier: 'small', name: 'job', launchedAt: cp.now().toISOString(), usdPerHour: null };
    const waiting = newRun(cp.now(), { runId: newRunId(), status: 'provisioning', job });
    const running = newRun(cp.now(), { runId: newRunId(), status: 'running', job: { ...job, name: 'busy' } });
    await cp.put(waiting, running);
    for (const { runId } of [waiting, running]) {
      const answer = await api.send(`/api/training-runs/${runId}/cancel`, { body: {} });
      expect(answer).toMatchObject({ status: 202, json: { status: 'cancelling' } });
    }
    expect(cp.launcher.cancelled).toEqual(['job']);
  });
});

describe('whatever is asked', () => {
  it.each(['', '/metrics', '/stages', '/events', '/logs', '/stream'])(
    'there is no "%s" of a run that does not exist',
    async (part) => {
      const { api } = await opened();
      const problem = await api.refused(`/api/training-runs/${newRunId()}${part}`);
      expect(problem).toMatchObject({ status: 404, title: 'Not found' });
    },
  );

  it('finds the same with a slash at the end', async () => {
    const { api } = await opened();
    const { runId } = await start(api);
    for (const path of [
      '/healthz',
      '/health',
      RUNS,
      `/api/training-runs/${runId}`,
      `/api/training-runs/${runId}/events`,
    ]) {
      expect((await api.send(`${path}/`)).json).toEqual((await api.send(path)).json);
    }
    expect((await api.send(`${RUNS}/`, { body: START_BODY })).status).toBe(202);
    expect((await api.send(`${RUNS}//`, { body: START_BODY })).status).toBe(404);
  });

  it('is said again to a client that has a copy of its own', async () => {
    const { api } = await opened();
    const answer = await api.send('/healthz', { headers: { 'if-none-match': '*' } });
    expect(answer).toMatchObject({ status: 200, json: { status: 'ok' } });
  });

  it('says that it is well, to anyone', async () => {
    const { api } = await opened({ auth: 'none' });
    expect(await api.send('/healthz', { headers: { host: 'foreign.example' } })).toMatchObject({
      status: 200,
      json: { status: 'ok' },
    });
  });
});

const RUN_ID = 'abcdefghijklmnopqrst';
const spec = (parts: Record<string, unknown>): Sent => ({ body: { spec: { ...EXAMPLE_SPEC, ...parts } } });
const json = { 'content-type': 'application/json' };

describe('a refused request writes nothing and says why:', () => {
  it.each<[what: string, status: number, path: string, sent: Sent, says: RegExp]>([
    [
      'a model id with an encoded slash',
      400,
      '/api/models/a%2Fb/training-runs',
      { body: START_BODY },
      /1 to 63 of a-z/,
    ],
    [
      'a model id with capitals',
      400,
      '/api/models/Shop/training-runs',
      { body: START_BODY },
      /1 to 63 of a-z/,
    ],
    ['an empty model id', 400, '/api/models//training-runs', { body: START_BODY }, /1 to 63 of a-z/],
    ['something that is no run id', 400, '/api/training-runs/UPPER', {}, /must be a run id/],
    ['an unknown path', 404, '/api/nothing', {}, /no resource at \/api\/nothing/],
    ['the root', 404, '/', {}, /no resource at/],
    [
      'a malformed percent sign',
      400,
      '/api/models/%E0%A4%A/training-runs',
      { body: START_BODY },
      /percent sign/,
    ],
    ['bad JSON', 400, RUNS, { method: 'POST', headers: json, body: '{"spec":' }, /not valid JSON/],
    [
      'JSON that is no object',
      400,
      RUNS,
      { method: 'POST', headers: json, body: '[1]' },
      /must be an object of keys and values, and is a list of 1/,
    ],
    ['no body', 400, RUNS, { method: 'POST' }, /\/spec/],
    ['an unknown query parameter', 400, `${RUNS}?dry=true`, { body: START_BODY }, /unknown key "dry"/],
    ...(['__proto__', '__name__', '', '\\ud800'] as const).map(
      (key): [string, number, string, Sent, RegExp] => [
        `a key that no store takes, "${key}"`,
        400,
        RUNS,
        {
          method: 'POST',
          headers: json,
          body: `{"spec":{"dataset":{"source":{"uri":"x.csv"},"columns":{"a":{}}},"compute":{},"tags":{"${key}":"x"},${JSON.stringify({ features: EXAMPLE_SPEC.features }).slice(1)}}`,
        },
        key === '' ? /tags/ : /a key ".*", which cannot be stored/,
      ],
    ),
    ['half of a surrogate pair', 400, RUNS, spec({ tags: { team: 'a\udc00' } }), /half of a surrogate pair/],
    ['a flag that is neither', 400, `${RUNS}?dryRun=yes`, { body: START_BODY }, /\/dryRun/],
    [
      'a body for a request that takes none',
      400,
      `/api/training-runs/${RUN_ID}/cancel`,
      { body: { now: true } },
      /unknown key "now"/,
    ],
    [
      'a form',
      415,
      RUNS,
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'spec=x' },
      /only application\/json/,
    ],
    [
      'plain text',
      415,
      RUNS,
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(START_BODY) },
      /text\/plain/,
    ],
    ['a body without a type', 415, RUNS, { method: 'POST', body: Buffer.from('{}') }, /none/],
    [
      'another character set',
      415,
      RUNS,
      { method: 'POST', headers: { 'content-type': 'application/json; charset=latin1' }, body: '{}' },
      /send JSON in UTF-8/,
    ],
    ...(['utf-16', 'UTF-16LE', 'utf-32', 'utf-7'] as const).map(
      (charset): [string, number, string, Sent, RegExp] => [
        `JSON in ${charset}`,
        415,
        RUNS,
        {
          method: 'POST',
          headers: { 'content-type': `application/json; charset=${charset}` },
          body: charset === 'utf-7' ? '{}' : Buffer.from('{}', 'utf16le'),
        },
        /JSON in UTF-8/,
      ],
    ),
    [
      'JSON in UTF-16 that does not say so',
      400,
      RUNS,
      { method: 'POST', headers: json, body: Buffer.from(JSON.stringify(START_BODY), 'utf16le') },
      /UTF-8/,
    ],
    [
      'text that is not UTF-8',
      400,
      RUNS,
      {
        method: 'POST',
        headers: json,
        body: Buffer.from(JSON.stringify({ spec: { ...EXAMPLE_SPEC, tags: { city: 'Köln' } } }), 'latin1'),
      },
      /is not UTF-8/,
    ],
    [
      'a byte order mark alone',
      400,
      RUNS,
      { method: 'POST', headers: json, body: Buffer.from('\ufeff') },
      /byte order mark alone/,
    ],
    [
      'an unknown encoding',
      415,
      RUNS,
      { method: 'POST', headers: { ...json, 'content-encoding': 'zip' }, body: '{}' },
      /gzip of at most 64 KB/,
    ],
    [
      'a tier that does not exist',
      400,
      RUNS,
      spec({ compute: { tiers: ['small', 'h100'] } }),
      /"h100" does not exist here; there is "small", "large"/,
    ],
    [
      'a body of 2 MB',
      413,
      RUNS,
      { body: { spec: EXAMPLE_SPEC, padding: 'x'.repeat(2_000_000) } },
      new RegExp(`at most ${MAX_BODY_BYTES}`),
    ],
    [
      'a large body for an unknown path',
      413,
      '/nothing',
      { body: 'x'.repeat(MAX_BODY_BYTES + 1), method: 'POST', headers: { 'content-type': 'text/plain' } },
      /at most/,
    ],
  ])('%s: %i', async (_what, status, path, sent, says) => {
    const { cp, api } = await opened();
    const problem = await api.refused(path, sent);
    expect(problem.status).toBe(status);
    expect(problem.detail).toMatch(says);
    expect(cp.documents()).toEqual({});
    expect(cp.bus.published).toEqual([]);
    expect(cp.logged).toEqual([]);
  });

  it.each([
    ['DELETE', `/api/training-runs/${RUN_ID}`, 'GET'],
    ['PUT', RUNS, 'POST, GET'],
    ['GET', `/api/training-runs/${RUN_ID}/cancel`, 'POST'],
    ['POST', '/healthz', 'GET'],
  ])('%s %s: 405, and Allow names what is possible', async (method, path, allow) => {
    const { api } = await opened();
    const problem = await api.refused(path, { method });
    expect(problem).toMatchObject({ status: 405, title: 'Method not allowed' });
    expect(problem.headers['allow']).toBe(allow);
  });

  it('unknown keys and wrong values: 400 with a pointer to each', async () => {
    const { cp, api } = await opened();
    const body = {
      spec: {
        ...EXAMPLE_SPEC,
        training: { epochs: 0, epocs: 3 },
        'a/b~c': 1,
        dataset: { source: { uri: 'x', formt: 'csv' } },
      },
      extra: true,
    };
    const problem = await api.refused(RUNS, { body });
    expect(problem.status).toBe(400);
    expect(problem.errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/extra',
      '/spec/a~1b~0c',
      '/spec/dataset/source/formt',
      '/spec/training/epochs',
      '/spec/training/epocs',
    ]);
    expect(cp.documents()).toEqual({});
  });

  it.each([
    ['evil.example', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example:80', 403],
    ['192.168.0.7', 403],
    ['localhost:8080', 202],
    ['127.0.0.1', 202],
    ['[::1]:8080', 202],
  ])('the host name %s: %i', async (host, status) => {
    const { cp, api } = await opened();
    const sent = { body: START_BODY, headers: { host } };
    expect((await api.send(RUNS, sent)).status).toBe(status);
    if (status === 403) expect(await api.refused(RUNS, sent)).toMatchObject({ title: 'Forbidden' });
    expect(Object.keys(cp.documents()).length > 0).toBe(status === 202);
  });

  it('a caller where no way in is configured: 401; where the platform has let him in: 202', async () => {
    const { cp, api } = await opened({ auth: 'none' });
    expect(await api.refused(RUNS, { body: START_BODY })).toMatchObject({ status: 401 });
    expect(await api.refused(RUNS)).toMatchObject({ status: 401 });
    expect(cp.documents()).toEqual({});
    const platform = await opened({ auth: 'platform' });
    const run = await start(platform.api, { headers: { host: 'trainyard.example' } });
    expect(run.requestedBy).toBe('platform');
  });

  it('an error of ours: 500 without details, which are logged', async () => {
    const { cp, api } = await opened();
    const error = new Error('password of the database: hunter2');
    cp.store.failReads(error);
    const problem = await api.refused(RUNS);
    expect(problem).toMatchObject({ status: 500, title: 'Internal error' });
    expect(JSON.stringify(problem)).not.toMatch(/hunter2|password|at /);
    expect(cp.logged).toEqual([
      { severity: 'ERROR', message: 'a request failed', fields: { method: 'GET', path: RUNS, error } },
    ]);
  });
});
