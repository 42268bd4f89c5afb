import { readFile } from 'node:fs/promises';
import { isTerminal } from '@trainyard/shared';
import { environmentOf, executionSchema } from '../../functions/ports/jobLauncher/cloudRunExecution.js';
import { describe, expect, it } from 'vitest';
import { BUCKET, cloudHere, type CloudHere } from '../support/hosts/cloudHost.js';
import { emulatorsMissing } from '../support/hosts/emulators.js';
import { epochTable, stackSpec, untilOver, writePurchases } from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';

/** Purchases in the bucket, and a specification that reads them there. */
async function specIn({ storage }: CloudHere, rows?: number) {
  const file = await writePurchases(await temporaryFolder(), rows);
  storage.put(BUCKET, 'data/purchases.jsonl', await readFile(file));
  return (parts = {}) => stackSpec(`gs://${BUCKET}/data/purchases.jsonl`, parts);
}

/** Fewer than elsewhere: each checkpoint goes to the bucket, and each attempt starts with an empty disk. */
const EPOCHS = 16;
const TRAINING = {
  epochs: EPOCHS,
  batchSize: 128,
  optimizer: { type: 'adam' as const, learningRate: 0.005 },
  earlyStopping: false as const,
};

const untilEpoch = ({ client }: CloudHere, runId: string, epoch: number) =>
  until(
    `epoch ${epoch}`,
    async () => {
      const { currentEpoch, status } = await client.get(runId);
      return currentEpoch >= epoch || isTerminal(status);
    },
    90_000,
  );

const trainerOf = (cloud: CloudHere, attempt: number) =>
  until('the trainer', () => [...cloud.trainers.values()][attempt - 1], 60_000);

describe.skipIf(emulatorsMissing)('deployed functions', () => {
  it('train a model on Cloud Run from a request to its artifacts in the bucket, also when its machine is taken back or lost', async () => {
    const cloud = await cloudHere();
    const { client, storage, cloudRun } = cloud;
    const spec = (await specIn(cloud))({ training: TRAINING });
    const quiet = await client.start('shop', spec);
    const completed = await untilOver(client, quiet.runId, 120_000);
    expect(completed).toMatchObject({ status: 'completed', attempt: 1, currentEpoch: EPOCHS, error: null });
    expect([...cloudRun.executions.keys()]).toEqual([completed.job?.name]);
    const execution = executionSchema.parse(cloudRun.executions.get(completed.job?.name ?? ''));
    expect(environmentOf(execution, 'SPEC_URI')).toMatch(
      new RegExp(`^gs://${BUCKET}/specs/[0-9a-f]+\\.json$`),
    );
    const artifacts = Object.values(completed.result?.artifacts ?? {});
    expect(artifacts.length).toBeGreaterThan(0);
    for (const uri of artifacts) {
      expect(uri).toMatch(`gs://${BUCKET}/runs/${quiet.runId}/`);
      expect(storage.names(BUCKET, uri.slice(`gs://${BUCKET}/`.length))).not.toEqual([]);
    }
    const table = epochTable(await client.metrics(quiet.runId));

    // Told to stop: it saves and says so, and the next execution goes on from the bucket. Then its machine is simply gone.
    const hit = await client.start('shop', spec);
    await untilEpoch(cloud, hit.runId, 2);
    (await trainerOf(cloud, 2)).kill('SIGTERM');
    await until('the second attempt', async () => (await client.get(hit.runId)).attempt === 2, 60_000);
    await untilEpoch(cloud, hit.runId, 6);
    (await trainerOf(cloud, 3)).kill('SIGKILL');
    const ended = await untilOver(client, hit.runId, 120_000);
    expect(ended).toMatchObject({ status: 'completed', attempt: 3, retriesUsed: 2, currentEpoch: EPOCHS });
    expect(epochTable(await client.metrics(hit.runId))).toEqual(table);
    expect(cloudRun.executions.size).toBe(4);
  }, 300_000);

  it('cancel a run: its execution is stopped, and what it has is saved in the bucket', async () => {
    const cloud = await cloudHere();
    const { client } = cloud;
    // One row a step: an epoch takes far longer than it takes to cancel it.
    const spec = (await specIn(cloud, 60_000))({ training: { epochs: 2, batchSize: 1 } });
    const { runId } = await client.start('unwanted', spec);
    await until('the training', async () => ((await client.get(runId)).progress?.step ?? 0) > 0, 60_000);
    expect((await client.cancel(runId)).status).toBe('cancelling');
    const ended = await untilOver(client, runId, 60_000);
    expect(ended).toMatchObject({ status: 'cancelled', attempt: 1, checkpoint: { epoch: 0 } });
    expect(ended.checkpoint?.uri).toMatch(`gs://${BUCKET}/runs/${runId}/`);
    expect(cloud.cloudRun.executions.size).toBe(1);
    const trainer = await trainerOf(cloud, 1);
    await until('the trainer to end', () => trainer.exitCode !== null, 30_000);
  }, 180_000);
});
