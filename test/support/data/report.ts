/** What a run has found in its data, and how it leaves it behind. */
import { createHash } from 'node:crypto';
import type { Run } from '@trainyard/shared';
import type { DatasetSchema } from '@trainyard/shared/profile/datasetSchema';
import type { ColumnProfile, Profile } from '@trainyard/shared/profile/profile';
import type { Validation } from '@trainyard/shared/profile/validation';
import { RESULT } from '../callbacks.js';
import type { testControlPlane } from '../controlPlane.js';

const WHOLE = { nulls: 0, nullShare: 0, distinctIsExact: true, measured: null };
const DAY = 86_400_000;
const START = Date.UTC(2025, 0, 1);

/** A time as a number, of which only the ends are told. */
const AT: ColumnProfile = {
  ...WHOLE,
  name: 'at',
  type: 'BIGINT',
  kind: 'time',
  timeUnit: 'ms',
  distinct: 4,
  min: String(START),
  max: String(START + DAY),
  top: [],
  measured: {
    of: 'value',
    rows: 4,
    min: START,
    max: START + DAY,
    mean: START + DAY / 2,
    std: 1,
    zeros: 0,
    negatives: 0,
    quantiles: { p01: START, p05: START, p25: START, p50: START, p75: START, p95: START, p99: START },
    quantilesAreExact: true,
    histogram: [3, 1],
    bins: { edges: [START], counts: [3, 1] },
  },
};

const PROFILE: Profile = {
  schemaVersion: 1,
  rows: 4,
  columns: [
    { ...WHOLE, name: 'user', type: 'VARCHAR', kind: 'id', distinct: 3, min: 'a', max: 'c', top: [] },
    {
      ...WHOLE,
      name: 'city',
      type: 'VARCHAR',
      kind: 'category',
      distinct: 7,
      min: 'Berlin',
      max: 'Vienna',
      top: [{ value: '<b>Vienna</b>\u001B[2J', rows: 3 }],
    },
    AT,
  ],
};

const SCHEMA: DatasetSchema = {
  schemaVersion: 1,
  columns: PROFILE.columns.map(({ name, type, kind }) => ({
    name,
    type,
    kind,
    nullable: false,
    domain: name === 'city' ? ['Berlin', 'Vienna'] : null,
    range: null,
  })),
};

const NOT_OF_ROWS = { count: null, total: null, examples: [] };

const VALIDATION: Validation = {
  schemaVersion: 1,
  passed: false,
  checkedAt: '2026-11-20T08:00:00.000Z',
  rows: 4,
  reference: 'the data of shop#46',
  findings: [
    {
      ...NOT_OF_ROWS,
      expectation: { expect: 'columns', columns: ['at'], match: 'atLeast', severity: 'error' },
      outcome: 'met',
      severity: 'error',
      message: 'the column at is there',
    },
    {
      expectation: { expect: 'values', column: 'city', values: ['Graz'], atMost: 0, severity: 'error' },
      outcome: 'violated',
      severity: 'error',
      message: 'column "city" has values that are not allowed',
      count: 3,
      total: 4,
      examples: [{ row: 2, value: '<i>Linz</i>' }],
    },
  ],
  warnings: ['column "user" has the same value in most rows'],
  schema_changes: [{ change: 'added', column: 'city', message: 'column "city" is new' }],
  drift: [
    { column: 'city', by: 'values', psi: 0.05, kl: 0.02, ks: null },
    { column: 'at', by: 'percentiles', psi: 0.31, kl: 0.2, ks: { statistic: 0.4, pValue: 0.001 } },
  ],
  schema_violations: [],
  detected_outliers: [],
  potential_mislabels: [],
};

const CONTENTS = { profile: PROFILE, schema: SCHEMA, validation: VALIDATION };

/** The run's data break what is expected of them: it has no model, and its report lies in its own folder. */
export async function failWithData(
  cp: Awaited<ReturnType<typeof testControlPlane>>,
  run: Run,
): Promise<void> {
  for (const [name, value] of Object.entries(CONTENTS))
    await cp.objects.putIfAbsent(`runs/${run.runId}/data/${name}.json`, Buffer.from(JSON.stringify(value)));
  const error = {
    code: 'expectation-violated',
    message: 'an expectation is violated:\n1. column "city" has values that are not allowed',
    stage: 'validate',
    remedy: 'correct the data, or change dataset.expectations',
  } as const;
  await cp.put({ ...run, status: 'failed', error });
}

/** The run completes, and leaves its report on the data behind. */
export async function completeWithData(
  cp: Awaited<ReturnType<typeof testControlPlane>>,
  run: Run,
): Promise<void> {
  const folder = `runs/${run.runId}/model`;
  const entries = Object.entries(CONTENTS).map(([name, value]) => ({
    path: `data/${name}.json`,
    content: JSON.stringify(value),
  }));
  const manifest = {
    schemaVersion: 1,
    modelVersion: 'demo#1',
    createdAt: cp.now().toISOString(),
    files: entries.map(({ path, content }) => ({
      path,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      contentType: 'application/json',
    })),
  };
  for (const { path, content } of [...entries, { path: 'manifest.json', content: JSON.stringify(manifest) }])
    await cp.objects.putIfAbsent(`${folder}/${path}`, Buffer.from(content));
  const artifacts = { manifest: cp.objects.uri(`${folder}/manifest.json`) };
  await cp.put({ ...run, status: 'completed', result: { ...RESULT, artifacts } });
}
