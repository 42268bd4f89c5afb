import { newRunId, type Run } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';

const EXTERNAL = {
  mlflowExperimentId: '12',
  mlflowRunId: '0f3b6c1d2e4a5978',
  mlflowUrl: 'https://mlflow.example/#/experiments/12/runs/0f3b6c1d2e4a5978',
};

async function world(parts: Partial<Run> = {}) {
  const cp = await testControlPlane();
  const api = await serveFunction('api');
  const run = newRun(cp.now(), { runId: newRunId(), status: 'completed', ...parts });
  await cp.put(run);
  const path = `/api/training-runs/${run.runId}/external`;
  const say = (body: object) =>
    api.send(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  return { cp, run, api, say, path };
}

describe('where a run is in MLflow', () => {
  it.each(['running', 'completed'] as const)(
    'is said of one that is %s, and its links name it',
    async (status) => {
      const { cp, run, api, say } = await world({ status });
      expect(await say(EXTERNAL)).toMatchObject({ status: 200, json: { external: EXTERNAL, status } });
      const links = await api.send(`/api/training-runs/${run.runId}/links`);
      expect(links.json).toMatchObject({ mlflow: EXTERNAL.mlflowUrl });
      cp.pass(60);
      const before = await cp.run(run.runId);
      await say(EXTERNAL);
      expect(await cp.run(run.runId)).toEqual(before);
      const other = { ...EXTERNAL, mlflowUrl: 'http://127.0.0.1:5000/tools/#/experiments/1/runs/a' };
      await say(other);
      expect((await cp.run(run.runId)).external).toEqual(other);
    },
  );

  it.each([
    'javascript:alert(1)',
    'https://ana:hunter2@mlflow.example/',
    'mlflow.example',
    `https://mlflow.example/${'x'.repeat(2048)}`,
    '',
  ])('is no address that nobody should follow: %s', async (mlflowUrl) => {
    const { cp, run, api, path } = await world();
    const body = JSON.stringify({ ...EXTERNAL, mlflowUrl });
    const headers = { 'content-type': 'application/json' };
    expect(await api.refused(path, { method: 'POST', body, headers })).toMatchObject({ status: 400 });
    expect((await cp.run(run.runId)).external).toBeNull();
  });
});
