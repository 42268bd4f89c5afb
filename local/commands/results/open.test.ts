import { newRunId } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';

async function printed(config: Parameters<typeof testControlPlane>[0], run: string[]) {
  const cp = await testControlPlane(config);
  const { port } = await serveFunction('api');
  const runId = newRunId();
  await cp.put(newRun(cp.now(), { runId, runNumber: 1 }));
  const url = `http://127.0.0.1:${port}`;
  const { code, out } = await runCommandLine(['open', ...run, '--print', '--url', url]);
  return { code, out: out.trim(), url, runId };
}

describe('trainyard open', () => {
  it('goes to the page that a host of this machine serves, of all runs or of one', async () => {
    const all = await printed({}, []);
    expect([all.code, all.out]).toEqual([0, all.url]);
    const one = await printed({}, ['demo#1']);
    expect(one.out).toBe(`${one.url}/runs/${one.runId}`);
  });

  it('goes where the deployment says that people look at a run', async () => {
    const { out, runId } = await printed({ notifications: { runUrl: 'https://shop.example/runs/{runId}' } }, [
      'demo#1',
    ]);
    expect(out).toBe(`https://shop.example/runs/${runId}`);
  });
});
