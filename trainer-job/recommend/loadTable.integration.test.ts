import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { offline } from '../../test/support/data/prepared.js';
import { BigQueryLoads } from '../../test/support/standIns/bigQueryLoads.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { StopSignal } from '../stopSignal.js';
import { loadTable } from './loadTable.js';

const BYTES = Buffer.from([0, 13, 10, 13, 10, 255, 45, 45, 7]);
const TARGET = { table: 'demo-project.shop.recs', location: 'EU' };

async function started() {
  const loads = new BigQueryLoads();
  await loads.start();
  onTestFinished(() => loads.stop());
  const file = join(await temporaryFolder(), 'lists.parquet');
  await writeFile(file, BYTES);
  const context = {
    cloud: { ...offline, bigQueryEndpoint: loads.endpoint },
    signal: new StopSignal().signal,
  };
  return { loads, load: () => loadTable(file, TARGET, 'job-1', context) };
}

describe('a table of BigQuery that gets lists', () => {
  it('has its rows replaced by those of the file, and is made where there is none', async () => {
    const { loads, load } = await started();
    expect(await load()).toBe(3);
    const job = loads.jobs.get('job-1');
    expect(job).toMatchObject({
      location: 'EU',
      configuration: {
        destinationTable: { projectId: 'demo-project', datasetId: 'shop', tableId: 'recs' },
        sourceFormat: 'PARQUET',
        writeDisposition: 'WRITE_TRUNCATE',
        createDisposition: 'CREATE_IF_NEEDED',
      },
    });
    expect(job?.content).toEqual(BYTES);
  });

  it('is loaded once where the answer to the upload is lost', async () => {
    const { loads, load } = await started();
    loads.fate = () => (loads.uploads === 1 ? 'lost' : undefined);
    expect(await load()).toBe(3);
    expect([loads.uploads, loads.jobs.size]).toEqual([2, 1]);
  });

  it.each([
    [
      403,
      'accessDenied',
      'no bigquery.tables.create here',
      /does not let the trainer write there: no bigquery/,
    ],
    [
      403,
      'accessDenied',
      'no bigquery.jobs.create here',
      /does not let the trainer write there: no bigquery/,
    ],
    [404, 'notFound', 'Not found: Dataset demo-project:shop', /finds no such dataset: Not found: Dataset/],
    [400, 'invalid', 'Provided Schema does not match', /refuses the rows: Provided Schema does not match/],
  ])('says what BigQuery refuses: %s %s %s', async (status, reason, message, told) => {
    const { loads, load } = await started();
    loads.fate = () => ({ status, reason, message });
    await expect(load()).rejects.toThrow(told);
    loads.fate = () => undefined;
    loads.ending = () => ({ reason, message });
    await expect(load()).rejects.toThrow(told);
  });
});
