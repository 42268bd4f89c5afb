/** examples/trainer.mjs: a trainer that shares nothing with ours but the contract. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TrainyardClient } from '../../local/client/trainyardClient.js';
import { startHost } from '../../local/host/host.js';
import { openOneMachine } from '../../local/host/oneMachine.js';
import { EPOCHS, stackSpec, untilJobsRecorded, untilOver, writePurchases } from '../support/hosts/stack.js';

const TRAINER = fileURLToPath(new URL('../../examples/trainer.mjs', import.meta.url));

async function hostOfExample(): Promise<{ folder: string; client: TrainyardClient }> {
  const folder = await mkdtemp(join(tmpdir(), 'example-trainer-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const host = await startHost({
    directory: folder,
    port: 0,
    openPorts: openOneMachine,
    trainerCommand: [process.execPath, TRAINER],
    trainerEnvironment: {},
    print: () => {},
  });
  onTestFinished(async () => {
    await host.stop();
    await untilJobsRecorded(folder);
  });
  return { folder, client: new TrainyardClient({ url: host.url, retries: 0 }) };
}

describe('the trainer of examples/', () => {
  it('has at most 60 lines and imports nothing but Node', () => {
    const source = readFileSync(TRAINER, 'utf8');
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !name?.startsWith('node:'))).toEqual([]);
  });

  it('trains a run to its end, and what it learns is how popular the items are', async () => {
    const { folder, client } = await hostOfExample();
    const spec = stackSpec(await writePurchases(folder, 2_000));
    const { runId } = await client.start('example', spec);
    const run = await untilOver(client, runId);
    expect(run).toMatchObject({ status: 'completed', attempt: 1, currentEpoch: EPOCHS, error: null });
    const losses = (await client.metrics(runId)).map(({ metrics }) => metrics['loss'] ?? NaN);
    expect(losses).toHaveLength(EPOCHS);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? NaN) - 0.1);

    const scores = JSON.parse(
      await readFile(fileURLToPath(run.result?.artifacts['popularity'] ?? ''), 'utf8'),
    ) as [string, number][];
    const count = new Map<string, number>();
    const rows = (await readFile(join(folder, 'purchases.jsonl'), 'utf8')).trimEnd().split('\n');
    for (const row of rows) {
      const { item } = JSON.parse(row) as { item: string };
      count.set(item, (count.get(item) ?? 0) + 1);
    }
    const byScore = scores.toSorted(([, a], [, b]) => b - a).map(([item]) => count.get(item));
    expect(byScore).toEqual([...count.values()].toSorted((a, b) => b - a));
  });
});
