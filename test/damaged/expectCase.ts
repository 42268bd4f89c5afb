/** What holds of every case: nothing but what it says, and nothing is left behind. */
import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingSpecInput } from '@trainyard/shared';
import { expect, it } from 'vitest';
import { readSpec } from '../../trainer-job/pipeline/readSpec.js';
import { identifier, literal } from '../../trainer-job/data/database.js';
import { ingestOutcomeSchema, ROWS_FILE } from '../../trainer-job/data/ingest/ingest.js';
import { readEntry } from '../../trainer-job/cache/entry.js';
import { prepared, userItemSpec } from '../support/data/prepared.js';
import { sql } from '../support/data/purchases.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { SECRET, type DamagedCase, type Read } from './case.js';
import { TrainerError } from '../../trainer-job/errors/trainerError.js';

/** A test for each case: it goes through ingest, validate and transform. */
export function testCases(cases: readonly DamagedCase[]): void {
  it.each([...cases])('$name', async ({ write, expected }) => {
    const folder = await temporaryFolder();
    const { uri = '', dataset, features } = await write(folder);
    const spec = userItemSpec(uri, dataset);
    const result = await trained(folder, { ...spec, features: features ?? spec.features }).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await expectNothingUnfinished(folder);
    if ('refused' in expected) {
      expectRefused('error' in result ? result.error : undefined, expected.refused, expected.says);
    } else {
      if ('error' in result) throw result.error;
      await expectRows(folder, result.value, expected);
    }
  });
}

/** As a trainer begins: with the specification in a file, which may be refused before any data are read. */
async function trained(
  folder: string,
  input: TrainingSpecInput,
): Promise<Awaited<ReturnType<typeof prepared>>> {
  const file = join(folder, 'spec.json');
  await writeFile(file, JSON.stringify(input));
  await readSpec(file);
  return prepared(folder, input);
}

function expectRefused(error: unknown, code: string, says: RegExp): void {
  if (!(error instanceof TrainerError)) expect.fail(`not refused: ${String(error)}`);
  expect(error).toMatchObject({ code, retriable: false });
  expect(error.message).toMatch(says);
  expect(error.message).not.toContain(SECRET);
  expect(error.message.length).toBeLessThan(2500);
  expect(error.remedy).not.toBe('');
}

async function expectRows(
  folder: string,
  { reports, warnings }: Awaited<ReturnType<typeof prepared>>,
  { rows, first = [], warns = /^/ }: Read,
): Promise<void> {
  expect(reports[0]?.counts['rowsKept']).toBe(rows);
  expect(warnings.join('\n')).toMatch(warns);
  if (first.length === 0) return;
  expect(await firstRows(folder, first.length)).toEqual(
    first.map((row) => expect.objectContaining(row) as unknown),
  );
}

/** The ingested rows under the names of the data. */
async function firstRows(folder: string, count: number): Promise<Record<string, unknown>[]> {
  const ingest = join(folder, 'cache', 'ingest');
  const [entry = ''] = await readdir(ingest);
  const stored = await readEntry(join(ingest, entry), ingestOutcomeSchema);
  const columns = (stored?.outcome.columns ?? []).map(
    ({ name, internal }) => `${internal} AS ${identifier(name)}`,
  );
  const rows = literal(join(ingest, entry, ROWS_FILE));
  return sql(`SELECT ${columns.join(', ')} FROM read_parquet(${rows}) ORDER BY row LIMIT ${count}`);
}

/** No output that is not whole, no work folder, no file that is still open. */
async function expectNothingUnfinished(folder: string): Promise<void> {
  const names = await readdir(join(folder, 'cache'), { recursive: true }).catch(() => []);
  expect(names.filter((name) => /unfinished|work|spill|result/.test(name))).toEqual([]);
  // Where the system tells.
  const open = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
  expect(targets.filter((target) => target.startsWith(folder))).toEqual([]);
}
