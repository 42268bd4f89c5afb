import { newRunId, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';

async function world(config: Parameters<typeof testControlPlane>[0] = {}) {
  const cp = await testControlPlane(config);
  const { port } = await serveFunction('api');
  const put = async (runNumber: number, parts: Partial<Run> = {}) => {
    const run = newRun(cp.now(), { runId: newRunId(), runNumber, ...parts });
    await cp.put(run);
    return run;
  };
  const url = `http://127.0.0.1:${port}`;
  const show = (...args: string[]) => runCommandLine(['show', ...args, '--url', url]);
  return { put, show, url };
}

const completed = (recall: number): Partial<Run> => ({
  status: 'completed',
  endedAt: '2026-01-01T00:10:00.000Z',
  result: { ...RESULT, metrics: { test_recall_at_10: recall } },
});
const data = (n: number): Run['data'] => ({
  uri: 'p.csv',
  fingerprint: 'f',
  snapshot: null,
  rows: 100 * n,
  digest: `sha256:${String(n).repeat(64)}`,
});

describe('trainyard show', () => {
  it('says whose run it is, what for, where it comes from, and where it is looked at', async () => {
    const { put, show, url } = await world({
      notifications: { runUrl: 'https://shop.example/runs/{runId}' },
    });
    const { runId } = await put(1, {
      status: 'running',
      title: 'ablation-\u001B[2Jtitles',
      intent: 'ablation',
      experiment: 'wider-towers',
      requestedBy: 'ana@shop.example',
      systemTags: { git_commit: '4f0c1d2' },
      external: { mlflowExperimentId: '1', mlflowRunId: 'r', mlflowUrl: 'https://mlflow.example/r' },
    });
    const { code, out } = await show('demo#1');
    expect(code).toBe(0);
    for (const [name, text] of [
      ['author', 'ana@shop.example'],
      ['intent', 'ablation'],
      ['experiment', 'wider-towers'],
      ['system tags', 'git_commit=4f0c1d2'],
      ['results', `https://shop.example/runs/${runId}`],
      ['MLflow', 'https://mlflow.example/r'],
    ])
      expect(out).toMatch(new RegExp(`^ *${name} +${text}$`, 'm'));
    expect(out).not.toContain('\u001B[2J');
    expect(out).toContain('epoch 0 of 20');
    const json = JSON.parse((await show(runId, '--json')).out) as { links: unknown; quickTest: unknown };
    expect(json).toMatchObject({
      quickTest: null,
      links: { page: `https://shop.example/runs/${runId}`, api: `${url}/api/training-runs/${runId}` },
    });
  });

  it('cuts nothing, however long a value is', async () => {
    const { put, show } = await world();
    const tag = 'x'.repeat(150);
    const { runId } = await put(1, { systemTags: { tag }, data: data(3) });
    const { out } = await show('demo#1');
    for (const whole of [`tag=${tag}`, runId, `sha256:${'3'.repeat(64)}`]) expect(out).toContain(whole);
    expect(out).not.toContain('…');
  });

  it('names the API where there is no page', async () => {
    const { put, show, url } = await world();
    const { runId } = await put(1);
    expect((await show('demo#1')).out).toContain(`${url}/api/training-runs/${runId}`);
  });

  it('holds a run against its quick test, and says that the rows are others', async () => {
    const { put, show } = await world();
    const quick = await put(1, { ...completed(0.2), data: data(1) });
    await put(2, { ...completed(0.25), data: data(2), quickRunId: quick.runId });
    const { out } = await show('demo#2');
    expect(out).toMatch(/vs quick test +this run +demo#1 +delta/);
    expect(out).toMatch(/test recall@10 +0\.2500 +0\.2000 +\+0\.0500/);
    expect(out.replaceAll(/\s+/g, ' ')).toContain('not the same test rows: They have other rows');
  });

  it('shows a run whose quick test is gone, and says so', async () => {
    const { put, show } = await world();
    await put(2, { ...completed(0.25), quickRunId: newRunId() });
    const { code, out, err } = await show('demo#2');
    expect(code).toBe(0);
    expect(out).toContain('completed');
    expect(err).toMatch(/cannot be held against its quick test: .*There is no run/);
  });

  it('lists what is attached', async () => {
    const { put, show } = await world();
    const attachedAt = '2026-01-01T00:00:00.000Z';
    const attachment = {
      path: 'notes.md',
      bytes: 1843,
      sha256: 'a'.repeat(64),
      attachedBy: 'ana',
      attachedAt,
    };
    await put(1, { attachments: [attachment] });
    expect((await show('demo#1')).out).toMatch(/notes\.md +1,843 bytes +ana +2026-01-01 00:00/);
  });
});
