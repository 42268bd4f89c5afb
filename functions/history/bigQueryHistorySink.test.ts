import { describe, expect, it, onTestFinished } from 'vitest';
import { newRun } from '../../test/support/newRun.js';
import { epochRow as epochOf } from '../../test/support/runView.js';
import { openBigQueryHistorySink } from './bigQueryHistorySink.js';
import { BigQueryStandIn } from '../../test/support/standIns/bigQueryStandIn.js';
import type { KeyedRow } from './historySink.js';
import { epochRow, epochRowId, runRow } from './rows.js';

const END = '2026-01-01T02:00:00.000Z';
const run = newRun(new Date('2026-01-01T00:00:00.000Z'), { status: 'failed', endedAt: END });
const runRows: KeyedRow<'training_runs'>[] = [{ id: run.runId, row: runRow(run) }];
const epochRows = (count: number): KeyedRow<'training_epochs'>[] =>
  Array.from({ length: count }, (_, i) => epochOf(i + 1)).map((epoch) => ({
    id: epochRowId(run, epoch),
    row: epochRow(run, epoch),
  }));

async function started() {
  const bigQuery = new BigQueryStandIn();
  await bigQuery.start();
  onTestFinished(() => bigQuery.stop());
  return { bigQuery, sink: openBigQueryHistorySink(bigQuery.options) };
}

describe('the tables', () => {
  it('are made when they are missing: partitioned by day, clustered, every column with its description', async () => {
    const { bigQuery, sink } = await started();
    await sink.insert('training_runs', runRows);
    await sink.insert('training_epochs', epochRows(1));
    expect(bigQuery.tables.get('training_runs')).toMatchObject({
      timePartitioning: { type: 'DAY', field: 'ended_at' },
      clustering: { fields: ['model_id', 'status'] },
    });
    expect(bigQuery.tables.get('training_epochs')).toMatchObject({
      timePartitioning: { type: 'DAY', field: 'at' },
      clustering: { fields: ['model_id', 'run_id'] },
    });
    for (const { schema } of bigQuery.tables.values()) {
      expect(schema.fields.filter(({ description }) => !description)).toEqual([]);
    }
  });

  it('have the types and modes of their rows', async () => {
    const { bigQuery, sink } = await started();
    await sink.insert('training_epochs', epochRows(1));
    const { fields } = bigQuery.tables.get('training_epochs')!.schema;
    const metric = [
      { name: 'name', type: 'STRING', mode: 'REQUIRED' },
      { name: 'value', type: 'FLOAT', mode: 'REQUIRED' },
    ];
    expect(
      fields.map(({ name, type, mode, fields: inner }) => ({
        name,
        type,
        mode,
        ...(inner && {
          fields: inner.map((field) => ({ name: field.name, type: field.type, mode: field.mode })),
        }),
      })),
    ).toEqual([
      { name: 'run_id', type: 'STRING', mode: 'REQUIRED' },
      { name: 'model_id', type: 'STRING', mode: 'REQUIRED' },
      { name: 'run_number', type: 'INTEGER', mode: 'REQUIRED' },
      { name: 'epoch', type: 'INTEGER', mode: 'REQUIRED' },
      { name: 'attempt', type: 'INTEGER', mode: 'REQUIRED' },
      { name: 'at', type: 'TIMESTAMP', mode: 'REQUIRED' },
      { name: 'seconds', type: 'FLOAT', mode: 'REQUIRED' },
      { name: 'examples', type: 'INTEGER', mode: 'REQUIRED' },
      { name: 'examples_per_second', type: 'FLOAT', mode: 'REQUIRED' },
      { name: 'metrics', type: 'RECORD', mode: 'REPEATED', fields: metric },
    ]);
  });

  it('are looked at once, however many rows come', async () => {
    const { bigQuery, sink } = await started();
    await Promise.all([1, 2, 3].map(() => sink.insert('training_epochs', epochRows(3))));
    await sink.insert('training_epochs', epochRows(3));
    expect(bigQuery.requests.filter((what) => !what.endsWith('/insertAll'))).toEqual([
      'GET tables/training_epochs',
      'POST tables',
    ]);
  });

  it('may be made by another process at the same time', async () => {
    const { bigQuery, sink } = await started();
    const other = openBigQueryHistorySink(bigQuery.options);
    await Promise.all([sink.insert('training_runs', runRows), other.insert('training_runs', runRows)]);
    expect(bigQuery.rows('training_runs')).toHaveLength(1);
  });

  it('get the columns that have come since they were made, and keep those that somebody added', async () => {
    const { bigQuery, sink } = await started();
    await sink.insert('training_epochs', epochRows(1));
    const table = bigQuery.tables.get('training_epochs')!;
    const own = { name: 'owner', type: 'STRING', mode: 'NULLABLE' } as const;
    const late = new Set(['seconds', 'metrics']);
    table.schema = { fields: [own, ...table.schema.fields.filter(({ name }) => !late.has(name))] };
    await openBigQueryHistorySink(bigQuery.options).insert('training_epochs', epochRows(2));
    expect(table.schema.fields.map(({ name, mode }) => [name, mode])).toEqual([
      ['owner', 'NULLABLE'],
      ...[
        'run_id',
        'model_id',
        'run_number',
        'epoch',
        'attempt',
        'at',
        'examples',
        'examples_per_second',
      ].map((name) => [name, 'REQUIRED']),
      ['seconds', 'NULLABLE'],
      ['metrics', 'REPEATED'],
    ]);
    expect(bigQuery.rows('training_epochs')).toHaveLength(2);
  });

  it('get what their records lack, and no other change', async () => {
    const { bigQuery, sink } = await started();
    await sink.insert('training_runs', runRows);
    const table = bigQuery.tables.get('training_runs')!;
    const whole = structuredClone(table.schema.fields);
    const gates = table.schema.fields.find(({ name }) => name === 'gates')!;
    gates.fields = (gates.fields ?? []).filter(({ name }) => name !== 'critical');
    await openBigQueryHistorySink(bigQuery.options).insert('training_runs', runRows);
    const critical = { name: 'critical', type: 'BOOLEAN', mode: 'NULLABLE' };
    expect(table.schema.fields).toEqual(
      whole.map((field) =>
        field.name === 'gates' ? { ...field, fields: [...gates.fields!, critical] } : field,
      ),
    );
  });

  it('are made again by the next attempt when somebody has deleted them', async () => {
    const { bigQuery, sink } = await started();
    await sink.insert('training_runs', runRows);
    bigQuery.deleteTable('training_runs');
    await expect(sink.insert('training_runs', runRows)).rejects.toThrow(
      '1 rows could not be added to training_runs: Not found: Table demo-project:trainyard.training_runs',
    );
    expect(await sink.insert('training_runs', runRows)).toEqual([]);
    expect(bigQuery.ids('training_runs')).toEqual([run.runId]);
  });

  it('are tried again while BigQuery does not know yet of a table just made', async () => {
    const { bigQuery, sink } = await started();
    let unknown = 2;
    bigQuery.before = ({ what }) =>
      what.endsWith('/insertAll') && unknown-- > 0
        ? { status: 404, reason: 'notFound', message: 'Not found: Table' }
        : undefined;
    await expect(sink.insert('training_runs', runRows)).rejects.toThrow(/could not be added/);
    await expect(sink.insert('training_runs', runRows)).rejects.toThrow(/could not be added/);
    expect(await sink.insert('training_runs', runRows)).toEqual([]);
  });

  it('need a dataset; without it the error says how to make it, and the next attempt finds it', async () => {
    const { bigQuery, sink } = await started();
    bigQuery.datasets.clear();
    await expect(sink.insert('training_runs', runRows)).rejects.toThrow(
      'BigQuery has no dataset demo-project.trainyard: make it, for example with "bq --location=EU mk --dataset demo-project:trainyard"',
    );
    bigQuery.datasets.add(bigQuery.dataset);
    expect(await sink.insert('training_runs', runRows)).toEqual([]);
  });
});

describe('rows', () => {
  it('of the same key are stored once', async () => {
    const { bigQuery, sink } = await started();
    await Promise.all([1, 2, 3].map(() => sink.insert('training_runs', runRows)));
    expect(bigQuery.rows('training_runs')).toEqual([runRow(run)]);
  });

  it('that are invalid are told with their reasons; the others are stored', async () => {
    const { bigQuery, sink } = await started();
    const [first, second, third] = epochRows(3);
    const broken = { ...second!, row: { ...second!.row, seconds: 'long' as unknown as number } };
    expect(await sink.insert('training_epochs', [first!, broken, third!])).toEqual([
      {
        id: broken.id,
        reasons: ['invalid: Cannot convert value to FLOAT (bad value): "long"'],
        isRetriable: false,
      },
    ]);
    expect(bigQuery.ids('training_epochs')).toEqual([first!.id, third!.id]);
  });

  it.each([
    ['a backend of BigQuery failed', { reason: 'backendError', message: '' }],
    ['a column just added is not known everywhere', { reason: 'invalid', message: 'no such field: tier.' }],
  ])('may be taken another time when %s', async (_what, error) => {
    const { bigQuery, sink } = await started();
    bigQuery.refuse = () => error;
    expect(await sink.insert('training_runs', runRows)).toMatchObject([{ id: run.runId, isRetriable: true }]);
  });

  it('that have a whole request refused are found, and cost the others nothing', async () => {
    const { bigQuery, sink } = await started();
    const rows = epochRows(9);
    const bad = new Set([rows[2]!.id, rows[7]!.id]);
    bigQuery.before = ({ rows: sent }) =>
      sent.some(({ insertId }) => bad.has(insertId))
        ? { status: 400, reason: 'invalid', message: 'The row is outside the allowed bounds' }
        : undefined;
    expect(await sink.insert('training_epochs', rows)).toEqual(
      [...bad].map((id) => ({
        id,
        reasons: ['The row is outside the allowed bounds'],
        isRetriable: false,
      })),
    );
    expect(bigQuery.ids('training_epochs')).toEqual(rows.map(({ id }) => id).filter((id) => !bad.has(id)));
  });

  it.each([401, 403, 429, 500, 503])('are not given up when BigQuery answers %i', async (status) => {
    const { bigQuery, sink } = await started();
    for (const step of ['GET tables/training_runs', 'POST tables/training_runs/insertAll']) {
      bigQuery.before = ({ what }) =>
        what === step ? { status, reason: 'some', message: 'not now' } : undefined;
      await expect(sink.insert('training_runs', runRows)).rejects.toThrow(/training_runs: /);
      expect(bigQuery.requests.filter((what) => what === step)).toHaveLength(1);
    }
    bigQuery.before = () => undefined;
    expect(await sink.insert('training_runs', runRows)).toEqual([]);
    expect(bigQuery.ids('training_runs')).toEqual([run.runId]);
  });

  it('are not given up when a table cannot be made, whatever the reason', async () => {
    const { bigQuery, sink } = await started();
    bigQuery.before = ({ what }) =>
      what === 'POST tables' ? { status: 400, reason: 'invalid', message: 'no' } : undefined;
    await expect(sink.insert('training_runs', runRows)).rejects.toThrow(
      'could not look at or make the table training_runs: no',
    );
  });

  it('are not given up when nobody answers', async () => {
    const { bigQuery, sink } = await started();
    await sink.insert('training_runs', runRows);
    bigQuery.stop();
    await expect(sink.insert('training_runs', runRows)).rejects.toMatchObject({
      message: expect.stringMatching(/^1 rows could not be added to training_runs: /) as unknown,
      cause: { code: expect.stringMatching(/^ECONN/) as unknown },
    });
  });
});
