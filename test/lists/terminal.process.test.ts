/** What a model of a host recommends, at the terminal, and the tables that its run makes. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openModelDirectory, type RecommenderModel } from '@trainyard/recommender/node';
import { modelFolderOf } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { literal, withDatabase } from '../../trainer-job/data/database.js';
import { hostHere, TRAINER_ENVIRONMENT, untilOver } from '../support/hosts/stack.js';
import { TRAINER } from '../support/hosts/trainerProcess.js';
import { itemId, ITEMS, priceOf, shopSpec, userId, USERS, writeShop } from '../support/lists/shop.js';
import { runCommandLine } from '../support/runCommandLine.js';
import { BigQueryLoads } from '../support/standIns/bigQueryLoads.js';
import { StorageStandIn } from '../support/standIns/storageStandIn.js';
import { temporaryFolder } from '../support/temporaryFolder.js';

/** A host with the model `shop`, and the command line beside it. */
async function world() {
  const folder = await temporaryFolder();
  const loads = new BigQueryLoads();
  await loads.start();
  onTestFinished(() => loads.stop());
  const client = await hostHere(folder, [process.execPath, TRAINER], {
    ...TRAINER_ENVIRONMENT,
    BIGQUERY_EMULATOR_HOST: loads.endpoint,
  });
  const spec = shopSpec(await writeShop(folder), {
    recommendations: {
      k: 50,
      where: [{ column: 'price', is: 'less', value: 20 }],
      to: { bigquery: { table: 'demo-project.shop.recs', location: 'EU' } },
    },
    similarItems: { k: 3, to: 'jsonl' },
  });
  const { result, status, error } = await untilOver(client, (await client.start('shop', spec)).runId);
  expect({ status, error }).toEqual({ status: 'completed', error: null });
  const model = fileURLToPath(modelFolderOf(result?.artifacts ?? {}) ?? '');
  const run = (argv: readonly string[], environment = {}) =>
    runCommandLine([...argv, '--url', client.url], folder, environment);
  return { folder, loads, model, opened: await openModelDirectory(model), run };
}

/** The lines of a table, each as its cells. */
const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/\s{2,}/).map((cell) => cell.trim()));

const jsonOf = (text: string) => JSON.parse(text) as Record<string, unknown>;
type Listed = { item: string; score: number }[];
const itemsOf = (list: unknown) => (list as Listed).map(({ item }) => item);

describe('a model of a host', () => {
  it('recommends, at the terminal and in the tables of its run', { timeout: 120_000 }, async () => {
    const { folder, loads, model, opened, run } = await world();
    await expectTables(folder, loads, model, opened);
    await expectOneUser(opened, run);
    await expectSomebodyNew(opened, run);
    await expectSimilar(opened, run);
    await expectRefusals(run);
    await expectBucket(model, run);
    await expectUnchecked(model, join(folder, 'copy'), run);
  });
});

/** A copy without its manifest opens as a folder of before, and says so. */
async function expectUnchecked(model: string, copy: string, run: Run) {
  const told = `note: ${copy} has no manifest.json: nothing says whether its files are whole and of one run`;
  const one = (folder: string) => run(['similar', folder, itemId(1)]);
  expect((await one(model)).err).not.toContain('manifest.json');
  await cp(model, copy, { recursive: true });
  await rm(join(copy, 'manifest.json'));
  const { code, err } = await one(copy);
  expect([code, err]).toEqual([0, expect.stringContaining(told)]);
}

type Run = Awaited<ReturnType<typeof world>>['run'];

async function expectTables(folder: string, loads: BigQueryLoads, model: string, opened: RecommenderModel) {
  const [job] = [...loads.jobs.values()];
  expect(job).toMatchObject({ location: 'EU', configuration: { sourceFormat: 'PARQUET' } });
  const file = join(model, 'recommendations.parquet');
  expect(job?.content).toEqual(await readFile(file));
  const rows = await withDatabase(folder, (database) =>
    database.rows(`SELECT "user", rank, item, score FROM read_parquet(${literal(file)})`),
  );
  const cheap = (item: string) => priceOf(Number(item.slice(1))) < 20;
  const wanted = opened.users.flatMap((user) =>
    opened
      .recommend({ user }, { k: 50, exclude: 'seen', where: cheap })
      .map(({ item, score }, i) => ({ user, rank: i + 1, item, score })),
  );
  expect(new Set(opened.users)).toEqual(new Set(Array.from({ length: USERS }, (_, i) => userId(i))));
  // The first user has everything, and so no row.
  expect(wanted.some(({ user }) => user === userId(0))).toBe(false);
  expect(rows).toEqual(wanted);
  const similar = (await readFile(join(model, 'similar_items.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(similar.map(jsonOf)).toMatchObject(
    opened.items.flatMap((item) =>
      opened
        .similar(item, { k: 3 })
        .map((found, i) => ({ item, rank: i + 1, similar_item: found.item, score: found.score })),
    ),
  );
}

async function expectOneUser(opened: RecommenderModel, run: Run) {
  const user = userId(7);
  const list = opened.recommend({ user }, { k: 4, exclude: 'seen' });
  const seen = opened.seenBy({ user });
  const shown = await run(['recommend', 'shop', '--user', user, '-k', '4']);
  expect(shown).toMatchObject({ code: 0, err: '' });
  const [head, ...lines] = cellsOf(shown.out);
  expect(head).toEqual(['#', 'item', 'price', 'score', `| had, of ${seen.length}, not by time`]);
  expect(lines).toEqual(
    list.map(({ item, score }, i) => {
      const had = seen[i];
      const beside = had === undefined ? '|' : `| ${had}`;
      return [String(i + 1), item, String(priceOf(Number(item.slice(1)))), score.toFixed(4), beside];
    }),
  );
  const asJson = await run(['recommend', 'shop@1', '--user', user, '-k', '4', '--json']);
  expect(jsonOf(asJson.out)).toEqual({
    user,
    query: { user, city: 'Łódź' },
    recommendations: list.map(({ item, score }) => ({
      item,
      score,
      attributes: { price: priceOf(Number(item.slice(1))) },
    })),
    seen,
    seenOrder: 'data',
  });
  const all = await run(['recommend', 'shop#1', '--user', userId(0), '--json']);
  expect(jsonOf(all.out)['recommendations']).toEqual([]);
  const nothing = await run(['recommend', 'shop', '--user', userId(0)]);
  expect(nothing.err).toBe(
    `nothing is left to recommend: the user has all ${ITEMS} items; --exclude nothing recommends them again`,
  );
  const again = await run([
    'recommend',
    'shop',
    '--user',
    userId(0),
    '--exclude',
    'nothing',
    '-k',
    '99',
    '--json',
  ]);
  expect(itemsOf(jsonOf(again.out)['recommendations'])).toHaveLength(ITEMS);
  const filtered = await run([
    'recommend',
    'shop',
    '--user',
    user,
    '-k',
    '99',
    '--json',
    '--where',
    'price>=25.5',
  ]);
  expect(itemsOf(jsonOf(filtered.out)['recommendations'])).toEqual(
    itemsOf(opened.recommend({ user }, { k: 99, exclude: 'seen', where: { price: { from: 25.5 } } })),
  );
}

async function expectSomebodyNew(opened: RecommenderModel, run: Run) {
  const stranger = await run(['recommend', 'shop', '--user', 'nobody', '--json']);
  expect(stranger.err).toBe(
    `the model does not know the user "nobody": this is the list of somebody who is new (users are known by user, such as ${opened.users[0]})\ncity counts as missing`,
  );
  expect(jsonOf(stranger.out)).toMatchObject({ recommendations: opened.recommend({}), seen: [] });
  const city = '東京';
  const byCity = await run(['recommend', 'shop', '--query', `city=${city}`, '--json']);
  expect(byCity.err).toBe('user counts as missing');
  expect(jsonOf(byCity.out)).toMatchObject({ user: null, recommendations: opened.recommend({ city }) });
  expect((await run(['recommend', 'shop', '--query', JSON.stringify({ city }), '--json'])).out).toBe(
    byCity.out,
  );
  const unread = await run(['recommend', 'shop', '--query', 'city=Gratz', '--json']);
  expect(unread.err).toBe(
    'user counts as missing\nthe value "Gratz" of city counts as a missing one does: training has not seen it, or the model does not tell the two apart',
  );
  expect(jsonOf(unread.out)).toMatchObject({ recommendations: opened.recommend({ city: null }) });
  const moved = await run(['recommend', 'shop', '--user', userId(7), '--query', `city=${city}`, '--json']);
  expect(jsonOf(moved.out)['recommendations']).toMatchObject(
    opened.recommend({ user: userId(7), city }, { exclude: 'seen' }),
  );
}

async function expectSimilar(opened: RecommenderModel, run: Run) {
  const shown = await run(['similar', 'shop', itemId(7), '-k', '3']);
  const [title, head, ...lines] = cellsOf(shown.out);
  expect([title, head]).toEqual([[`most like ${itemId(7)} (price 7.5):`], ['#', 'item', 'price', 'score']]);
  expect(lines.map(([, item]) => item)).toEqual(itemsOf(opened.similar(itemId(7), { k: 3 })));
  const filtered = await run([
    'similar',
    'shop',
    itemId(7),
    '--json',
    '--where',
    'id>=ü3',
    '--where',
    'index<20',
  ]);
  const list = itemsOf(jsonOf(filtered.out)['similar']);
  expect(list).toEqual(
    itemsOf(
      opened.similar(itemId(7), { k: 10, where: (item) => item >= 'ü3' && opened.items.indexOf(item) < 20 }),
    ),
  );
}

async function expectRefusals(run: Run) {
  const cases: [string[], RegExp][] = [
    [['recommend', 'shop'], /give either --user ID or --query VALUES, whose list is shown, or --out FILE/],
    [['recommend', 'shop', '--user', 'a', '--out', 'x.jsonl'], /give either --user ID/],
    [['recommend', 'shop', '--user', 'a', '--user', 'b'], /^--user is given 2 times, as "a" and "b"/],
    [['recommend', 'purchases.jsonl', '--user', 'a'], /^purchases\.jsonl is a file, and a model is a folder/],
    [['recommend', 'shop', '--user', 'a', '--for', 'x.csv'], /--for goes with --out FILE/],
    [
      ['recommend', 'shop', '--user', 'a', '-k', '0'],
      /--k is "0"; allowed is a whole number from 1 to 10000/,
    ],
    [
      ['recommend', 'shop', '--query', 'town=Graz'],
      /^"town" was given, and the query tower reads "user", "city"/,
    ],
    [['recommend', 'shop', '--query', 'Graz'], /--query is "Graz"; write values by column, as in --query/],
    [['recommend', 'shop', '--query', 'city=a', '--query', 'city=b'], /"city" is given twice/],
    [['recommend', 'shop', '--query', 'user=a', '--user', 'b'], /both say the user/],
    [
      ['recommend', 'shop', '--user', 'a', '--where', 'cost<2'],
      /"cost", and items have "id", "index", "price"/,
    ],
    [
      ['recommend', 'shop', '--user', 'a', '--where', 'train_count>2'],
      /items\.parquet alone has: give --out/,
    ],
    [
      ['recommend', 'shop', '--user', 'a', '--where', 'price<dear'],
      /with "dear"; the column is of type DOUBLE/,
    ],
    [['similar', 'shop', itemId(1), '--where', 'price<0'], /none of the 30 items meets --where/],
    [['similar', 'shop', 'ü99'], /"ü99" is none of the 30 items that the model knows/],
    [['similar', 'shop'], /give either an ITEM, whose list is shown, or --out FILE/],
    [['recommend', 'gs://shop-bucket', '--user', 'a'], /is no folder of a bucket: write it as in gs:/],
  ];
  for (const [argv, message] of cases) {
    const { code, out, err } = await run(argv);
    expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' });
    expect(err).toMatch(message);
  }
  expect(await run(['recommend', 'shop@9', '--user', 'a'])).toMatchObject({ code: 1 });
}

async function expectBucket(model: string, run: Run) {
  const storage = new StorageStandIn();
  await storage.start();
  onTestFinished(() => storage.stop());
  for (const file of await readdir(model, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    storage.put('shop-bucket', `runs/7/model/${path.slice(model.length + 1)}`, await readFile(path));
  }
  const environment = { STORAGE_EMULATOR_HOST: storage.endpoint };
  const uri = 'gs://shop-bucket/runs/7/model';
  const asked = ['--user', userId(7), '--json', '--where', 'price<20'];
  const there = await run(['recommend', uri, ...asked], environment);
  expect(there).toMatchObject({ code: 0, err: '' });
  expect(there.out).toBe((await run(['recommend', 'shop', ...asked])).out);
  const none = await run(['similar', 'gs://shop-bucket/runs/8/model', itemId(1)], environment);
  expect(none).toMatchObject({ code: 1, out: '' });
  expect(none.err).toMatch(/transform\/transform\.json cannot be read/);
}
