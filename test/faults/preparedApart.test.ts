import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { validationSchema } from '@trainyard/shared/profile/validation';
import { expect, it } from 'vitest';
import { hostHere, stackSpec, untilOver, writePurchases } from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const FEW = { epochs: 2, batchSize: 1024, earlyStopping: false } as const;

it('one process prepares the data and another one trains with them, on one machine as in the cloud', async () => {
  const folder = await temporaryFolder();
  const spec = stackSpec(await writePurchases(folder, 3000), {
    training: FEW,
    compute: { prepare: 'local', forceRecompute: ['transform'] },
  });
  const client = await hostHere(folder);
  const { runId } = await client.start('apart', spec);
  const ended = await untilOver(client, runId);
  expect(ended).toMatchObject({ status: 'completed', attempt: 2, retriesUsed: 0, phase: 'train' });
  const output = (attempt: number) =>
    readFile(join(folder, 'jobs', `${runId}-${attempt}`, 'output.log'), 'utf8');
  expect(await output(1)).toMatch(/transform done in/);
  expect(await output(1)).not.toMatch(/backend |train begins/);
  // Made again by order, but not twice.
  expect(await output(2)).toMatch(/transform reused/);
}, 60_000);

it('bad data fail before the job that trains is launched', async () => {
  const folder = await temporaryFolder();
  const spec = stackSpec(await writePurchases(folder, 3000), {
    training: FEW,
    compute: { prepare: 'local' },
  });
  const client = await hostHere(folder);
  const { runId } = await client.start('apart', {
    ...spec,
    dataset: { ...spec.dataset, expectations: [{ expect: 'rows', atLeast: 5000 }] },
  });
  const ended = await untilOver(client, runId);
  expect(ended).toMatchObject({ status: 'failed', attempt: 1, error: { code: 'expectation-violated' } });
  // What was found in them is what somebody wants to see then.
  const report = await (await client.artifact(runId, 'data/validation.json')).json();
  expect(validationSchema.parse(report)).toMatchObject({ passed: false, rows: 3000 });
  expect(await (await client.artifact(runId, 'data/profile.html')).text()).toContain('at least 5');
}, 60_000);
