import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  EPOCHS,
  epochTable,
  hostHere,
  hostProcess,
  stackSpec,
  trainerOf,
  untilEpoch,
  untilOver,
  writePurchases,
} from '../support/hosts/stack.js';
import { startOf } from '../../functions/ports/jobLauncher/processIdentity.js';
import { until } from '../support/until.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { freePort } from '../../bench/stores/emulators.js';

describe('a run', () => {
  it('whose trainer is killed goes on from its checkpoint and ends as if nothing had happened', async () => {
    const folder = await temporaryFolder();
    const spec = stackSpec(await writePurchases(folder));
    const client = await hostHere(folder);
    const quiet = await client.start('quiet', spec);
    await untilOver(client, quiet.runId);

    const hit = await client.start('hit', spec);
    await untilEpoch(client, hit.runId, 3);
    process.kill(await trainerOf(join(folder, 'jobs'), hit.runId), 'SIGKILL');
    const ended = await untilOver(client, hit.runId);

    expect(ended).toMatchObject({ status: 'completed', attempt: 2, retriesUsed: 1, currentEpoch: EPOCHS });
    const table = epochTable(await client.metrics(hit.runId));
    expect(table).toHaveLength(EPOCHS);
    expect(table).toEqual(epochTable(await client.metrics(quiet.runId)));
    expect(ended.result?.metrics).toEqual((await client.get(quiet.runId)).result?.metrics);
  }, 120_000);

  it('whose trainer is killed again and again fails in the end, and says why', async () => {
    const folder = await temporaryFolder();
    const spec = stackSpec(await writePurchases(folder), { compute: { maxRetries: 1 } });
    const client = await hostHere(folder);
    const { runId } = await client.start('doomed', spec);
    for (const attempt of [1, 2]) {
      await untilEpoch(client, runId, attempt);
      process.kill(await trainerOf(join(folder, 'jobs'), runId, attempt), 'SIGKILL');
    }
    const ended = await untilOver(client, runId);
    expect(ended).toMatchObject({ status: 'failed', attempt: 2, error: { code: 'trainer-lost' } });
    expect(ended.error?.message).toContain('all 1 retries are spent');
  }, 120_000);

  it('whose functions host is killed completes when the host is back, every epoch told once', async () => {
    const folder = await temporaryFolder();
    // It goes on while hosts start.
    const training = { epochs: 80, batchSize: 128, earlyStopping: false } as const;
    const spec = stackSpec(await writePurchases(folder, 12_000), { training });
    const port = await freePort();
    const first = await hostProcess(folder, port);
    const { runId } = await first.client.start('survivor', spec);
    await untilEpoch(first.client, runId, 2);
    await first.kill();

    const second = await hostProcess(folder, port);
    await untilEpoch(second.client, runId, 4);
    await second.kill();

    const third = await hostProcess(folder, port);
    const ended = await untilOver(third.client, runId);
    expect(ended).toMatchObject({ status: 'completed', attempt: 1, currentEpoch: training.epochs });
    const epochs = await third.client.metrics(runId);
    expect(epochs.map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: training.epochs }, (_, i) => i + 1),
    );
    expect((await third.client.stages(runId)).map(({ stage }) => stage)).toHaveLength(6);
  }, 120_000);

  it('cancelled inside one long query is cancelled, and no process of it is left within 30 s', async () => {
    const folder = await temporaryFolder();
    const spec = stackSpec(await writePurchases(folder), { compute: { cancelGraceSeconds: 5 } });
    const numbers = 'with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t';
    const sql = `select "user", item, (${numbers} where n < 0) as "at" from source`;
    const client = await hostHere(folder);
    const { runId } = await client.start('endless', { ...spec, dataset: { ...spec.dataset, sql } });
    const pid = await trainerOf(join(folder, 'jobs'), runId);
    await until('the query', async () => (await client.get(runId)).currentStage === 'ingest');
    await client.cancel(runId);
    await until('the end of the process', () => startOf(pid) === undefined, 30_000);
    expect(await untilOver(client, runId)).toMatchObject({ status: 'cancelled' });
    await until('nothing to stop', async () => (await client.get(runId)).stopping === null);
  }, 120_000);

  it('cancelled, whose trainer heeds nothing, leaves no process within its grace and 25 s', async () => {
    const folder = await temporaryFolder();
    const spec = stackSpec(await writePurchases(folder, 10), { compute: { cancelGraceSeconds: 1 } });
    const deaf = `for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => {}); setInterval(() => {}, 1000);`;
    const client = await hostHere(folder, [process.execPath, '-e', deaf]);
    const { runId } = await client.start('deaf', spec);
    const pid = await trainerOf(join(folder, 'jobs'), runId);
    await client.cancel(runId);
    await until('the end of the process', () => startOf(pid) === undefined, 26_000);
    expect(await untilOver(client, runId)).toMatchObject({ status: 'cancelled' });
  }, 120_000);

  it('cancelled in the middle of an epoch saves what it has and ends as cancelled', async () => {
    const folder = await temporaryFolder();
    // One row a step: an epoch takes far longer than it takes to cancel it.
    const spec = stackSpec(await writePurchases(folder, 60_000), { training: { epochs: 2, batchSize: 1 } });
    const client = await hostHere(folder);
    const { runId } = await client.start('unwanted', spec);
    for await (const { event, data } of client.follow(runId)) {
      if (event === 'run' && (data.progress?.step ?? 0) > 0) break;
    }
    const asked = await client.cancel(runId);
    expect(asked.status).toBe('cancelling');
    const ended = await untilOver(client, runId);
    expect(ended).toMatchObject({ status: 'cancelled', currentEpoch: 0, checkpoint: { epoch: 0 } });
    expect(ended.checkpoint?.uri).toMatch(/e0000-s0*[1-9]\d*-a\d+$/);
  }, 120_000);
});
