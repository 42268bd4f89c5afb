/** The profile of data in a terminal; that of a file is made by the trainer. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { newRunId } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { RESULT } from '../../../test/support/callbacks.js';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';

const NO_MEASURE = { nulls: 0, nullShare: 0, distinctIsExact: true, measured: null };
const PROFILE = {
  schemaVersion: 1,
  rows: 4,
  columns: [
    {
      ...NO_MEASURE,
      name: 'city',
      type: 'VARCHAR',
      kind: 'category',
      distinct: 7,
      min: 'Berlin',
      max: 'Vienna',
      top: [{ value: 'Vienna\u001B[2J', rows: 3 }],
    },
    {
      ...NO_MEASURE,
      name: 'at',
      type: 'BIGINT',
      kind: 'time',
      timeUnit: 'ms',
      distinct: 4,
      min: '1735689600000',
      max: '1735776000000',
      top: [],
      measured: {
        of: 'value',
        rows: 4,
        min: 1_735_689_600_000,
        max: 1_735_776_000_000,
        mean: 1_735_700_000_000,
        std: 1,
        zeros: 0,
        negatives: 0,
        quantiles: { p01: 1, p05: 1, p25: 1, p50: 1, p75: 1, p95: 1, p99: 1 },
        quantilesAreExact: true,
        histogram: [4],
        bins: { edges: [1], counts: [0, 4] },
      },
    },
  ],
};
const VALIDATION = {
  schemaVersion: 1,
  passed: false,
  reference: 'the data of shop#46',
  findings: [
    { outcome: 'met', severity: 'error', message: 'the column at is there' },
    { outcome: 'violated', severity: 'error', message: 'column "city" has too many nulls' },
  ],
  warnings: [],
};

async function runWith(files: Readonly<Record<string, object>>) {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  const runId = newRunId();
  const folder = `runs/${runId}/model`;
  const entries = Object.entries(files).map(([path, value]) => ({ path, content: JSON.stringify(value) }));
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
  await cp.put(newRun(cp.now(), { runId, status: 'completed', result: { ...RESULT, artifacts } }));
  return (...args: string[]) =>
    runCommandLine(['profile', runId, ...args, '--url', `http://127.0.0.1:${port}`]);
}

describe('trainyard profile', () => {
  it('has the columns of a run, times as dates, frequent values, and what became of the expectations', async () => {
    const profile = await runWith({ 'data/profile.json': PROFILE, 'data/validation.json': VALIDATION });
    const { code, out, err } = await profile();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('4 rows, 2 columns');
    expect(out).toMatch(/^ *at +BIGINT +time +– +4 +2025-01-01 00:00 +2025-01-02 00:00$/m);
    expect(out).toMatch(/city: Vienna.* 75\.0 %, and 6 more/);
    expect(out).not.toContain('\u001B[2J');
    expect(out).toMatch(/expectations: 1 of 2 met\n +error: column "city" has too many nulls/);
    expect(JSON.parse((await profile('--json')).out)).toMatchObject({
      profile: { rows: 4 },
      validation: { passed: false },
    });
  });

  it('is of a file here, too', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-profile-'));
    await writeFile(join(folder, 'rows.csv'), 'who,city\na,Vienna\nb,Vienna\na,Graz\n');
    const { code, out } = await runCommandLine(['profile', 'rows.csv'], folder);
    expect(code).toBe(0);
    expect(out).toContain('rows.csv: 3 rows, 2 columns');
  });

  it('says what it can be of', async () => {
    const { code, err } = await runCommandLine(['profile', 'nothing.csv'], tmpdir());
    expect(code).toBe(2);
    expect(err).toContain('"nothing.csv" names no run and no file here');
  });
});
