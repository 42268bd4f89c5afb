/** Commands that change or tell something print it as JSON where a program asks. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { EXAMPLE_SPEC } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

async function world() {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'spec.json'), JSON.stringify(EXAMPLE_SPEC));
  await writeFile(join(folder, 'purchases.csv'), 'who,what\n');
  const call = (...args: string[]) =>
    runCommandLine([...args, '--json', '--url', `http://127.0.0.1:${port}`], folder);
  return { cp, call, folder };
}

describe('--json', () => {
  it('has the run that was started, cancelled and retried', async () => {
    const { cp, call } = await world();
    const started = JSON.parse((await call('start', '--model', 'demo', '--spec', 'spec.json')).out) as {
      runId: string;
    };
    expect(started).toMatchObject({ name: 'demo#1', status: 'pending' });
    expect(JSON.parse((await call('cancel', 'demo#1')).out)).toMatchObject({ status: 'cancelled' });
    expect((await cp.run(started.runId)).status).toBe('cancelled');
    expect(JSON.parse((await call('retry', 'demo#1')).out)).toMatchObject({ name: 'demo#2' });
  });

  it('has what a start would take, and does not go with drawing the run', async () => {
    const { call } = await world();
    const dry = await call('start', '--model', 'demo', '--spec', 'spec.json', '--dry-run', '--rows', '1000');
    expect(dry.err).toBe('');
    expect(JSON.parse(dry.out)).toHaveProperty('estimate');
    const drawn = await call('start', '--model', 'demo', '--spec', 'spec.json', '--watch');
    expect([drawn.code, drawn.err]).toEqual([2, expect.stringContaining('leave one of them out')]);
  });

  it('has the costs of a deployment, and the message that asks for a training', async () => {
    const { folder } = await world();
    expect(JSON.parse((await runCommandLine(['cost', '--json'])).out)).toMatchObject({
      together: { usd: expect.any(Number) as number },
    });
    const { out } = await runCommandLine(['retrain', '--model', 'demo', '--new-rows', '5', '--json'], folder);
    expect(JSON.parse(out)).toMatchObject({ message: { modelId: 'demo', newRows: 5 } });
  });
});
