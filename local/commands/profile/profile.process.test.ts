/** The profile of data in a terminal; that of a file is made by the trainer. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { testControlPlane } from '../../../test/support/controlPlane.js';
import { completeWithData, failWithData } from '../../../test/support/data/report.js';
import { serveFunction } from '../../../test/support/functionClient.js';
import { newRun } from '../../../test/support/newRun.js';
import { runCommandLine } from '../../../test/support/runCommandLine.js';

async function ofRun(end = completeWithData) {
  const cp = await testControlPlane();
  const { port } = await serveFunction('api');
  const run = newRun(cp.now(), { runId: newRunId() });
  await end(cp, run);
  return (...args: string[]) =>
    runCommandLine(['profile', run.runId, ...args, '--url', `http://127.0.0.1:${port}`]);
}

describe('trainyard profile', () => {
  it('has the columns of a run, times as dates, frequent values, and what became of the expectations and of drift', async () => {
    const profile = await ofRun();
    const { code, out, err } = await profile();
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('4 rows, 3 columns');
    expect(out).toContain('4 rows, 3 users');
    expect(out).toMatch(/^ *at +BIGINT +time +– +4 +2025-01-01 00:00 +2025-01-02 00:00$/m);
    expect(out).toMatch(/city: <b>Vienna.* 75\.0 %, and 6 more/);
    expect(out).not.toContain('\u001B[2J');
    expect(out).toMatch(/expectations: 1 of 2 met\n +error: column "city" has values that are not allowed/);
    expect(out).toMatch(/^ +at +0.31 +0.2 +0.4 +0.001 +another population$/m);
    expect(out).toContain('column "city" is new');
    expect(JSON.parse((await profile('--json')).out)).toMatchObject({
      profile: { rows: 4 },
      schema: { columns: [{ name: 'user' }, { name: 'city', domain: ['Berlin', 'Vienna'] }, { name: 'at' }] },
      validation: { passed: false, drift: [{ column: 'city' }, { column: 'at' }] },
    });
  });

  it('is of a run that its data have ended, too', async () => {
    const { code, out } = await (await ofRun(failWithData))();
    expect(code).toBe(0);
    expect(out).toContain('expectations: 1 of 2 met');
    const goingOn = await (await ofRun(async (cp, run) => cp.put({ ...run, status: 'running' })))();
    expect(goingOn.err).toContain('is running: the profile of its data can be read once it has ended');
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
