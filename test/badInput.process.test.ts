/** What a user does wrong is answered with what to change, by a real Trainyard; nothing crashes and nothing is half-written. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problemSchema, type Problem } from '@trainyard/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostHere, stackSpec, untilOver } from './support/hosts/stack.js';
import { temporaryFolder } from './support/temporaryFolder.js';

async function stack() {
  const folder = await temporaryFolder();
  return { folder, client: await hostHere(join(folder, 'data')) };
}

const good = stackSpec('/nowhere/purchases.jsonl');
const json = { 'content-type': 'application/json' };

describe('a request that cannot be carried out', () => {
  it.each<{ what: string; path?: string; body: unknown; status: number; says: RegExp; pointer?: string }>([
    {
      what: 'an unknown key',
      body: { spec: { ...good, training: { epocs: 3 } } },
      status: 400,
      says: /unknown key "epocs"/,
      pointer: '/spec/training/epocs',
    },
    {
      what: 'a value out of range',
      body: { spec: { ...good, training: { epochs: 0 } } },
      status: 400,
      says: /must be 1 or more, and is 0/,
      pointer: '/spec/training/epochs',
    },
    {
      what: 'two ids in one tower',
      body: {
        spec: {
          ...good,
          features: {
            ...good.features,
            query: [good.features.query[0], { ...good.features.query[0]!, name: 'again' }],
          },
        },
      },
      status: 400,
      says: /exactly one feature/,
      pointer: '/spec/features/query',
    },
    {
      what: 'a tier that does not exist',
      body: { spec: { ...good, compute: { tiers: ['h100'] } } },
      status: 400,
      says: /there is "local"/,
    },
    {
      what: 'a model id with a slash',
      path: '/api/models/a%2Fb/training-runs',
      body: { spec: good },
      status: 400,
      says: /1 to 63 of a-z/,
    },
    {
      what: 'a body of 2 MB',
      body: { spec: good, padding: 'x'.repeat(2_000_000) },
      status: 413,
      says: /at most 256000/,
    },
  ])('$what: a problem that names what to change', async ({ path, body, status, says, pointer }) => {
    const { client } = await stack();
    const response = await fetch(`${client.url}${path ?? '/api/models/shop/training-runs'}`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify(body),
    });
    const problem: Problem = problemSchema.parse(await response.json());
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(`${problem.detail} ${JSON.stringify(problem.errors ?? [])}`.replaceAll('\\"', '"')).toMatch(says);
    if (pointer) expect(problem.errors?.map((error) => error.pointer)).toContain(pointer);
    expect((await client.list('shop')).runs).toEqual([]);
  });

  it('is not JSON: a problem, from the first request on', async () => {
    const { client } = await stack();
    const response = await fetch(`${client.url}/api/models/shop/training-runs`, {
      method: 'POST',
      headers: json,
      body: '{"spec":',
    });
    expect(problemSchema.parse(await response.json())).toMatchObject({ status: 400, title: 'Invalid JSON' });
  });
});

describe('data that cannot be trained on', () => {
  let rows: string;
  beforeAll(() => {
    rows = Array.from({ length: 100 }, (_, i) =>
      JSON.stringify({ user: `u${i % 7}`, item: `i${i % 5}`, at: i }),
    ).join('\n');
  });

  it.each<{
    what: string;
    file: string;
    content: () => string;
    code: string;
    says: RegExp;
    /** What the cache holds afterwards: rows that could be read serve the run that names the right column. */
    cached?: number;
  }>([
    {
      what: 'a missing column',
      file: 'rows.jsonl',
      content: () => rows.replaceAll('"item"', '"itm"'),
      code: 'missing-column',
      says: /no column "item" \(did you mean "itm"\?\)/,
      cached: 1,
    },
    { what: 'an empty file', file: 'rows.jsonl', content: () => '', code: 'empty-file', says: /is empty/ },
    {
      what: 'text named .parquet',
      file: 'rows.parquet',
      content: () => rows,
      code: 'not-parquet',
      says: /PAR1/,
    },
    {
      what: 'half a line',
      file: 'rows.jsonl',
      content: () => rows.slice(0, -9),
      code: 'unreadable-source',
      says: /cannot be read as jsonl/,
    },
  ])(
    '$what: a failed run that names what to change, not tried again',
    async ({ file, content, code, says, cached = 0 }) => {
      const { folder, client } = await stack();
      await writeFile(join(folder, file), content());
      const { runId } = await client.start('shop', stackSpec(join(folder, file)));
      const run = await untilOver(client, runId);
      expect(run).toMatchObject({ status: 'failed', attempt: 1, error: { code, stage: 'ingest' } });
      expect(run.error?.message).toMatch(says);
      expect(run.error?.remedy).toBeTruthy();
      const ingested = join(folder, 'data', 'objects', 'cache', 'ingest');
      const entries = await readdir(ingested).catch(() => []);
      expect(entries).toHaveLength(cached);
      for (const entry of entries) expect(await readdir(join(ingested, entry))).toContain('outcome.json');
    },
  );
});
