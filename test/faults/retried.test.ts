import { expect, it } from 'vitest';
import {
  epochTable,
  hostHere,
  stackSpec,
  untilEpoch,
  untilOver,
  writePurchases,
} from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

/** So many that a busy machine, which sees an epoch late, still cancels before the last. */
const EPOCHS = 120;

it('a run that was cancelled, retried, cancelled and retried again ends as if nothing had happened', async () => {
  const folder = await temporaryFolder();
  const stack = stackSpec(await writePurchases(folder));
  const spec = { ...stack, training: { ...stack.training, epochs: EPOCHS } };
  const client = await hostHere(folder);
  const quiet = await client.start('quiet', spec);
  await untilOver(client, quiet.runId);

  const first = await client.start('hit', spec);
  await untilEpoch(client, first.runId, 1);
  await client.cancel(first.runId);
  const cancelled = await untilOver(client, first.runId);
  expect(cancelled.checkpoint?.epoch).toBeGreaterThanOrEqual(1);

  const second = await client.retry(first.runId);
  await untilEpoch(client, second.runId, (cancelled.checkpoint?.epoch ?? 0) + 2);
  await client.cancel(second.runId);
  await untilOver(client, second.runId);

  const third = await client.retry(second.runId);
  const ended = await untilOver(client, third.runId);
  expect(ended).toMatchObject({
    name: 'hit#3',
    status: 'completed',
    attempt: 1,
    retryOf: { runId: second.runId },
    currentEpoch: EPOCHS,
  });
  expect(epochTable(await client.metrics(third.runId))).toEqual(
    epochTable(await client.metrics(quiet.runId)),
  );
  expect(ended.result?.metrics).toEqual((await client.get(quiet.runId)).result?.metrics);
  // Its job has ended since, and nothing else has changed.
  const then = { ...cancelled, stopping: null, updatedAt: expect.any(String) as string };
  expect(await client.get(first.runId)).toEqual(then);
}, 120_000);
