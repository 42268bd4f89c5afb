/** Lists for many: with a run, and by themselves for a finished model, as processes that may be refused, stopped and killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModelDirectory } from '@trainyard/recommender/node';
import type { TrainingSpecInput } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { literal, withDatabase } from '../../trainer-job/data/database.js';
import { ended, startTrainer } from '../support/hosts/trainerProcess.js';
import { itemId, ITEMS, shopSpec, userId, writeShop } from '../support/lists/shop.js';
import { BigQueryLoads } from '../support/standIns/bigQueryLoads.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';

const CLI = fileURLToPath(new URL('../../local/bin/trainyard.js', import.meta.url));
const ENVIRONMENT = { TRAINYARD_BACKEND: 'wasm', METADATA_SERVER_DETECTION: 'none' };

/** A query a row, some of them alike, by nobody who is known, or of nobody. */
const QUERIES = [
  { user: userId(3), city: 'Graz' },
  { user: userId(4), city: '東京' },
  { user: userId(3), city: 'Graz' },
  { user: 'nobody', city: 'Łódź' },
  { user: null, city: 'Graz' },
  { user: userId(5), city: null },
];

async function writeQueries(
  folder: string,
  queries: readonly Record<string, string | null>[] = QUERIES,
): Promise<void> {
  const jsonl = queries.map((query) => `${JSON.stringify(query)}\n`).join('');
  await writeFile(join(folder, 'queries.jsonl'), jsonl);
  const rows = queries.map((query) => Object.values(query).map((value) => value ?? ''));
  const csv = [Object.keys(queries[0] ?? {}), ...rows].map((row) => `${row.join(',')}\n`).join('');
  await writeFile(join(folder, 'queries.csv'), csv);
  const [from, to] = ['queries.jsonl', 'queries.parquet'].map((name) => literal(join(folder, name)));
  await withDatabase(folder, (database) => database.run(`COPY (FROM read_json(${from})) TO ${to}`));
}

/** A folder with the shop's data and queries, and a trainer that works there. */
async function shop(outputs: NonNullable<TrainingSpecInput['outputs']>) {
  const folder = await temporaryFolder();
  const spec = shopSpec(await writeShop(folder), outputs);
  await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
  const environment = { ...ENVIRONMENT, TRAINYARD_DATA_BASE: folder };
  const trains = () =>
    startTrainer(['--spec', join(folder, 'spec.json'), '--output', join(folder, 'out')], environment);
  return { folder, model: join(folder, 'out/model'), trains };
}

/** `trainyard` as a process in the folder. */
function trainyard(folder: string, argv: readonly string[], environment = {}) {
  return ran(process.execPath, [CLI, ...argv], folder, environment);
}

function ran(program: string, argv: readonly string[], folder: string, environment: object) {
  const child = spawn(program, argv, {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...ENVIRONMENT, ...environment },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  onTestFinished(() => void child.kill('SIGKILL'));
  return once(child, 'close').then(([code]) => ({ code: code as number | null, out, err }));
}

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const read = (...path: string[]) => readFile(join(...path));
const jsonLines = async (...path: string[]) =>
  (await readFile(join(...path), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('lists for many', () => {
  it('are the same with a run and by themselves, from queries of any format', async () => {
    const where = [{ column: 'id', is: 'in' as const, values: [1, 2, 3].map(itemId) }];
    const { folder, model, trains } = await shop({
      recommendations: { k: 100, exclude: 'nothing', for: { uri: 'queries.csv' }, to: 'jsonl' },
      similarItems: { k: 2, where },
    });
    await ended(trains(), 2);
    await writeFile(join(folder, 'queries.csv'), 'city\nGraz\n');
    const nameless = trains();
    await ended(nameless, 2);
    expect(nameless.output()).toMatch(/have the columns "city", and the model asks for "user"/);
    expect(nameless.output()).not.toMatch(/^ingest/m);
    await writeQueries(folder);
    const whole = trains();
    await ended(whole, 0);
    expect(whole.output()).toMatch(
      /recommendations: 1 of 6 queries have a user that the model does not know, such as "nobody"/,
    );
    const opened = await openModelDirectory(model);
    const ofRun = await read(model, 'recommendations.jsonl');
    expect(await jsonLines(model, 'recommendations.jsonl')).toMatchObject(
      QUERIES.flatMap(({ user, city }, query) =>
        opened
          .recommend({ user, city }, { k: ITEMS })
          .map(({ item, score }, i) => ({ query: query + 1, user, rank: i + 1, item, score })),
      ),
    );
    for (const ending of ['csv', 'jsonl', 'parquet']) {
      const flags = [
        '-k',
        '100',
        '--exclude',
        'nothing',
        '--for',
        `queries.${ending}`,
        '--out',
        'recs.ndjson',
      ];
      const { code, out } = await trainyard(folder, ['recommend', 'out', ...flags]);
      expect(out).toMatch(/recs\.ndjson: 180 rows, lists of up to 100 for 6 queries by \w+, in/);
      expect(code).toBe(0);
      expect((await read(folder, 'recs.ndjson')).equals(ofRun)).toBe(true);
    }
    const asked = ['-k', '2', '--where', JSON.stringify(where[0]), '--out', 'similar.parquet'];
    expect(await trainyard(folder, ['similar', 'out', ...asked])).toMatchObject({ code: 0, err: '' });
    expect(await read(folder, 'similar.parquet')).toEqual(await read(model, 'similar_items.parquet'));
    expect((await readdir(folder)).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
    await expectQueriesAsTheyAre(folder, opened);
    await expectRefusals(folder);
    await expectFullDisk(folder);
    await expectTable(folder);
  });

  it('go on where a process was killed, with a run and by themselves, to the same bytes', async () => {
    const { folder, model, trains } = await shop({
      recommendations: { for: { uri: 'queries.jsonl' }, exclude: 'nothing', to: 'jsonl' },
    });
    const many = Array.from({ length: 40_000 }, (_, i) => ({ user: userId(i % 50), city: 'Graz' }));
    await writeQueries(folder, many);
    const first = trains();
    const ofRun = join(folder, 'out/lists/recommendations.jsonl');
    await until('a block of the run', () => isThere(join(ofRun, 'block-00000000.jsonl')), 60_000);
    first.child.kill('SIGKILL');
    await first.exit;
    expect(await isThere(model)).toBe(false);
    const second = trains();
    await ended(second, 0);
    expect(second.output()).toMatch(
      /recommendations: 800000 rows for 40000 lists in .*, \d+ of them by an attempt before/,
    );
    const asked = [
      '--recommend',
      model,
      '--for',
      'queries.parquet',
      '--exclude',
      'nothing',
      '--out',
      'recs.jsonl',
    ];
    const flags = asked.map((text) => (/^(queries|recs)\./.test(text) ? join(folder, text) : text));
    const stopped = startTrainer(flags, ENVIRONMENT);
    const block = join(folder, 'recs.jsonl.unfinished/blocks/block-00000000.jsonl');
    await until('a block', () => isThere(block), 60_000);
    stopped.child.kill('SIGTERM');
    await ended(stopped, 143);
    expect(stopped.output()).toContain('The same command goes on from there.');
    expect(await isThere(join(folder, 'recs.jsonl'))).toBe(false);
    // What the command line has started does not outlive it.
    const cli = spawn(process.execPath, [CLI, 'recommend', 'out', ...asked.slice(2)], {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...ENVIRONMENT },
      stdio: 'ignore',
    });
    const owner = join(folder, 'recs.jsonl.unfinished/owner.json');
    await until('somebody makes the lists', () => isThere(owner), 60_000);
    cli.kill('SIGKILL');
    await until('nobody makes the lists', async () => !(await isThere(owner)), 60_000);
    expect(await isThere(join(folder, 'recs.jsonl'))).toBe(false);
    const resumed = startTrainer(flags, ENVIRONMENT);
    await ended(resumed, 0);
    expect(resumed.output()).toMatch(/recs\.jsonl: 800,000 rows, .* of them by an earlier process/);
    expect((await read(folder, 'recs.jsonl')).equals(await read(model, 'recommendations.jsonl'))).toBe(true);
    expect(await isThere(join(folder, 'recs.jsonl.unfinished'))).toBe(false);
  });
});

type Opened = Awaited<ReturnType<typeof openModelDirectory>>;

/** What a file has beyond what the tower reads, or lacks of it, is said. */
async function expectQueriesAsTheyAre(folder: string, opened: Opened) {
  await writeFile(join(folder, 'ids.csv'), `extra,user\n1,${userId(7)}\n2,${userId(0)}\n3,nobody\n`);
  const argv = ['recommend', 'out', '--for', 'ids.csv', '--out', 'ids.jsonl', '-k', '3'];
  const { code, out } = await trainyard(folder, argv);
  expect(code).toBe(0);
  expect(out).toMatch(/note: the query tower does not read extra: left aside/);
  expect(out).toMatch(/note: the queries have no city: users whom the model knows have the values/);
  // The second one has all items.
  expect(await jsonLines(folder, 'ids.jsonl')).toMatchObject(
    [userId(7), 'nobody'].flatMap((user) =>
      opened.recommend({ user }, { k: 3, exclude: 'seen' }).map(({ item, score }) => ({ user, item, score })),
    ),
  );
}

async function expectRefusals(folder: string) {
  const at = (name: string) => join(folder, name);
  const cases: [string[], RegExp][] = [
    [['--for', at('missing.csv')], /--for: nothing is found at .*missing\.csv\n {2}to do: correct --for/],
    [['--where', 'price<0'], /no item meets --where, so that all lists would be empty/],
    [['--out', at('out')], /--out is .*out, which is a folder/],
    [
      ['--out', at('spec.json/recs.parquet')],
      /nothing can be written in .*spec\.json[^]*to do: name a place in a folder: a part of this path is a file/,
    ],
    [['--for', at('out')], /to do: name a file that ends in \.csv/],
  ];
  const before = await readdir(folder);
  await Promise.all(
    cases.map(async ([flags, message], i) => {
      const out = flags.includes('--out') ? [] : ['--out', at(`no-${i}.parquet`)];
      const argv = ['--recommend', at('out/model'), ...out, ...flags];
      const refused = startTrainer(argv, ENVIRONMENT);
      await ended(refused, 2);
      expect(refused.output()).toMatch(message);
    }),
  );
  expect(await readdir(folder)).toEqual(before);
}

/** Of a file that may grow no more, the room that it has taken is given back, and where and what to do is said. */
async function expectFullDisk(folder: string) {
  const before = await readdir(folder);
  const script = `ulimit -f 3; exec "${process.execPath}" "${CLI}" recommend out -k 100 --out full.jsonl`;
  const { code, err } = await ran('sh', ['-c', script], folder, {});
  expect(code).not.toBe(0);
  expect(err).toMatch(
    /^\S+full\.jsonl cannot be written: .*file too large.*\n {2}to do: make room there, or name another place/im,
  );
  expect((await readdir(folder)).filter((name) => !before.includes(name))).toEqual(
    err.includes('is kept in') ? ['full.jsonl.unfinished'] : [],
  );
  await rm(join(folder, 'full.jsonl.unfinished'), { recursive: true, force: true });
}

/** A table that refuses costs the load alone. */
async function expectTable(folder: string) {
  const loads = new BigQueryLoads();
  await loads.start();
  onTestFinished(() => loads.stop());
  loads.fate = () => ({
    status: 403,
    reason: 'accessDenied',
    message: 'no bigquery.tables.updateData there',
  });
  const argv = ['recommend', 'out', '--out', 'bq://demo-project.shop.recs?location=EU', '-k', '4'];
  const load = () => trainyard(folder, argv, { BIGQUERY_EMULATOR_HOST: loads.endpoint });
  const refused = await load();
  expect(refused.code).toBe(2);
  expect(refused.out).toMatch(
    /^note: 1 of 40 lists have fewer than 4 items \(0\): .*, and what a user has is left out\n$/,
  );
  expect(refused.err).toMatch(
    /^the rows are not in bq:\/\/demo-project\.shop\.recs: BigQuery does not let the trainer write there: no bigquery\.tables\.updateData/,
  );
  expect(refused.err).toMatch(
    /the lists are kept in .*demo-project\.shop\.recs\.unfinished, and the same command/,
  );
  loads.fate = () => undefined;
  const done = await load();
  expect(done).toMatchObject({ code: 0, err: '' });
  expect(done.out).toMatch(
    /^bq:\/\/demo-project\.shop\.recs: 156 rows, lists of up to 4 for 40 queries .*, 40 of them by/m,
  );
  const [job] = [...loads.jobs.values()];
  expect(job).toMatchObject({ location: 'EU', configuration: { destinationTable: { tableId: 'recs' } } });
  await trainyard(folder, ['recommend', 'out', '-k', '4', '--out', 'same.parquet']);
  expect(job?.content.equals(await read(folder, 'same.parquet'))).toBe(true);
  expect((await readdir(folder)).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
}

describe('what the command line says of data', () => {
  it('has none of its control characters, which are no business of the terminal', async () => {
    const { code, err } = await trainyard(await temporaryFolder(), ['shop\u001B[2J\u0007']);
    expect(code).toBe(2);
    expect(err).toMatch(/^there is no command "shop \[2J "/);
  });
});
