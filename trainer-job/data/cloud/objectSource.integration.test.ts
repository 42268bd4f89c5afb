/** Sources in Cloud Storage: the real client, against a stand-in of the service. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { offline, prepared, userItemSpec } from '../../../test/support/data/prepared.js';
import { csvLines, writeParquet } from '../../../test/support/data/purchases.js';
import { StorageStandIn } from '../../../test/support/standIns/storageStandIn.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { failureOf } from '../../pipeline/failure.js';
import type { SourceContext } from '../source/openSource.js';
import { TrainerError } from '../../errors/trainerError.js';

const csv = `${csvLines.join('\n')}\n`;

async function started() {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  const folder = await temporaryFolder();
  const cloud = { ...offline, storageEndpoint: storage.endpoint };
  const run = (
    uri: string,
    context: Partial<SourceContext> = {},
    dataset: Partial<TrainingSpecInput['dataset']> = {},
  ) => prepared(folder, userItemSpec(uri, dataset), { cloud, ...context });
  const failing = (uri: string, context?: Partial<SourceContext>) =>
    run(uri, context).then(
      () => expect.unreachable('it should have failed'),
      (error: unknown) => error,
    );
  const downloaded = () => readdir(join(folder, 'cache', 'objects'));
  return { storage, folder, cloud, run, failing, downloaded };
}

const rowsRead = ({ reports }: { reports: { counts: Record<string, number> }[] }) =>
  reports[0]?.counts['rowsRead'];

describe('a source in Cloud Storage', () => {
  it('is read as the same file on this machine would be', async () => {
    const { storage, folder, run } = await started();
    const file = await writeParquet(
      join(folder, 'rows.parquet'),
      `SELECT 'u' || (i % 40) AS "user", 'i' || (i % 17) AS item FROM range(2000) t(i)`,
    );
    storage.put('shop', 'data/rows.parquet', await readFile(file));
    const remote = await run('gs://shop/data/rows.parquet');
    const local = await prepared(folder, userItemSpec(file));
    expect(rowsRead(remote)).toBe(2000);
    expect(remote.manifest).toEqual(local.manifest);
    expect(await remote.vocabulary('query', 'user')).toEqual(await local.vocabulary('query', 'user'));
  });

  it('is not downloaded again for a run that finds its stages in the cache', async () => {
    const { storage, run } = await started();
    storage.put('shop', 'rows.csv', csv);
    const first = await run('gs://shop/rows.csv');
    const second = await run('gs://shop/rows.csv');
    expect(storage.count('read')).toBe(1);
    expect(second.reports.map(({ cacheHit }) => cacheHit)).toEqual([true, true, true]);
    expect(second.dataFingerprint).toBe(first.dataFingerprint);
  });

  it('is another version once an object was written again, with the same bytes or others', async () => {
    const { storage, run } = await started();
    storage.put('shop', 'rows.csv', csv);
    const first = await run('gs://shop/rows.csv');
    storage.put('shop', 'rows.csv', csv);
    const second = await run('gs://shop/rows.csv');
    expect(second.dataFingerprint).not.toBe(first.dataFingerprint);
    expect(storage.count('read')).toBe(2);
  });

  it('keeps what it has downloaded for other settings of the same source', async () => {
    const { storage, run } = await started();
    storage.put('shop', 'rows.csv', csv);
    await run('gs://shop/rows.csv');
    await run('gs://shop/rows.csv', {}, { columns: { item: { trim: true } } });
    expect(storage.count('read')).toBe(1);
  });

  it('stays compressed where its name says so, and is what it was where only its storage is compressed', async () => {
    const { storage, run } = await started();
    storage.put('shop', 'a.csv.gz', gzipSync(csv));
    storage.put('shop', 'b.csv.gz', gzipSync(csv), 'gzip');
    storage.put('shop', 'c.csv', gzipSync(csv), 'gzip');
    const rows = csvLines.length - 1;
    for (const name of ['a.csv.gz', 'b.csv.gz', 'c.csv'])
      expect(rowsRead(await run(`gs://shop/${name}`))).toBe(rows);
  });
});

describe('a pattern of objects', () => {
  it.each([
    ['data/*.csv', 2],
    ['data/part-?.csv', 2],
    ['data/part-[0-1].csv', 1],
    ['data/**/*.csv', 3],
    ['**.csv', 4],
    ['data/part-2.csv', 1],
  ])('%s matches %i of them', async (pattern, files) => {
    const { storage, run } = await started();
    for (const name of ['data/part-1.csv', 'data/part-2.csv', 'data/deep/part-3.csv', 'database/part-4.csv'])
      storage.put('shop', name, csv);
    storage.put('shop', 'data/', '');
    storage.put('shop', 'data/readme.txt', 'not rows');
    const { reports } = await run(`gs://shop/${pattern}`);
    expect(reports[0]?.counts).toMatchObject({ files, rowsRead: files * (csvLines.length - 1) });
  });

  it('is listed page by page, below the part that all names share', async () => {
    const { storage, run } = await started();
    storage.pageSize = 3;
    for (let i = 0; i < 8; i++) storage.put('shop', `2026/part-${i}.csv`, csv);
    storage.put('shop', '2025/part-0.csv', csv);
    const { reports } = await run('gs://shop/2026/part-*.csv');
    expect(reports[0]?.counts['files']).toBe(8);
    expect(storage.count('list')).toBe(3);
    expect(storage.requests[0]?.query.get('prefix')).toBe('2026/part-');
  });
});

describe('an unsteady service', () => {
  it('is asked again: it was only busy', async () => {
    const { storage, run } = await started();
    storage.put('shop', 'rows.csv', csv);
    const failures = new Map([
      ['list', [503, 429]],
      ['read', [500, 503]],
    ]);
    storage.before = ({ what }) => {
      const status = failures.get(what)?.pop();
      return status === undefined ? undefined : { status, reason: 'backendError', message: 'try again' };
    };
    expect(rowsRead(await run('gs://shop/rows.csv'))).toBe(csvLines.length - 1);
  });

  it('that breaks off or garbles a download is asked again', async () => {
    const { storage, run } = await started();
    storage.put('shop', 'rows.csv', csv);
    const faults = [
      (bytes: Buffer) => bytes.subarray(0, 10),
      (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === 20 ? byte ^ 1 : byte))),
    ];
    storage.sent = ({ bytes }) => faults.pop()?.(bytes) ?? bytes;
    expect(rowsRead(await run('gs://shop/rows.csv'))).toBe(csvLines.length - 1);
    expect(storage.count('read')).toBe(3);
  });

  it('that stays away ends the attempt, and the next one may try', async () => {
    const { storage, failing } = await started();
    storage.put('shop', 'rows.csv', csv);
    storage.before = () => ({ status: 503, reason: 'backendError', message: 'try again' });
    const error = await failing('gs://shop/rows.csv');
    expect(error).toBeInstanceOf(TrainerError);
    expect(failureOf(error, 'ingest')).toMatchObject({
      error: { code: 'storage-unavailable', stage: 'ingest' },
      retriable: true,
    });
  });

  it('loses nothing that was downloaded before it went away', async () => {
    const { storage, run, failing, downloaded } = await started();
    storage.put('shop', 'a.csv', csv);
    storage.put('shop', 'b.csv', csv);
    storage.before = ({ what, name }) =>
      what === 'read' && name === 'b.csv' ? { status: 503, reason: 'backendError', message: '' } : undefined;
    await failing('gs://shop/*.csv');
    expect(await downloaded()).toHaveLength(1);
    storage.before = () => undefined;
    const reads = storage.requests.filter(({ what, name }) => what === 'read' && name === 'a.csv');
    await run('gs://shop/*.csv');
    expect(reads).toHaveLength(1);
    expect(storage.requests.filter(({ what, name }) => what === 'read' && name === 'a.csv')).toHaveLength(1);
  });
});

describe('an object that cannot be read', () => {
  it.each<[string, string, Partial<{ status: number; what: string }>, string, RegExp, RegExp]>([
    ['no such bucket', 'gs://nobody/a.csv', {}, 'source-not-found', /no bucket nobody/, /correct the bucket/],
    [
      'no such object',
      'gs://shop/b.csv',
      {},
      'source-not-found',
      /nothing is found at gs:\/\/shop\/b.csv/,
      /uri/,
    ],
    ['no match', 'gs://shop/*.parquet', {}, 'source-not-found', /nothing is found/, /uri/],
    [
      'a list that is forbidden',
      'gs://shop/a.csv',
      { status: 403, what: 'list' },
      'no-permission',
      /does not let/,
      /roles\/storage.objectViewer/,
    ],
    [
      'a read that is forbidden',
      'gs://shop/a.csv',
      { status: 403, what: 'read' },
      'no-permission',
      /gs:\/\/shop\/a.csv/,
      /roles\/storage.objectViewer/,
    ],
    ['an unknown ending', 'gs://shop/a.xlsx', {}, 'unknown-format', /gs:\/\/shop\/a.xlsx/, /format/],
    ['nothing in it', 'gs://shop/empty.csv', {}, 'empty-file', /is empty/, /write the data/],
  ])('because of %s is an error in words', async (_why, uri, fault, code, message, remedy) => {
    const { storage, failing } = await started();
    for (const name of ['a.csv', 'a.xlsx']) storage.put('shop', name, csv);
    storage.put('shop', 'empty.csv', '');
    storage.before = ({ what }) =>
      what === fault.what && fault.status !== undefined
        ? { status: fault.status, reason: 'forbidden', message: 'caller lacks storage.objects.get' }
        : undefined;
    const error = await failing(uri);
    expect(error).toBeInstanceOf(TrainerError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect((error as TrainerError).remedy).toMatch(remedy);
  });

  it('because it was replaced midway ends the attempt, and the next one reads the new one', async () => {
    const { storage, run, failing } = await started();
    storage.put('shop', 'rows.csv', csv);
    storage.before = ({ what }) => {
      if (what === 'read') storage.put('shop', 'rows.csv', `${csv}new,i1,3\n`);
      return undefined;
    };
    const error = await failing('gs://shop/rows.csv');
    expect(failureOf(error, 'ingest')).toMatchObject({ error: { code: 'source-changed' }, retriable: true });
    storage.before = () => undefined;
    expect(rowsRead(await run('gs://shop/rows.csv'))).toBe(csvLines.length);
  });

  it('because it is larger than the setting allows is not downloaded at all', async () => {
    const { storage, cloud, failing } = await started();
    storage.put('shop', 'rows.csv', csv);
    const error = await failing('gs://shop/rows.csv', { cloud: { ...cloud, downloadLimitBytes: 10 } });
    expect(error).toMatchObject({
      code: 'source-too-large',
      remedy: expect.stringMatching(/TRAINYARD_DOWNLOAD_LIMIT_GB/) as string,
    });
    expect(storage.count('read')).toBe(0);
  });

  it('because the attempt is stopped leaves no half of it', async () => {
    const { storage, run, downloaded } = await started();
    storage.put('shop', 'rows.csv', csv);
    const stop = new AbortController();
    storage.before = ({ what }) => {
      if (what === 'read') stop.abort();
      return undefined;
    };
    await expect(run('gs://shop/rows.csv', { signal: stop.signal })).rejects.toThrow(/abort/i);
    expect(await downloaded()).toEqual([]);
  });
});
