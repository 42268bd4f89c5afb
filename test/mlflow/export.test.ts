import type { SweepEnd } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFunctionServer } from '../../local/host/functionServer.js';
import '../../functions/register.js';
import { endedRun } from '../support/endedRun.js';
import { newRun } from '../support/newRun.js';
import { START, testControlPlane, type TestControlPlane } from '../support/controlPlane.js';
import { epochOf, mlflowStandIn, putEpochs } from '../support/mlflow.js';
import { makeWrites } from '../../functions/ports/documentStore/writes.js';
import { endWrite } from '../../functions/sweeps/documents.js';
import { tokenIssuer } from '../support/standIns/tokenIssuer.js';
import { SweepWorld } from '../support/sweepWorld.js';
import { runCommandLine } from '../support/runCommandLine.js';

const idOf = (number: number) => `abcdefghijklmnopqrs${'abcdefghijklmnopqrstuvwxyz'[number] ?? ''}`;

/** A Trainyard whose model has runs that failed, with three epochs each. */
async function trainyard(count: number): Promise<{ cp: TestControlPlane; url: string }> {
  const cp = await testControlPlane();
  const server = await startFunctionServer(0, 'internal');
  onTestFinished(() => server.close());
  await cp.request();
  for (let number = 0; number < count; number += 1) {
    const runId = idOf(number);
    await cp.put(
      endedRun('failed', {
        runId,
        runNumber: number + 2,
        createdAt: new Date(START.getTime() + number).toISOString(),
      }),
    );
    await putEpochs(cp, { runId }, epochOf(1), epochOf(2), epochOf(3));
  }
  return { cp, url: server.url };
}

const exported = (url: string, args: string[], environment = {}) =>
  runCommandLine(['export', 'mlflow', ...args, '--url', url], '/', environment);

describe('trainyard export mlflow', () => {
  it('counts what was written, what was there, and what was left out and why', async () => {
    const { cp, url } = await trainyard(3);
    await cp.put(newRun(START, { runId: idOf(9), runNumber: 9, status: 'running' }));
    const server = await mlflowStandIn();
    const first = await exported(url, [idOf(0), 'demo#3', '--to', server.endpoint]);
    expect([first.code, first.out]).toEqual([
      0,
      expect.stringMatching(/2 runs to .*: 2 written; \d+ points/),
    ]);
    const second = await exported(url, ['--model', 'demo', '--to', server.endpoint]);
    expect(second.out).toMatch(/1 written, 2 were there already, 2 left out/);
    expect(second.out).toMatch(/left out of demo#9: it is running: run the command again once it has ended/);
    expect(second.code).toBe(1);
    expect(server.runs.size).toBe(3);
  });

  it('goes on where a server went away, and writes nothing twice', async () => {
    const { url } = await trainyard(4);
    const server = await mlflowStandIn();
    server.fault = (_what, number) =>
      number >= 9 ? { status: 400, body: { error_code: 'ENDPOINT_NOT_FOUND', message: 'gone' } } : undefined;
    const broken = await exported(url, ['--model', 'demo', '--to', server.endpoint]);
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(/gone\n\d of 5 runs were looked at: run the command again/);
    server.fault = () => undefined;
    const whole = await exported(url, [0, 1, 2, 3].map(idOf).concat('--to', server.endpoint));
    expect(whole.code).toBe(0);
    for (const number of [0, 1, 2, 3])
      expect(server.points(idOf(number), 'loss').map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  it('reaches a server behind a path, with a token, which is busy and breaks in between, and writes nothing twice', async () => {
    const { url } = await trainyard(2);
    const server = await mlflowStandIn();
    server.prefix = '/tools/mlflow';
    server.authorization = 'Bearer a-secret-token';
    const busy = { status: 429, headers: { 'retry-after': '0' }, body: 'a-secret-token asks too often' };
    const broken = { status: 503, body: 'bad gateway for a-secret-token' };
    let isBroken = true;
    // Points that may be there already are not sent again blindly: the command ends, and finds out when it is run again.
    server.fault = (what, number) => {
      if (number % 4 === 1) return busy;
      if (isBroken && what.endsWith('/log-batch')) return broken;
      return number % 4 === 3 && what.startsWith('GET') ? broken : undefined;
    };
    const environment = {
      TRAINYARD_MLFLOW_URI: `${server.endpoint}/tools/mlflow/`,
      TRAINYARD_MLFLOW_TOKEN: 'a-secret-token',
    };
    const first = await exported(url, ['--model', 'demo'], environment);
    expect(first.err).toMatch(
      /refused POST .*\/log-batch \(503\).*[^]*run the command again, it goes on where it stopped/,
    );
    isBroken = false;
    const second = await exported(url, ['--model', 'demo'], environment);
    expect(second.err).not.toContain('refused');
    for (const number of [0, 1])
      expect(server.points(idOf(number), 'loss').map(({ step }) => step)).toEqual([1, 2, 3]);
    const again = await exported(url, ['--model', 'demo'], environment);
    expect(again.out).toMatch(/: 2 were there already, 1 left out; 0 points of metrics were sent/);
    const points = [...server.runs.values()].map((run) =>
      run.points.map(({ key, step }) => `${key} ${step}`),
    );
    expect(points.length).toBe(2);
    for (const each of points) expect(new Set(each).size).toBe(each.length);
    // A server that is broken all the time says why, and not with what.
    server.fault = () => broken;
    const refused = await exported(url, ['--model', 'demo'], environment);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/503/);
    for (const { out, err } of [first, second, again, refused])
      expect(out + err).not.toContain('a-secret-token');
  });

  it('has each run say where it is, as the function does', async () => {
    const { cp, url } = await trainyard(1);
    const server = await mlflowStandIn();
    await exported(url, [idOf(0), '--to', server.endpoint]);
    const { id, experimentId } = server.runOf(idOf(0));
    const external = {
      mlflowExperimentId: experimentId,
      mlflowRunId: id,
      mlflowUrl: `${server.endpoint}/#/experiments/${experimentId}/runs/${id}`,
    };
    expect((await cp.run(idOf(0))).external).toEqual(external);
    const at = cp.now().toISOString();
    cp.pass(60);
    // Said once: the next export changes nothing, and finds the run by what is said.
    expect((await exported(url, [idOf(0), '--to', server.endpoint])).out).toContain('1 were there already');
    expect((await cp.run(idOf(0))).updatedAt).toBe(at);
  });

  it('writes the run all the same where the caller may not have it say so, and says that', async () => {
    const { cp, url } = await trainyard(1);
    const issuer = 'https://issuer.example';
    const { keysUrl, sign } = await tokenIssuer(issuer);
    cp.config = { ...cp.config, auth: 'tokens', tokenIssuers: [{ issuer, audience: 'shop', keysUrl }] };
    const now = cp.now().getTime() / 1000;
    const token = await sign({ aud: 'shop', sub: 'ben', iat: now, exp: now + 600, trainyardRole: 'viewer' });
    const server = await mlflowStandIn();
    const { code, out } = await exported(url, [idOf(0), '--to', server.endpoint], { TRAINYARD_TOKEN: token });
    expect(code).toBe(0);
    expect(out).toMatch(/1 written/);
    expect(out).toMatch(/left out of demo#2: the run does not say that it is there: .*\(403\)/);
    expect(server.runOf(idOf(0)).status).toBe('FAILED');
    expect((await cp.run(idOf(0))).external).toBeNull();
  });

  it('ends the run that stands for a sweep as the sweep has ended, and leaves that of one that goes on', async () => {
    const { cp, url } = await trainyard(0);
    const world = new SweepWorld(cp);
    const request = { name: 'wider', space: { 'training.batchSize': [64, 128] }, maxTrials: 2 };
    const [ended, open] = [await world.start(request), await world.start({ ...request, name: 'open' })];
    const trials = [ended, open].map(({ sweepId }, at) =>
      endedRun('failed', {
        runId: idOf(at),
        runNumber: at + 2,
        parentRunId: sweepId,
        sweep: { sweepId, trial: 1 },
      }),
    );
    await cp.put(...trials);
    const end: SweepEnd = {
      sweepId: ended.sweepId,
      round: 1,
      reason: 'failures',
      trials: 1,
      counts: { running: 0, completed: 0, pruned: 0, failed: 1, cancelled: 0 },
      best: null,
      costUsd: 0,
      endedAt: '2026-01-01T03:00:00.000Z',
    };
    await cp.store.optimistic(async (tx) => makeWrites(tx, [endWrite(end)]));
    const server = await mlflowStandIn();
    const args = [idOf(0), idOf(1), '--to', server.endpoint];
    expect((await exported(url, args)).code).toBe(0);
    const parents = [0, 1].map((at) =>
      server.runs.get(server.runOf(idOf(at)).tags.get('mlflow.parentRunId') ?? ''),
    );
    expect(parents).toMatchObject([
      { name: 'sweep wider (demo)', status: 'FAILED', endTime: Date.parse(end.endedAt) },
      { name: 'sweep open (demo)', status: 'RUNNING', endTime: undefined },
    ]);
    expect(parents[0]?.tags.get('trainyard.reason')).toBe('failures');
    const heard = server.requests.length;
    expect((await exported(url, args)).out).toContain('2 were there already');
    expect(server.requests.slice(heard).filter((what) => /log-batch|create|update|set-/.test(what))).toEqual(
      [],
    );
  });

  it('prints JSON, a run per line', async () => {
    const { url } = await trainyard(1);
    const server = await mlflowStandIn();
    const { out } = await exported(url, [idOf(0), '--json', '--to', server.endpoint]);
    expect(JSON.parse(out)).toMatchObject({
      run: 'demo#2',
      end: 'new',
      leftOut: [],
      url: expect.stringContaining('/#/experiments/') as string,
    });
  });

  it.each([
    [[], {}, 2, /no MLflow server is named: write --to URI, or set TRAINYARD_MLFLOW_URI/],
    [['--to', 'databricks'], {}, 2, /--to is "databricks"; it must be the http or https URL/],
    [['--model', 'nomodel', '--to', 'http://127.0.0.1:9'], {}, 1, /no model nomodel|model nomodel/i],
    [['demo#1', '--model', 'demo', '--to', 'http://127.0.0.1:9'], {}, 2, /leave one of them out/],
  ])('says what is wrong: %j', async (args, environment, code, words) => {
    const { url } = await trainyard(0);
    const said = await exported(url, args, environment);
    expect([said.code, said.err]).toEqual([code, expect.stringMatching(words)]);
  });

  it('tells of credentials that are wrong, without them', async () => {
    const { url } = await trainyard(1);
    const server = await mlflowStandIn();
    server.authorization = 'Bearer right';
    const said = await exported(url, [idOf(0)], {
      TRAINYARD_MLFLOW_URI: server.endpoint,
      TRAINYARD_MLFLOW_TOKEN: 'wrong-token',
    });
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/refused GET .*\(401 UNAUTHENTICATED\).*TRAINYARD_MLFLOW_TOKEN/);
    expect(said.err).not.toContain('wrong-token');
  });
});
