import { newRunId, runComparisonSchema, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT, signed, trainer } from '../../test/support/callbacks.js';
import { testControlPlane } from '../../test/support/controlPlane.js';
import { sampleReport } from '../../test/support/evaluation/sampleReport.js';
import { serveFunction } from '../../test/support/functionClient.js';
import { newRun } from '../../test/support/newRun.js';
import { keepSummary } from '../runs/summaries/keepSummaries.js';
import { tokenIssuer } from '../../test/support/standIns/tokenIssuer.js';

async function world() {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const put = async (runNumber: number, parts: Partial<Run> = {}) => {
    const run = newRun(cp.now(), {
      runId: newRunId(),
      runNumber,
      status: 'completed',
      result: { ...RESULT, metrics: { test_recall_at_10: runNumber / 100 } },
      ...parts,
    });
    await cp.put(run);
    return run;
  };
  const ask = (query: Record<string, string>) =>
    api.send(`/api/compare?${new URLSearchParams(query).toString()}`, { method: 'GET' });
  const refused = (query: Record<string, string>) =>
    api.refused(`/api/compare?${new URLSearchParams(query).toString()}`, { method: 'GET' });
  const compared = async (query: Record<string, string>) => {
    const { status, json } = await ask(query);
    expect({ status, json }).toMatchObject({ status: 200 });
    return runComparisonSchema.parse(json);
  };
  return { cp, put, compared, refused };
}

describe('GET /api/compare', () => {
  it('takes runs of several models by ids and names, in their order, and a baseline that is not among them before them', async () => {
    const { put, compared } = await world();
    const [one, two, other] = [await put(1), await put(2), await put(1, { modelId: 'shop.v2' })];
    const { runs, metrics } = await compared({ runs: `demo#2, ${one.runId},shop.v2#1` });
    expect(runs.map(({ name }) => name)).toEqual(['demo#2', 'demo#1', 'shop.v2#1']);
    expect(metrics[0]).toMatchObject({ name: 'test_recall_at_10', values: [0.02, 0.01, 0.01] });
    const against = await compared({ runs: two.runId, baseline: 'shop.v2#1' });
    expect(against.baselineRunId).toBe(other.runId);
    expect(against.metrics[0]).toMatchObject({ values: [0.01, 0.02], deltas: [0, 0.01] });
    const within = await compared({ runs: 'demo#1,demo#2', baseline: 'demo#2' });
    expect(within.runs).toHaveLength(2);
  });

  it('takes the quick test that a run came from for its baseline, by a word', async () => {
    const { put, compared, refused } = await world();
    const quick = await put(1);
    await put(2, { quickRunId: quick.runId });
    const { runs, metrics } = await compared({ runs: 'demo#2', baseline: 'quickTest' });
    expect(runs.map(({ name }) => name)).toEqual(['demo#1', 'demo#2']);
    expect(metrics[0]!.deltas).toEqual([0, 0.01]);
    expect(await refused({ runs: 'demo#1,demo#2', baseline: 'quickTest' })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('demo#1 did not come from a quick test') as string,
    });
  });

  it('compares a hundred runs, and reads each run alone, by the summaries where there are any', async () => {
    const { cp, put, compared } = await world();
    const made = [];
    for (let i = 1; i <= 100; i++) made.push(await put(i));
    let reads = 0;
    const query = cp.store.query.bind(cp.store);
    const get = cp.store.get.bind(cp.store);
    cp.store.query = (asked) => ((reads += 1), query(asked));
    cp.store.get = (path) => ((reads += 1), get(path));
    const names = Array.from({ length: 100 }, (_, i) => `demo#${100 - i}`);
    const readsOf = async (references: readonly string[]) => {
      reads = 0;
      const { runs } = await compared({ runs: references.join(',') });
      expect(runs.map(({ name }) => name)).toEqual(names);
      return reads;
    };
    expect(await readsOf(made.map(({ runId }) => runId).toReversed())).toBe(100);
    // The page of summaries that is not there, and four queries of thirty numbers.
    expect(await readsOf(names)).toBe(5);
    for (const { runId } of made) await keepSummary(cp, runId);
    expect(await readsOf(names)).toBe(101);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no run', { runs: ' ,' }, /\/runs names no run/],
    ['one run', { runs: 'demo#1' }, /\/runs names one run, demo#1: a comparison takes 2 to 100/],
    ['a run twice', { runs: 'demo#1,demo#1' }, /\/runs names demo#1 twice/],
    ['what names no run', { runs: 'demo#1,demo' }, /\/runs has "demo", which names no run: .*%23/],
    [
      'too many',
      { runs: Array.from({ length: 101 }, (_, i) => `demo#${i + 1}`).join(',') },
      /101 runs: at most 100/,
    ],
    ['another thing to include', { runs: 'demo#1,demo#2', include: 'curves,all' }, /\/include/],
    ['metrics that are none', { runs: 'demo#1,demo#2', metrics: 'Recall' }, /\/metrics.* snake_case/],
  ])('refuses %s', async (_case, query, says) => {
    const { put, refused } = await world();
    await put(1);
    await put(2);
    expect(await refused(query)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(says) as string,
    });
  });

  it('refuses a metric that no run has and nobody knows, and takes one that a run may yet have', async () => {
    const { put, compared, refused } = await world();
    await put(1);
    await put(2);
    const asked = { runs: 'demo#1,demo#2' };
    expect(await refused({ ...asked, metrics: 'test_recal_at_10' })).toMatchObject({
      status: 400,
      errors: [
        {
          pointer: '/metrics',
          detail: expect.stringContaining('did you mean test_recall_at_10?') as string,
        },
      ],
    });
    expect((await refused({ ...asked, metrics: 'nosuch' })).status).toBe(400);
    await compared({ ...asked, metrics: 'test_recall_at_10,test_rmse' });
  });

  it('refuses a run that is named by its id and by its name', async () => {
    const { put, refused } = await world();
    const { runId } = await put(1);
    expect(await refused({ runs: `demo#1,${runId}` })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('names demo#1 twice') as string,
    });
  });

  it('names all runs that are not there, and those of other teams among them', async () => {
    const { cp, put, refused } = await world();
    await put(1);
    await put(2, { teams: ['blue'] });
    const issuer = 'https://issuer.example';
    const { keysUrl, sign } = await tokenIssuer(issuer);
    cp.config = { ...cp.config, auth: 'tokens', tokenIssuers: [{ issuer, audience: 'shop', keysUrl }] };
    const now = cp.now().getTime() / 1000;
    const claims = { aud: 'shop', sub: 'ben', iat: now, exp: now + 600, trainyardRole: 'viewer' };
    const api = await serveFunction('api');
    const headers = { authorization: `Bearer ${await sign({ ...claims, trainyardTeams: ['red'] })}` };
    expect(
      await api.refused('/api/compare?runs=demo%231,demo%232,demo%233', { method: 'GET', headers }),
    ).toMatchObject({ status: 404, detail: 'There is no run demo#2, demo#3.' });
    expect((await refused({ runs: 'demo#1,demo#2' })).status).toBe(401);
  });

  it('reads intervals, curves and the rows of splits where they are asked for', async () => {
    const { cp, put, compared } = await world();
    const webhooks = await serveFunction('webhooks');
    const { runId } = await put(1, { status: 'running', result: null });
    const says = trainer();
    const transform = says.stage('transform');
    const counts = { queries: 3, train: 80, validation: 15, test: 5 };
    for (const callback of [
      { ...transform, body: { ...transform.body, counts } },
      says.epoch(1),
      says.epoch(2),
    ]) {
      const { path, sent } = signed(callback, { now: cp.now(), runId });
      expect(await webhooks.send(path, sent)).toMatchObject({ status: 200 });
    }
    const evaluated = newRunId();
    const key = `runs/${evaluated}/model/evaluation.json`;
    const report = sampleReport();
    await cp.objects.putIfAbsent(key, Buffer.from(JSON.stringify(report)));
    const [measured] = report.metrics;
    const metrics = { [measured!.name]: measured!.value };
    const result = { ...RESULT, metrics, artifacts: { evaluation: cp.objects.uri(key) } };
    await put(2, { runId: evaluated, result });
    await put(3, { result: { ...RESULT, metrics } });
    const all = { runs: 'demo#1,demo#2,demo#3' };
    expect(await compared(all)).toMatchObject({
      curves: null,
      data: [],
      metrics: [{ intervals: null }, {}, {}],
    });
    const told = await compared({
      ...all,
      include: 'intervals,curves,splits',
      metrics: `${measured!.name},loss`,
    });
    expect(told.metrics[0]!.intervals).toEqual([null, measured!.interval, null]);
    expect(told.notes.at(-1)).toBe('demo#3: no evaluation that can be read, so no intervals.');
    expect(told.curves).toMatchObject([
      { name: 'loss', series: [{ points: [{ epoch: 1 }, { epoch: 2 }] }, { points: [] }, { points: [] }] },
    ]);
    expect(told.data).toEqual([
      { key: 'splitRows.train', values: [80, null, null] },
      { key: 'splitRows.validation', values: [15, null, null] },
      { key: 'splitRows.test', values: [5, null, null] },
    ]);
  });
});
