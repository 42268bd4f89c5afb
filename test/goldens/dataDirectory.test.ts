/**
 * A data directory of one machine as version 0.1 left it: one run completed, the host and the trainer of another one killed. The
 * URIs in its documents begin with a folder that is not there any more, as after a move.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { paths, runSchema } from '@trainyard/shared';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { TrainyardClient } from '../../local/client/trainyardClient.js';
import { startHost } from '../../local/host/host.js';
import { openOneMachine } from '../../local/host/oneMachine.js';
import { openSqliteDocumentStore } from '../../functions/ports/documentStore/sqliteDocumentStore.js';
import type { DocumentStore } from '../../functions/ports/documentStore/documentStore.js';
import { queries } from '../../functions/queries.js';
import { listEpochs } from '../../functions/runs/repository.js';
import { TRAINER, TRAINER_ENVIRONMENT, untilJobsRecorded, untilOver } from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

const RECORDED = fileURLToPath(new URL('v0.1/directory/', import.meta.url));
const COMPLETED = '2fyg6e5ysmzjo2ncbvyw';
const CUT_SHORT = 'uyzubmg7ly23yeki446a';
const EPOCHS = 60;

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await cp(RECORDED, folder, { recursive: true });
  await withTimeLeft();
});

/** The deadline of the run that was cut short was a day after it was recorded, and has passed since. */
async function withTimeLeft(): Promise<void> {
  const deadlineAt = new Date(Date.now() + 3_600_000).toISOString();
  await inStore((store) =>
    store.transaction(async (tx) => {
      const { data } = (await tx.get(paths.run(CUT_SHORT)))!;
      tx.set(paths.run(CUT_SHORT), { ...data, deadlineAt });
    }),
  );
}

async function hostOfCopy(): Promise<TrainyardClient> {
  const directory = join(folder, 'data');
  const host = await startHost({
    directory,
    port: 0,
    openPorts: openOneMachine,
    trainerCommand: [process.execPath, TRAINER],
    trainerEnvironment: { ...TRAINER_ENVIRONMENT, TRAINYARD_DATA_BASE: folder },
    print: () => {},
  });
  onTestFinished(async () => {
    await host.stop();
    // Nobody records the end of the trainer that was killed with its host.
    await rm(join(directory, 'jobs', `${CUT_SHORT}-1`), { recursive: true, force: true });
    await untilJobsRecorded(directory);
  });
  return new TrainyardClient({ url: host.url, retries: 0 });
}

/** Works on the documents of the copy before any host has it. */
async function inStore<T>(work: (store: DocumentStore) => Promise<T>): Promise<T> {
  const store = openSqliteDocumentStore(join(folder, 'data/documents.db'));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

describe('a data directory of version 0.1', () => {
  it('opens, and its runs are listed', async () => {
    const found = await inStore((store) => store.query(queries.runsOfModel('shop', {}, { limit: 10 })));
    const runs = found.map(({ data }) => runSchema.parse(data));
    expect(runs.map(({ runId, status }) => [runId, status])).toEqual([
      [CUT_SHORT, 'running'],
      [COMPLETED, 'completed'],
    ]);
  });

  it('is served, and the run that was cut short goes on from its checkpoint to its end', async () => {
    const saved = await inStore((store) => listEpochs(store, CUT_SHORT));
    expect(saved.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    const client = await hostOfCopy();
    expect(await client.get(COMPLETED)).toMatchObject({ status: 'completed', name: 'shop#1' });

    const ended = await untilOver(client, CUT_SHORT);
    expect(ended).toMatchObject({ status: 'completed', attempt: 2, retriesUsed: 1, currentEpoch: EPOCHS });
    const epochs = await client.metrics(CUT_SHORT);
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
    // The second attempt tells of them as they were saved. Trained again, they would have taken other times.
    const told = epochs.slice(0, saved.length).map(({ metrics, seconds }) => ({ metrics, seconds }));
    expect(told).toEqual(saved.map(({ metrics, seconds }) => ({ metrics, seconds })));
  }, 120_000);
});
