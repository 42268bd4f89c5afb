/** The lines of `docs/how-to/tables.md`, as they stand there, on the tables of a small model. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BigQuery } from '@google-cloud/bigquery';
import { Storage } from '@google-cloud/storage';
import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import { trainingSpecSchema } from '@trainyard/shared';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { literal, withDatabase } from '../../trainer-job/data/database.js';
import { writeTables } from '../../trainer-job/export/tables/writeTables.js';
import { catalogue } from '../../trainer-job/model/catalogue.js';
import { TwoTowerModel } from '../../trainer-job/model/twoTowerModel.js';
import { prepared, userItemSpec, writeLines } from '../support/data/prepared.js';
import { BigQueryLoads } from '../support/standIns/bigQueryLoads.js';
import { useWasm } from '../support/training/backend.js';
import { readPage } from './markdown.js';

const PYTHON = process.env['PYTHON'];
if (!PYTHON)
  console.warn('lines for pandas and FAISS are skipped: PYTHON names no interpreter that has them');

/** The only block of code below a heading of the page. */
function lineOf(heading: string): string {
  const [, section = ''] = readPage('docs/how-to/tables.md').split(`\n## ${heading}\n`);
  const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/^```\w+\n([^]*?)\n```$/gm)];
  expect(blocks).toHaveLength(1);
  return blocks[0]?.[1] ?? '';
}

/** How many training rows the items have. */
const COUNTS = Array.from({ length: 12 }, (_, i) => 13 - i);
/** The rows for validation and test come last. */
const ROWS = [
  ...COUNTS.flatMap((count, i) =>
    Array.from({ length: count }, (_, n) => ({ user: `u${n}`, item: `i${i}` })),
  ),
  ...Array.from({ length: 24 }, (_, n) => ({ user: `u${n % 12}`, item: 'i0' })),
].map((row, at) => ({ ...row, at }));
const LATER = 24;

/** Fills the folder in which the lines are run: it has the model's as `model`. Gives the vectors of the items, [items, width]. */
async function writeModel(folder: string): Promise<{ width: number; vectors: Float32Array }> {
  const lines = ROWS.map((row) => JSON.stringify(row));
  const uri = await writeLines(folder, 'rows.jsonl', lines);
  const train = (ROWS.length - LATER) / ROWS.length;
  const split = {
    strategy: 'time' as const,
    column: 'at',
    train,
    validation: 0.5 * (1 - train),
    test: 0.5 * (1 - train),
  };
  const input = userItemSpec(uri, { split });
  const { data, encodedFolder, outputs } = await prepared(folder, input);
  const model = new TwoTowerModel(data, trainingSpecSchema.parse(input));
  const vectors = model.embed('candidate', catalogue(data.candidate.entities));
  await mkdir(join(folder, 'model'));
  await writeTables({
    model,
    data,
    transform: await openTransform(readDirectory(encodedFolder)),
    itemVectors: vectors,
    withRows: outputs.of('transform').withRows,
    folder: join(folder, 'model'),
    between: async () => {},
  });
  return { width: model.width, vectors };
}

/** For each vector, the position of that with the largest inner product. */
function bestOf({ width, vectors }: { width: number; vectors: Float32Array }): number[] {
  const rows = Array.from({ length: vectors.length / width }, (_, i) =>
    Array.from(vectors.subarray(i * width, (i + 1) * width)),
  );
  const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  return rows.map((row) => {
    const products = rows.map((other) => product(row, other));
    return products.indexOf(Math.max(...products));
  });
}

describe('the how-to of the tables', () => {
  let folder: string;
  let written: Awaited<ReturnType<typeof writeModel>>;
  beforeAll(async () => {
    await useWasm();
    folder = await mkdtemp(join(tmpdir(), 'trainyard-tables-'));
    written = await writeModel(folder);
    await mkdir(join(folder, 'duckdb'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a program of Python prints, as JSON, after the lines of the page. */
  async function inPython(lines: string, expression: string): Promise<unknown> {
    const program = `${lines}\nimport json; print(json.dumps(${expression}))`;
    const { stdout } = await promisify(execFile)(PYTHON ?? '', ['-c', program], { cwd: folder });
    return JSON.parse(stdout);
  }

  it('reads them in DuckDB', async () => {
    const line = lineOf('DuckDB');
    const rows = await withDatabase(join(folder, 'duckdb'), async (database) => {
      await database.run(`SET file_search_path = ${literal(folder)}`);
      return database.rows(line.replace(/;$/, ''));
    });
    // Ten of the twelve, the most frequent first.
    expect(rows).toEqual(Array.from({ length: 10 }, (_, i) => ({ id: `i${i}`, train_count: 13 - i })));
  });

  it.skipIf(!PYTHON)('reads them in pandas', async () => {
    const found = await inPython(
      lineOf('pandas'),
      '[len(items), list(items.columns), dict(zip(items.id, map(int, items.train_count)))]',
    );
    expect(found).toEqual([
      12,
      ['id', 'index', 'train_count', 'vector'],
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`i${i}`, 13 - i])),
    ]);
  });

  it.skipIf(!PYTHON)('searches them with FAISS', async () => {
    const found = await inPython(
      lineOf('FAISS'),
      '[index.ntotal, index.search(vectors, 1)[1][:, 0].tolist()]',
    );
    expect(found).toEqual([12, bestOf(written)]);
  });

  it('loads them into BigQuery', async () => {
    const words = lineOf('BigQuery').split(' ');
    const flags = words.filter((word) => word.startsWith('--'));
    expect(flags).toEqual(['--source_format=PARQUET', '--parquet_enable_list_inference']);
    const [program, command, table = '', uri = ''] = words.filter((word) => !word.startsWith('--'));
    expect([program, command]).toEqual(['bq', 'load']);
    const loads = new BigQueryLoads();
    await loads.start();
    onTestFinished(() => loads.stop());
    const content = await readFile(join(folder, 'model/items.parquet'));
    loads.objects.set(uri, content);
    const [dataset = '', name = ''] = table.split('.');
    const [, bucket = '', path = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    const client = new BigQuery({ projectId: 'demo-project', apiEndpoint: loads.endpoint, autoRetry: false });
    await client
      .dataset(dataset)
      .table(name)
      .createLoadJob(new Storage().bucket(bucket).file(path), {
        jobId: 'job-1',
        sourceFormat: 'PARQUET',
        parquetOptions: { enableListInference: true },
      });
    expect(loads.jobs.get('job-1')).toMatchObject({
      configuration: {
        sourceUris: [uri],
        sourceFormat: 'PARQUET',
        parquetOptions: { enableListInference: true },
        destinationTable: { datasetId: 'shop', tableId: 'items' },
      },
      content,
    });
  });
});
