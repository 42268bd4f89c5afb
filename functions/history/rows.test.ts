import { readFile } from 'node:fs/promises';
import {
  EVERY_TEAM,
  gateResultSchema,
  runSchema,
  STAGES,
  trainingSpecSchema,
  type Run,
  type RunResult,
} from '@trainyard/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { EXAMPLE_SPEC, newRun } from '../../test/support/newRun.js';
import { epochRow as epochOf } from '../../test/support/runView.js';
import { misfits } from '../../test/support/standIns/bigQueryStandIn.js';
import { epochRow, epochRowId, runRow, runRowId } from './rows.js';
import { columnsOf, epochRowSchema, historyTables, runRowSchema } from './tables.js';

const CREATED = '2026-01-01T00:00:00.000Z';
const RESULT: RunResult = {
  metrics: { val_loss: 5.25, test_recall_at_100: 0.354 },
  baselines: { popularity: { test_recall_at_100: 0.158 }, history: { test_recall_at_100: 0.345 } },
  artifacts: { query_model: 'gs://b/runs/r/model/query_model', transform: 'gs://b/runs/r/model/transform' },
  epochsTrained: 7,
  bestEpoch: 5,
  earlyStoppedAtEpoch: 7,
  backend: 'tensorflow',
  examplesPerSecond: 163_000,
};
const COMPLETED = newRun(new Date(CREATED), {
  spec: trainingSpecSchema.parse({ ...EXAMPLE_SPEC, tags: { team: 'shop', season: 'winter' } }),
  specDigest: 'sha256:1',
  presets: ['datasets/purchases@3'],
  status: 'completed',
  attempt: 2,
  retriesUsed: 1,
  job: { tier: 'l4', name: 'job-2', launchedAt: CREATED, usdPerHour: 0.7 },
  cost: { usd: 0.35, countedUntil: CREATED, byMonth: {} },
  peakMemory: { rssMb: 2048, gpuMemoryMb: 9000 },
  result: RESULT,
  gates: [gateResultSchema.parse({ metric: 'test_recall_at_100', atLeast: 0.3, value: 0.354, passed: true })],
  startedAt: '2026-01-01T00:00:30.500Z',
  endedAt: '2026-01-01T00:30:30.750Z',
});

describe('the row of a run', () => {
  it('tells of a completed one what people ask later', () => {
    expect(runRow(COMPLETED)).toEqual({
      run_id: 'abcdefghijklmnopqrst',
      run_name: 'demo#1',
      model_id: 'demo',
      run_number: 1,
      model_type: 'retrieval',
      status: 'completed',
      attempt: 2,
      retries_used: 1,
      retry_of: null,
      requested_by: 'test',
      teams: [EVERY_TEAM],
      tags: [
        { key: 'team', value: 'shop' },
        { key: 'season', value: 'winter' },
      ],
      presets: ['datasets/purchases@3'],
      spec_digest: 'sha256:1',
      spec: JSON.stringify(COMPLETED.spec),
      created_at: CREATED,
      started_at: '2026-01-01T00:00:30.500Z',
      ended_at: '2026-01-01T00:30:30.750Z',
      duration_seconds: 1800.25,
      epochs_trained: 7,
      total_epochs: 20,
      best_epoch: 5,
      early_stopped_at_epoch: 7,
      backend: 'tensorflow',
      examples_per_second: 163_000,
      tier: 'l4',
      cost_usd: 0.35,
      peak_memory_mb: 2048,
      peak_gpu_memory_mb: 9000,
      error_code: null,
      error_stage: null,
      error_message: null,
      gates_passed: true,
      gates: [{ metric: 'test_recall_at_100', value: 0.354, passed: true, critical: true }],
      metrics: [
        { name: 'val_loss', value: 5.25 },
        { name: 'test_recall_at_100', value: 0.354 },
      ],
      baselines: [
        { baseline: 'popularity', name: 'test_recall_at_100', value: 0.158 },
        { baseline: 'history', name: 'test_recall_at_100', value: 0.345 },
      ],
      artifacts: [
        { name: 'query_model', uri: 'gs://b/runs/r/model/query_model' },
        { name: 'transform', uri: 'gs://b/runs/r/model/transform' },
      ],
    });
  });

  it('tells of a failed one why, and how far it came', () => {
    const failed = newRun(new Date(CREATED), {
      status: 'failed',
      currentEpoch: 3,
      latestMetrics: { loss: 6.5 },
      startedAt: CREATED,
      endedAt: '2026-01-01T00:01:00.000Z',
      error: { code: 'bad-data', message: 'no such column', stage: 'validate', remedy: 'name another one' },
    });
    expect(runRow(failed)).toMatchObject({
      status: 'failed',
      duration_seconds: 60,
      epochs_trained: 3,
      best_epoch: null,
      gates_passed: null,
      metrics: [{ name: 'loss', value: 6.5 }],
      error_code: 'bad-data',
      error_stage: 'validate',
      error_message: 'no such column',
    });
  });

  it('tells of one that was cancelled before it started that it took no time', () => {
    const cancelled = newRun(new Date(CREATED), { status: 'cancelled', endedAt: CREATED });
    expect(runRow(cancelled)).toMatchObject({ started_at: null, duration_seconds: null, epochs_trained: 0 });
  });

  it('says that the gates did not pass when one did not', () => {
    const gates = [true, false].map((passed) =>
      gateResultSchema.parse({ metric: 'val_loss', atMost: 6, value: 5.25, passed }),
    );
    const minor = gates.map((gate) => ({ ...gate, critical: false }));
    expect(runRow({ ...COMPLETED, gates: minor })).toMatchObject({ gates_passed: true });
    expect(runRow({ ...COMPLETED, gates })).toMatchObject({ gates_passed: false });
  });
});

describe('keys', () => {
  it('tell runs, epochs and attempts apart', () => {
    const other = newRun(new Date(CREATED), { runId: 'bcdefghijklmnopqrstu' });
    const keys = [COMPLETED, other].flatMap((run) => [
      runRowId(run),
      ...[1, 2, 11].flatMap((epoch) =>
        [1, 2, 11].map((attempt) => epochRowId(run, epochOf(epoch, { attempt }))),
      ),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    // The longest insertId that BigQuery takes has 128 characters.
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(100);
  });
});

const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const positive = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
/** No schema keeps a key called `__proto__`. */
const key = fc.string({ minLength: 1, maxLength: 63 }).filter((one) => one !== '__proto__');
const metrics = fc.dictionary(name, finite, { maxKeys: 5 });
const text = fc.string({ unit: 'grapheme', maxLength: 50 });
const or = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const result: fc.Arbitrary<RunResult> = fc.record({
  metrics,
  baselines: fc.dictionary(
    text.filter((one) => one !== '__proto__'),
    metrics,
    { maxKeys: 3 },
  ),
  artifacts: fc.dictionary(name, text, { maxKeys: 3 }),
  epochsTrained: fc.nat(),
  bestEpoch: fc.nat(),
  earlyStoppedAtEpoch: or(fc.integer({ min: 1 })),
  backend: fc.constantFrom('tensorflow', 'wasm', 'cpu'),
  examplesPerSecond: positive,
});

const ended: fc.Arbitrary<Run> = fc
  .record({
    status: fc.constantFrom('completed', 'failed', 'cancelled'),
    attempt: fc.integer({ min: 1 }),
    retriesUsed: fc.nat(),
    requestedBy: text,
    presets: fc.array(fc.constantFrom('datasets/purchases@3', 'model-configs/small@1'), { maxLength: 3 }),
    spec: fc.dictionary(key, text, { maxKeys: 4 }).map((tags) => ({
      ...COMPLETED.spec,
      tags,
    })),
    retryOf: or(fc.constant({ runId: 'bcdefghijklmnopqrstu', checkpointUri: 'gs://b/c' })),
    currentEpoch: fc.nat(),
    latestMetrics: metrics,
    job: or(fc.record({ tier: text, name: text, launchedAt: instant, usdPerHour: or(positive) })),
    cost: or(fc.record({ usd: positive, countedUntil: instant, byMonth: fc.constant({}) })),
    peakMemory: or(fc.record({ rssMb: positive, gpuMemoryMb: or(positive) })),
    result: or(result),
    gates: fc.array(
      fc.record({
        metric: name,
        atLeast: finite,
        onInterval: fc.boolean(),
        critical: fc.boolean(),
        value: or(finite),
        interval: fc.constant(null),
        passed: fc.boolean(),
        explanation: or(text),
      }),
      { maxLength: 3 },
    ),
    error: or(
      fc.record({
        code: fc.constantFrom('lost', 'bad-data'),
        message: text,
        stage: or(fc.constantFrom(...STAGES)),
        remedy: or(text),
      }),
    ),
    startedAt: or(instant),
    endedAt: or(instant),
  })
  .map((parts) => newRun(new Date(CREATED), parts));

describe('any run that has ended', () => {
  it('has a row that its table takes, and with every column', () => {
    const columns = columnsOf(historyTables.training_runs.row);
    fc.assert(
      fc.property(ended, (run) => {
        expect(runSchema.parse(run)).toEqual(run);
        const row = runRow(run);
        expect(runRowSchema.parse(row)).toEqual(row);
        expect(misfits(columns, row)).toEqual([]);
        expect(new Set(Object.keys(row))).toEqual(new Set(columns.map((column) => column.name)));
      }),
    );
  });

  it('has epochs whose rows their table takes, and with every column', () => {
    const columns = columnsOf(historyTables.training_epochs.row);
    const epochs = fc.record({
      epoch: fc.integer({ min: 1 }),
      attempt: fc.integer({ min: 1 }),
      metrics,
      seconds: positive,
      examples: fc.nat(),
      examplesPerSecond: positive,
      at: instant,
    });
    fc.assert(
      fc.property(ended, epochs, (run, epoch) => {
        const row = epochRow(run, epoch);
        expect(epochRowSchema.parse(row)).toEqual(row);
        expect(misfits(columns, row)).toEqual([]);
        expect(new Set(Object.keys(row))).toEqual(new Set(columns.map((column) => column.name)));
      }),
    );
  });
});

describe('columns', () => {
  it('are derived from what a row holds', () => {
    const row = z.strictObject({
      text: z.string().describe('A text'),
      at: z.iso.datetime().nullable(),
      json: z.string().meta({ format: 'json' }),
      count: z.int(),
      share: z.number().nullable(),
      flag: z.boolean(),
      choice: z.enum(['a', 'b']).nullable(),
      texts: z.array(z.string()),
      pairs: z.array(z.strictObject({ key: z.string(), value: z.number().nullable() })),
    });
    expect(columnsOf(row)).toEqual([
      { name: 'text', type: 'STRING', mode: 'REQUIRED', description: 'A text' },
      { name: 'at', type: 'TIMESTAMP', mode: 'NULLABLE' },
      { name: 'json', type: 'JSON', mode: 'REQUIRED' },
      { name: 'count', type: 'INTEGER', mode: 'REQUIRED' },
      { name: 'share', type: 'FLOAT', mode: 'NULLABLE' },
      { name: 'flag', type: 'BOOLEAN', mode: 'REQUIRED' },
      { name: 'choice', type: 'STRING', mode: 'NULLABLE' },
      { name: 'texts', type: 'STRING', mode: 'REPEATED' },
      {
        name: 'pairs',
        type: 'RECORD',
        mode: 'REPEATED',
        fields: [
          { name: 'key', type: 'STRING', mode: 'REQUIRED' },
          { name: 'value', type: 'FLOAT', mode: 'NULLABLE' },
        ],
      },
    ]);
  });

  it('are refused where a row holds several kinds of values', () => {
    expect(() => columnsOf(z.strictObject({ id: z.union([z.string(), z.number()]) }))).toThrow(
      'no column holds id, which is no single value',
    );
  });

  it.each(Object.entries(historyTables))('of %s are all named by docs/history.md', async (table, { row }) => {
    const docs = await readFile(new URL('../../docs/history.md', import.meta.url), 'utf8');
    expect(docs).toContain(`\`${table}\``);
    expect(columnsOf(row).filter((column) => !docs.includes(`\`${column.name}\``))).toEqual([]);
  });
});
