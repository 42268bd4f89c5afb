/** Each operation of the OpenAPI document is asked once rightly and once wrongly; the client holds both against the document. */
import { newRunId, trialSchema, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT, signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane, type TestControlPlane } from '../../test/support/controlPlane.js';
import { serveFunction, type Sent } from '../../test/support/functionClient.js';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { sampleReport } from '../../test/support/evaluation/sampleReport.js';
import { operations } from '../../test/support/openapiCheck.js';
import { SweepWorld } from '../../test/support/sweepWorld.js';
import { tokenIssuer } from '../../test/support/standIns/tokenIssuer.js';
import { makeWrites } from '../ports/documentStore/writes.js';
import { trialWrite } from '../sweeps/documents.js';

const says = trainer();
const dataset = (uri: string) => ({ id: 'small', content: { source: { uri } } });
const model = (temperature: number) => ({ id: 'small', content: { temperature } });
const features = (column: string) => ({
  id: 'small',
  content: { ...EXAMPLE_SPEC.features, query: [{ column, transform: 'lookup', id: true }] },
});

/** What is sent to each operation that takes a file. */
const FILE = { body: 'content', headers: { 'content-type': 'application/octet-stream' } };

const SWEEP = { spec: EXAMPLE_SPEC, space: { 'training.epochs': [1, 2, 3] } };

/** What is sent to each operation that takes a body. */
const BODIES: Record<string, unknown> = {
  'POST /api/models/{modelId}/training-runs': { spec: EXAMPLE_SPEC },
  'POST /api/training-runs/{runId}/cancel': {},
  'POST /api/training-runs/{runId}/retry': {},
  'POST /api/training-runs/{runId}/train-full': {},
  'POST /api/training-runs/{runId}/repeats': { count: 2 },
  'POST /api/training-runs/{runId}/external': {
    mlflowExperimentId: '12',
    mlflowRunId: '0f3b',
    mlflowUrl: 'https://mlflow.example/#/experiments/12/runs/0f3b',
  },
  'POST /api/models/{modelId}': {
    name: 'Shop',
    teams: ['red'],
    retrain: { minNewRows: 5 },
    monthlyBudgetUsd: 50,
  },
  'POST /api/models/{modelId}/sweeps': SWEEP,
  'POST /api/sweeps/{sweepId}/pause': {},
  'POST /api/sweeps/{sweepId}/resume': {},
  'POST /api/sweeps/{sweepId}/cancel': {},
  'POST /api/sweeps/{sweepId}/extend': { maxTrials: 200 },
  'POST /api/sweeps/{sweepId}/trials': { parameters: { 'training.epochs': 3 } },
  'POST /api/sweeps/{sweepId}/finalize': {},
  'POST /api/models/{modelId}/versions/{version}/promote': { stage: 'staging' },
  'POST /api/models/{modelId}/rollback': {},
  'POST /api/models/{modelId}/experiments': { id: 'narrow' },
  'POST /api/datasets': dataset('c.csv'),
  'POST /api/feature-configs': features('buyer'),
  'POST /api/model-configs': model(3),
  ...Object.fromEntries(
    [
      says.stage('train'),
      says.epoch(1),
      says.heartbeat(0.5),
      says.log('a line'),
      says.checkpointed(1),
      says.failed(true),
      says.completed(),
    ].map((callback) => [`POST /api/training-runs/{runId}/webhook/${callback.kind}`, callback.body]),
  ),
  'POST /api/training-runs/{runId}/webhook/batch': { callbacks: [says.epoch(2), says.stage('evaluate')] },
};

let made: ReturnType<typeof makeWorld> | undefined;

/** The same for every test: made by the first, and each has a copy. */
async function world() {
  const { kept, evaluated, parameters } = await (made ??= makeWorld());
  const cp = await testControlPlane({}, kept);
  // An address names the folder of the copy.
  const { runId, ...files } = evaluated;
  const artifacts = Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, cp.objects.uri(file)]),
  );
  await cp.put({ ...(await cp.run(runId)), result: { ...RESULT, artifacts } });
  const [api, webhooks] = [await serveFunction('api'), await serveFunction('webhooks')];
  return { cp, api, webhooks, parameters };
}

/** Runs in every state that matters, versions of which two have served, and presets with two versions each. */
async function makeWorld() {
  const cp = await testControlPlane();
  const [api, webhooks] = [await serveFunction('api'), await serveFunction('webhooks')];
  const job = { tier: 'small', name: 'job', launchedAt: cp.now().toISOString(), usdPerHour: null };
  const put = async (parts: Partial<Run>) => {
    const run = newRun(cp.now(), { runId: newRunId(), modelId: 'other', ...parts });
    await cp.put(run);
    return run.runId;
  };
  const send = async (path: string, sent: Sent, client = api) => {
    const answer = await client.send(path, sent);
    expect({ path, answer }).toMatchObject({
      path,
      answer: { status: expect.toBeOneOf([200, 201, 202]) as number },
    });
  };
  for (const version of [1, 2, 3]) {
    const { runId } = await cp.request();
    const { path, sent } = signed(trainer().completed(RESULT), { now: cp.now(), runId });
    await send(path, sent, webhooks);
    if (version < 3)
      await send(`/api/models/demo/versions/${version}/promote`, { body: { stage: 'production' } });
  }
  for (const n of [1, 2]) {
    await send('/api/datasets', { body: dataset(`${n}.csv`) });
    await send('/api/feature-configs', { body: features(`user${n}`) });
    await send('/api/model-configs', { body: model(n) });
  }
  await send('/api/models/demo/experiments', { body: { id: 'wide' } });
  const evaluatedRun = newRunId();
  const evaluation = `runs/${evaluatedRun}/model/evaluation.json`;
  await cp.objects.putIfAbsent(evaluation, Buffer.from(JSON.stringify(sampleReport())));
  const manifest = `runs/${evaluatedRun}/model/manifest.json`;
  const file = { path: 'a/b.bin', bytes: 3, sha256: '0'.repeat(64), contentType: 'application/octet-stream' };
  const listing = {
    schemaVersion: 1,
    modelVersion: 'demo#1',
    createdAt: cp.now().toISOString(),
    files: [file],
  };
  await cp.objects.putIfAbsent(manifest, Buffer.from(JSON.stringify(listing)));
  await cp.objects.putIfAbsent(`runs/${evaluatedRun}/model/a/b.bin`, Buffer.from('abc'));
  await put({ runId: evaluatedRun, status: 'completed', result: RESULT });
  const attached = `/api/training-runs/${evaluatedRun}/attachments/a/b.bin`;
  await send(attached, { method: 'PUT', ...FILE });
  const parameters: Record<string, string> = {
    evaluatedRun,
    path: 'a/b.bin',
    modelId: 'demo',
    experimentId: 'wide',
    version: '1',
    id: 'small',
    runId: await put({ status: 'running', job }),
    failedRun: await put({ status: 'failed' }),
    quickRun: await put({ status: 'completed', intent: 'quick-test', quickTest: { cuts: [] } }),
    sweepId: await sweepWithTrial(cp),
    readyVersion: '3',
  };
  return { kept: await cp.keep(), evaluated: { runId: evaluatedRun, evaluation, manifest }, parameters };
}

/** One of the model `other`, with a completed trial that can be retrained. */
async function sweepWithTrial(cp: TestControlPlane): Promise<string> {
  const { sweepId } = await new SweepWorld(cp).start(SWEEP, 'other');
  const trial = trialSchema.parse({
    schemaVersion: 1,
    sweepId,
    number: 1,
    round: 1,
    parameters: { 'training.epochs': 2 },
    decision: null,
    runId: newRunId(),
    state: 'completed',
    value: 4.5,
    curve: [],
    pruning: null,
    error: null,
    costUsd: 0,
    seconds: 60,
    createdAt: cp.now().toISOString(),
    endedAt: cp.now().toISOString(),
  });
  await cp.store.transaction(async (tx) => makeWrites(tx, [trialWrite('create', trial)]));
  return sweepId;
}

/** Where an operation needs another one than the rest. */
const OTHER_PARAMETERS: Record<string, Record<string, string>> = {
  'POST /api/training-runs/{runId}/retry': { runId: 'failedRun' },
  'POST /api/training-runs/{runId}/train-full': { runId: 'quickRun' },
  'GET /api/training-runs/{runId}/stream': { runId: 'failedRun' },
  'GET /api/training-runs/{runId}/evaluation': { runId: 'evaluatedRun' },
  'GET /api/training-runs/{runId}/artifacts/{path}': { runId: 'evaluatedRun' },
  'GET /api/training-runs/{runId}/attachments/{path}': { runId: 'evaluatedRun' },
  'DELETE /api/training-runs/{runId}/attachments/{path}': { runId: 'evaluatedRun' },
  'POST /api/models/{modelId}/versions/{version}/promote': { version: 'readyVersion' },
};

/** What those ask for that take a query and do without none. */
const QUERIES: Record<string, string> = {
  'GET /api/compare': '?runs=demo%231,demo%232',
  'GET /api/lineage': `?digest=sha256:${'0'.repeat(64)}`,
  'GET /api/stream': '?topics=runs,models',
};

/** Whose answer goes on until its client leaves. */
const ENDLESS: ReadonlySet<string> = new Set(['GET /api/stream']);

interface Asked {
  operation: string;
  method: string;
  /** With its parameters in braces. */
  path: string;
  name: 'api' | 'webhooks';
}

const OPERATIONS: readonly Asked[] = operations.map(({ method, path, tags: [name] }) => ({
  operation: `${method} ${path}`,
  method,
  path,
  name,
}));
const CHANGING = OPERATIONS.filter(({ method }) => method !== 'GET');

/** Where an operation is in the world, and what is sent to it when it is asked rightly. */
function rightRequest(
  { cp, parameters }: Awaited<ReturnType<typeof world>>,
  { operation, method, path: template, name }: Asked,
): { path: string; sent: Sent } {
  const path = template.replace(/\{(\w+)\}/g, (_braces, parameter: string) => {
    const value = parameters[OTHER_PARAMETERS[operation]?.[parameter] ?? parameter];
    if (value === undefined) throw new Error(`give the parameter ${parameter} a value in world()`);
    return value;
  });
  const body = BODIES[operation];
  if (method === 'POST' && body === undefined) throw new Error(`give ${operation} a sample in BODIES`);
  if (method === 'PUT') return { path, sent: { method, ...FILE } };
  if (name === 'api') return { path, sent: { method, ...(body !== undefined && { body }) } };
  const callback = {
    kind: template.split('/').at(-1) ?? '',
    id: 'sample',
    body: body as Record<string, unknown>,
  };
  return { path, sent: signed(callback, { now: cp.now(), runId: parameters['runId'] ?? '' }).sent };
}

describe('is answered as the OpenAPI document says, when asked rightly and when asked wrongly:', () => {
  it.each(OPERATIONS)('$operation', async (asked) => {
    const here = await world();
    const { cp } = here;
    const { name } = asked;
    const client = here[name];
    const { path, sent } = rightRequest(here, asked);
    const { 'webhook-signature': _signature, ...unsigned } = sent.headers ?? {};
    const wrong = name === 'webhooks' ? { ...sent, headers: unsigned } : sent;
    const documents = cp.documents();
    expect((await client.refused(`${path}?unknown=1`, wrong)).status).toBe(name === 'api' ? 400 : 401);
    expect(cp.documents()).toEqual(documents);
    const right = `${path}${QUERIES[asked.operation] ?? ''}`;
    if (ENDLESS.has(asked.operation)) {
      const response = await client.open(right, sent);
      expect(response.statusCode).toBe(200);
      response.destroy();
      return;
    }
    expect(await client.send(right, sent)).toMatchObject({
      status: expect.toBeOneOf([200, 201, 202]) as number,
    });
  });

  it('a dry run, and content that a preset has already', async () => {
    const { api } = await world();
    const body = { spec: EXAMPLE_SPEC };
    expect(await api.send('/api/models/demo/training-runs?dryRun=true', { body })).toMatchObject({
      status: 200,
    });
    expect(await api.send('/api/model-configs', { body: model(2) })).toMatchObject({ status: 200 });
  });
});

describe('nothing is changed', () => {
  const FOREIGN: readonly Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ];

  it('by a page of another site, whatever it asks for', async () => {
    const here = await world();
    const documents = here.cp.documents();
    for (const asked of CHANGING) {
      const { path, sent } = rightRequest(here, asked);
      for (const headers of FOREIGN) {
        const foreign = { ...sent, headers: { ...sent.headers, ...headers } };
        const { status, type } = await here[asked.name].refused(path, foreign);
        expect({ asked, status, type }).toMatchObject({
          status: 403,
          type: 'https://trainyard.dev/problems/foreign-origin',
        });
      }
    }
    expect(here.cp.documents()).toEqual(documents);
  });

  it('by a form, or by text that a browser sends across sites without asking', async () => {
    const here = await world();
    const documents = here.cp.documents();
    for (const asked of CHANGING.filter(({ name }) => name === 'api')) {
      const { path, sent } = rightRequest(here, asked);
      for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
        const form = { ...sent, headers: { 'content-type': type }, body: '{}' };
        expect({ asked, status: (await here.api.refused(path, form)).status }).toEqual({
          asked,
          status: 415,
        });
      }
    }
    expect(here.cp.documents()).toEqual(documents);
  });
});

describe('the same request with the same Idempotency-Key', () => {
  const POSTS = CHANGING.filter(({ name, method }) => name === 'api' && method === 'POST');

  it.each(POSTS)('does nothing more and is answered as at first: $operation', async (asked) => {
    const here = await world();
    const { path, sent } = rightRequest(here, asked);
    const keyed = { ...sent, headers: { 'idempotency-key': 'once' } };
    const first = await here.api.send(path, keyed);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    here.cp.pass(60);
    // What it concerns goes on meanwhile.
    for (const runId of [
      /training-runs\/([a-z2-7]{20})/.exec(first.headers.location ?? '')?.[1],
      here.parameters['runId'],
    ])
      if (runId !== undefined) await here.cp.put({ ...(await here.cp.run(runId)), status: 'completed' });
    await here.api.send('/api/models/demo', { body: { name: 'Another' } });
    const documents = here.cp.documents();
    const { status, json, headers } = await here.api.send(path, keyed);
    expect({ status, json, location: headers.location }).toEqual({
      status: first.status,
      json: first.json,
      location: first.headers.location,
    });
    expect(headers['idempotency-replayed']).toBe('true');
    expect(here.cp.documents()).toEqual(documents);
    const other = asked.path === '/api/models/{modelId}' ? '/api/models/demo/rollback' : '/api/models/demo';
    expect((await here.api.refused(other, { body: {}, headers: keyed.headers })).status).toBe(422);
  });
});

describe('what belongs to other teams', () => {
  /** A start makes a model where there is none, so an id that is taken cannot be had: names are shared, as those of accounts. */
  const MAKES = ['POST /api/models/{modelId}/training-runs', 'POST /api/models/{modelId}/sweeps'];

  it('is answered as what is nowhere, whoever may not see it and whatever is asked', async () => {
    const here = await world();
    const { cp, parameters } = here;
    await here.api.send('/api/models/demo', { body: { teams: ['red'] } });
    await here.api.send('/api/models/other', { body: { teams: ['red'] } });
    for (const name of ['runId', 'failedRun', 'quickRun', 'evaluatedRun'])
      await cp.put({ ...(await cp.run(parameters[name] ?? '')), teams: ['red'] });
    const { keysUrl, sign } = await tokenIssuer('https://issuer.example', 200);
    const issuer = { issuer: 'https://issuer.example', audience: 'shop', keysUrl };
    cp.config = { ...cp.config, auth: 'tokens', tokenIssuers: [issuer] };
    const now = cp.now().getTime() / 1000;
    const claims = { aud: 'shop', sub: 'ben', iat: now, exp: now + 600, trainyardTeams: ['blue'] };
    const authorization = `Bearer ${await sign({ ...claims, trainyardRole: 'trainer' }, {})}`;
    const nowhere = {
      ...parameters,
      modelId: 'nowhere',
      runId: newRunId(),
      failedRun: newRunId(),
      quickRun: newRunId(),
      evaluatedRun: newRunId(),
      sweepId: newRunId(),
    };
    const documents = cp.documents();
    const concerned = OPERATIONS.filter(
      ({ path, operation }) => /\{(modelId|runId|sweepId)\}/.test(path) && !MAKES.includes(operation),
    );
    expect(concerned.length).toBeGreaterThan(20);
    for (const asked of concerned) {
      for (const query of ['', '?cursor=abc', '?unknown=1']) {
        const answers = [];
        for (const known of [parameters, nowhere]) {
          const { path, sent } = rightRequest({ ...here, parameters: known }, asked);
          const { 'webhook-signature': _signature, ...unsigned } = sent.headers ?? {};
          const headers = {
            ...unsigned,
            authorization,
            'idempotency-key': `${asked.operation}${query}`.replaceAll(/\s/g, ''),
          };
          const { status, text } = await here[asked.name].send(`${path}${query}`, { ...sent, headers });
          answers.push({
            asked,
            query,
            status,
            text: ids(known).reduce((all, id) => all.replaceAll(id, 'ID'), text),
          });
        }
        expect(answers[0]).toEqual(answers[1]);
      }
    }
    expect(cp.documents()).toEqual(documents);
  });

  it('is not shown by a key of when the caller still saw it', async () => {
    const here = await world();
    const { cp, api } = here;
    const keyed = { body: { spec: EXAMPLE_SPEC }, headers: { 'idempotency-key': 'mine' } };
    const path = '/api/models/demo/training-runs';
    expect((await api.send(path, keyed)).status).toBe(202);
    await api.send('/api/models/demo', { body: { teams: ['red'] } });
    const { keysUrl, sign } = await tokenIssuer('https://issuer.example', 200);
    cp.config = {
      ...cp.config,
      auth: 'tokens',
      tokenIssuers: [{ issuer: 'https://issuer.example', audience: 'shop', keysUrl }],
    };
    const now = cp.now().getTime() / 1000;
    // The same caller, who is no administrator any more.
    const claims = { aud: 'shop', sub: 'local', iat: now, exp: now + 600, trainyardRole: 'trainer' };
    const authorization = `Bearer ${await sign(claims, {})}`;
    const again = await api.refused(path, { ...keyed, headers: { ...keyed.headers, authorization } });
    const other = await api.refused(path, { body: keyed.body, headers: { authorization } });
    expect(again).toMatchObject({ status: 404, detail: other.detail });
  });
});

function ids({
  modelId = '',
  runId = '',
  failedRun = '',
  quickRun = '',
  evaluatedRun = '',
  sweepId = '',
}: Record<string, string>): string[] {
  return [modelId, runId, failedRun, quickRun, evaluatedRun, sweepId];
}
