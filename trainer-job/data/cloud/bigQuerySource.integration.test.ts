/** Tables and queries of BigQuery: the real clients, against stand-ins of BigQuery and Cloud Storage. */
import { join } from 'node:path';
import { trainingSpecSchema, type TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BigQueryJobsStandIn } from '../../../test/support/standIns/bigQueryJobsStandIn.js';
import { offline, prepared, userItemSpec } from '../../../test/support/data/prepared.js';
import { StorageStandIn } from '../../../test/support/standIns/storageStandIn.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { until } from '../../../test/support/until.js';
import { failureOf } from '../../pipeline/failure.js';
import { StopSignal } from '../../stopSignal.js';
import type { SourceContext } from '../source/openSource.js';
import { TrainerError } from '../../errors/trainerError.js';

const TABLE = 'demo-project.shop.purchases';
const ROWS = `SELECT 'u' || (i % 40) AS "user", 'i' || (i % 17) AS item FROM range(2000) t(i)`;
type Given = Partial<NonNullable<TrainingSpecInput['dataset']['source']['bigquery']>>;

function specOf(given: Given, dataset: Partial<TrainingSpecInput['dataset']> = {}): TrainingSpecInput {
  const source = { bigquery: { exportUri: 'gs://exports/trainyard', project: 'demo-project', ...given } };
  return userItemSpec('', { source, ...dataset });
}

async function started() {
  const folder = await temporaryFolder();
  const storage = new StorageStandIn();
  const bigQuery = new BigQueryJobsStandIn(join(folder, 'bigquery'), storage);
  await storage.start();
  await bigQuery.start();
  onTestFinished(() => {
    bigQuery.stop();
    storage.stop();
  });
  storage.put('exports', 'keep', '');
  bigQuery.tables.set(TABLE, { sql: ROWS, bytes: 5_000_000, lastModifiedTime: 1_790_000_000_000 });
  const cloud = { ...offline, storageEndpoint: storage.endpoint, bigQueryEndpoint: bigQuery.endpoint };
  const run = (given: Given, context: Partial<SourceContext> = {}, dataset = {}) =>
    prepared(folder, specOf(given, dataset), { cloud, ...context });
  const failing = (given: Given, context?: Partial<SourceContext>) =>
    run(given, context).then(
      () => expect.unreachable('it should have failed'),
      (error: unknown) => error,
    );
  const jobs = () => [...bigQuery.jobs.values()];
  return { folder, storage, bigQuery, run, failing, jobs };
}

const rowsRead = ({ reports }: { reports: { counts: Record<string, number> }[] }) =>
  reports[0]?.counts['rowsRead'];

describe('a table of BigQuery', () => {
  it('is exported to a folder of its own and read from there, with the time of its rows', async () => {
    const { storage, run, jobs } = await started();
    const result = await run({ table: TABLE });
    expect(rowsRead(result)).toBe(2000);
    expect(await result.vocabulary('query', 'user')).toHaveLength(40);
    expect(result.dataSnapshot).toBe(new Date(1_800_000_000_000).toISOString());
    const [job] = jobs();
    expect(job?.query).toContain(`uri = 'gs://exports/trainyard/${job?.id}/*.parquet'`);
    expect(job).toMatchObject({ maximumBytesBilled: '100000000000', location: 'US' });
    expect([...(storage.buckets.get('exports')?.keys() ?? [])]).toContain(
      `trainyard/${job?.id}/000000000001.parquet`,
    );
  });

  it('that has not changed is neither exported nor downloaded for the next run', async () => {
    const { storage, bigQuery, run } = await started();
    const first = await run({ table: TABLE });
    const second = await run({ table: TABLE }, { runId: 'another-run' });
    expect(second.reports.map(({ cacheHit }) => cacheHit)).toEqual([true, true, true]);
    expect(second).toMatchObject({
      dataFingerprint: first.dataFingerprint,
      dataSnapshot: first.dataSnapshot,
    });
    expect(bigQuery.count('insert')).toBe(1);
    expect(storage.count('read')).toBe(2);
  });

  it('that was written to is another version', async () => {
    const { bigQuery, run } = await started();
    await run({ table: TABLE });
    bigQuery.tables.set(TABLE, { sql: `${ROWS} LIMIT 500`, bytes: 1, lastModifiedTime: 1_790_000_000_001 });
    expect(rowsRead(await run({ table: TABLE }))).toBe(500);
  });

  it.each([
    ['a view', { type: 'VIEW' }],
    ['one that rows were just streamed into', { streamingBuffer: { estimatedRows: '3' } }],
  ])('is exported for every run, but once for all attempts of it, where it is %s', async (_kind, facts) => {
    const { bigQuery, run } = await started();
    bigQuery.tables.set(TABLE, { sql: ROWS, bytes: 1, lastModifiedTime: 1, ...facts });
    for (const runId of ['first', 'first', 'second']) await run({ table: TABLE }, { runId });
    expect(bigQuery.count('insert')).toBe(2);
  });

  it('is read as of a time, and of some of its columns, where that is asked for', async () => {
    const { run, jobs } = await started();
    await run({ table: TABLE, asOf: '2026-01-02T03:04:05.000Z', columns: ['item', 'user'] });
    expect(jobs()[0]?.query).toContain(
      `SELECT \`item\`, \`user\` FROM \`${TABLE}\` FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-02T03:04:05.000Z'`,
    );
  });

  it('has types that features can be made of: numbers, text, times, and JSON for what is no scalar', async () => {
    const { bigQuery, run } = await started();
    bigQuery.tables.set(TABLE, {
      sql: `SELECT 'u' || (i % 40) AS "user", 'i' || (i % 17) AS item, CAST(1.5 AS DECIMAL(38, 9)) AS price,
        CAST('ab' AS BLOB) AS raw, [1, 2] AS many, {'a': 1} AS nested, CAST('10:20:30' AS TIME) AS hour,
        true AS yes, DATE '2026-01-02' AS day FROM range(100) t(i)`,
      bytes: 1,
      lastModifiedTime: 1,
    });
    const where = [
      { column: 'price', is: 'equal', value: 1.5 },
      { column: 'raw', is: 'equal', value: 'YWI=' },
      { column: 'many', is: 'equal', value: '[1,2]' },
      { column: 'nested', is: 'equal', value: '{"a":1}' },
      { column: 'hour', is: 'equal', value: '10:20:30' },
      { column: 'day', is: 'equal', value: '2026-01-02' },
    ];
    const { reports } = await run({ table: TABLE }, {}, { where });
    expect(reports[0]?.counts).toMatchObject({ rowsRead: 100, rowsKept: 100 });
  });
});

describe('a query of BigQuery', () => {
  it('is read as it is written, whatever it ends with', async () => {
    const { run } = await started();
    const query = `WITH bought AS (SELECT * FROM \`${TABLE}\`)\nSELECT * FROM bought WHERE item <> 'i3' -- not this one\n;`;
    expect(rowsRead(await run({ query }))).toBe(2000 - 118);
  });

  it('depends on its text and its tables', async () => {
    const { bigQuery, run } = await started();
    const query = `SELECT * FROM \`${TABLE}\``;
    await run({ query });
    await run({ query }, { runId: 'another' });
    await run({ query: `${query} WHERE item <> 'i1'` });
    expect(bigQuery.count('insert')).toBe(2);
  });

  it('that names the present time is run anew for every run', async () => {
    const { bigQuery, run } = await started();
    const query = `SELECT * FROM \`${TABLE}\` WHERE CURRENT_DATE > DATE '2020-01-01'`;
    for (const runId of ['first', 'first', 'second']) await run({ query }, { runId });
    expect(bigQuery.count('insert')).toBe(2);
  });
});

describe('what is paid for', () => {
  it('is known before: a query that would read too much is refused', async () => {
    const { bigQuery, failing } = await started();
    bigQuery.tables.set(TABLE, { sql: ROWS, bytes: 2 ** 41, lastModifiedTime: 1 });
    const costly = await failing({ table: TABLE });
    expect(costly).toMatchObject({
      code: 'too-costly',
      message: expect.stringMatching(/2199023255552 bytes \(about \$12.50 on demand\)/) as string,
      remedy: expect.stringMatching(/maxBytesBilled/) as string,
    });
    expect(bigQuery.count('insert')).toBe(0);
  });

  it('is paid for once where the answer to the order was lost', async () => {
    const { bigQuery, run, jobs } = await started();
    let lost = false;
    bigQuery.after = (what) => {
      if (what !== 'insert' || lost) return undefined;
      lost = true;
      return 'lost';
    };
    expect(rowsRead(await run({ table: TABLE }))).toBe(2000);
    expect(bigQuery.count('insert')).toBe(2);
    expect(jobs()).toHaveLength(1);
  });

  it('is paid for once where the attempt that ordered it is gone', async () => {
    const { storage, run, failing, jobs } = await started();
    storage.before = () => ({ status: 503, reason: 'backendError', message: 'try again' });
    expect(failureOf(await failing({ table: TABLE }), 'ingest').retriable).toBe(true);
    storage.before = () => undefined;
    await run({ table: TABLE });
    expect(jobs()).toHaveLength(1);
  });

  it('is ordered again where the job failed, or where something deleted its files', async () => {
    const { storage, bigQuery, run, failing, jobs } = await started();
    bigQuery.fate = () => ({ reason: 'backendError', message: 'an internal error' });
    expect(failureOf(await failing({ table: TABLE }), 'ingest')).toMatchObject({
      error: { code: 'bigquery-unavailable' },
      retriable: true,
    });
    bigQuery.fate = () => undefined;
    storage.before = ({ what }) =>
      what === 'read' ? { status: 503, reason: 'backendError', message: 'try again' } : undefined;
    await failing({ table: TABLE });
    storage.before = () => undefined;
    const objects = storage.buckets.get('exports');
    const name = [...(objects?.keys() ?? [])].find((key) => key.endsWith('.parquet'));
    objects?.delete(name ?? '');
    expect(rowsRead(await run({ table: TABLE }))).toBe(2000);
    expect(jobs().map(({ id }) => id.slice(-2))).toEqual(['_1', '_2', '_3']);
  });

  it.each([
    ['stopped', 1],
    ['preempted', 0],
  ] as const)('ends with a run that is %s in %i cancelled jobs', async (reason, cancelled) => {
    const { bigQuery, failing } = await started();
    bigQuery.fate = () => 'endless';
    const stop = new StopSignal();
    const ended = failing({ table: TABLE }, { signal: stop.signal, beforeEnd: stop.beforeEnd });
    await until('the job to be looked at', () => bigQuery.count('get') > 1);
    stop.request(reason);
    await stop.finish();
    expect(await ended).toMatchObject({ name: 'AbortError' });
    expect(bigQuery.cancelled).toHaveLength(cancelled);
  });
});

describe('what BigQuery refuses', () => {
  it('for a moment is asked again', async () => {
    const { bigQuery, run } = await started();
    const failures = new Map(
      ['dryRun', 'table', 'insert', 'get'].map((what) => [
        what,
        [
          { status: 503, reason: 'backendError', message: 'try again' },
          { status: 403, reason: 'rateLimitExceeded', message: 'slow down' },
        ],
      ]),
    );
    bigQuery.before = (what) => failures.get(what)?.pop();
    expect(rowsRead(await run({ table: TABLE }))).toBe(2000);
  });

  it.each<[string, string, { status: number; reason: string; message: string }, string, RegExp]>([
    [
      'to run queries',
      'dryRun',
      { status: 403, reason: 'accessDenied', message: 'User does not have bigquery.jobs.create permission' },
      'no-permission',
      /roles\/bigquery.jobUser/,
    ],
    [
      'to show the data',
      'dryRun',
      {
        status: 403,
        reason: 'accessDenied',
        message: 'User does not have permission to query table shop.purchases',
      },
      'no-permission',
      /roles\/bigquery.dataViewer/,
    ],
    [
      'to find a table',
      'dryRun',
      { status: 404, reason: 'notFound', message: 'Not found: Table shop.purchases' },
      'source-not-found',
      /correct the project/,
    ],
    [
      'to look elsewhere',
      'dryRun',
      { status: 404, reason: 'notFound', message: 'Not found: Dataset shop was not found in location US' },
      'location-mismatch',
      /name the location/,
    ],
    [
      'to read SQL',
      'dryRun',
      { status: 400, reason: 'invalidQuery', message: 'Syntax error: Unexpected identifier at [1:3]' },
      'invalid-query',
      /correct it/,
    ],
    [
      'what is used up',
      'insert',
      { status: 403, reason: 'quotaExceeded', message: 'Quota exceeded' },
      'quota-exceeded',
      /higher one/,
    ],
  ])('%s is an error in words', async (_what, request, refusal, code, remedy) => {
    const { bigQuery, failing } = await started();
    bigQuery.before = (what) => (what === request ? refusal : undefined);
    const error = await failing({ table: TABLE });
    expect(error).toBeInstanceOf(TrainerError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(refusal.message) as string });
    expect((error as TrainerError).remedy).toMatch(remedy);
  });

  it.each([
    [
      'accessDenied',
      'Access Denied: storage.objects.create on exports',
      'no-permission',
      /roles\/storage.objectAdmin/,
    ],
    ['bytesBilledLimitExceeded', 'Query exceeded limit for bytes billed', 'too-costly', /maxBytesBilled/],
    [
      'invalid',
      'Cannot read and write in different locations: source: EU, destination: US',
      'location-mismatch',
      /bucket there/,
    ],
  ])('of a job that it took is an error in words, too: %s', async (reason, message, code, remedy) => {
    const { bigQuery, failing } = await started();
    bigQuery.fate = () => ({ reason, message });
    const error = await failing({ table: TABLE });
    expect(error).toMatchObject({ code });
    expect((error as TrainerError).remedy).toMatch(remedy);
  });

  it('because it is no single SELECT, or no table, is told before anything is billed', async () => {
    const { bigQuery, failing } = await started();
    expect(await failing({ query: 'SELEC 1' })).toMatchObject({ code: 'invalid-query' });
    expect(await failing({ table: 'demo-project.shop.gone' })).toMatchObject({ code: 'location-mismatch' });
    expect(bigQuery.count('insert')).toBe(0);
  });
});

describe('the specification of a source in BigQuery', () => {
  it.each<[string, object]>([
    ['a table and a query', { table: TABLE, query: 'SELECT 1' }],
    ['neither', {}],
    ['a query as of a time', { query: 'SELECT 1', asOf: '2026-01-02T03:04:05.000Z' }],
    ['a table that is none', { table: 'purchases' }],
    ['a table with SQL in its name', { table: 'p.d.t` WHERE 1=1 --' }],
    ['a folder with SQL in its name', { table: TABLE, exportUri: `gs://exports/x', format='CSV` }],
    ['a limit below what is billed at least', { table: TABLE, maxBytesBilled: 1 }],
  ])('is refused with %s', (_what, given) => {
    expect(trainingSpecSchema.safeParse(specOf(given)).success).toBe(false);
  });

  it('goes without a path', () => {
    const spec = specOf({ table: TABLE });
    const both = { ...spec, dataset: { source: { ...spec.dataset.source, uri: 'rows.csv' } } };
    expect(trainingSpecSchema.safeParse(spec).success).toBe(true);
    expect(trainingSpecSchema.safeParse(both).success).toBe(false);
  });
});
