/** The recommender as others get it: packed, installed into an empty project without a network, and run there. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { loadUsearch } from '@trainyard/recommender/approximate/usearch';
import { hasChromium, openChromium, WITHOUT_CHROMIUM } from '../test/support/chromium.js';
import { writeRecommenderPackage } from './recommenderPackage.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const GOLDEN = join(ROOT, 'recommender/golden/trainer-0.1.0-tower-2/hybrid');
const run = promisify(execFile);
/** The project's npm goes without the settings and the cache of whoever runs the tests. */
const npm = (folder: string, ...args: string[]) =>
  run('npm', [...args, '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder });

const QUERY = `{ user: 3, city: 'c1', at: '2023-11-20T10:00:00Z', flag: true }`;
const ON_NODE = `
  import { Worker, isMainThread, parentPort } from 'node:worker_threads';
  import { open, RecommenderError } from '@trainyard/recommender';
  const model = await open(process.env.MODEL);
  const best = model.recommend(${QUERY}, { k: 5 });
  let code;
  try { model.recommend({ usr: 1 }); } catch (error) { if (error instanceof RecommenderError) code = error.code; }
  if (isMainThread) {
    const worker = new Worker(new URL(import.meta.url));
    worker.once('message', (inWorker) => console.log(JSON.stringify({ best, code, inWorker })));
  } else parentPort.postMessage(best);
`;
const TYPED = `
  import { open, type RecommenderModel, type Recommendation } from '@trainyard/recommender';
  import { open as openInPage } from '@trainyard/recommender/standalone';
  import { hnsw } from '@trainyard/recommender/hnsw';
  const model: RecommenderModel = await open('model', { index: hnsw });
  const best: Recommendation[] = model.recommend({ user: 3n }, { k: 5, exclude: 'seen', where: { city: ['a', null] }, explain: true });
  const texts: readonly string[] = (await openInPage('https://example.com/')).items;
  // @ts-expect-error -- k is a number.
  model.recommend({}, { k: '5' });
  export { best, texts };
`;
/** Writes a graph into the folder of a model, and asks it. */
const BY_GRAPH = `
  import { writeFile } from 'node:fs/promises';
  import usearch from 'usearch';
  import { open } from '@trainyard/recommender';
  import { hnsw } from '@trainyard/recommender/hnsw';
  const { items: { length: items }, width } = await open(process.env.MODEL);
  const shape = { connectivity: 16, expansion_add: 128, expansion_search: 64 };
  const graph = new usearch.Index({ dimensions: width + 1, metric: 'l2sq', quantization: 'f16', ...shape });
  const points = Float32Array.from({ length: items * (width + 1) }, (_, i) => Math.sin(i));
  graph.add(BigUint64Array.from({ length: items }, (_, i) => BigInt(i)), points, 1);
  graph.save(process.env.MODEL + '/item_index.usearch');
  await writeFile(process.env.MODEL + '/item_index.json', JSON.stringify({
    schemaVersion: 1, type: 'hnsw', library: { name: 'usearch', version: '2.25.3' }, items, width,
    connectivity: 16, expansionAdd: 128, expansionSearch: 64, recall: null, buildSeconds: 0,
  }));
  const model = await open(process.env.MODEL, { index: hnsw });
  console.log(JSON.stringify(model.recommend(${QUERY}, { k: 5 })));
`;
const IN_BROWSER = `
  import { open } from '/standalone.js';
  const model = await open('/model/');
  const best = model.recommend(${QUERY}, { k: 5 });
`;

/** There is no build of it for each system. */
const withoutGraphs = await loadUsearch().then(
  () => '',
  (error: Error) => error.message,
);

describe('the package of the recommender', () => {
  let folder: string;
  let project: string;
  let expected: unknown;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trainyard-package-'));
    await writeRecommenderPackage(join(folder, 'package'));
    project = join(folder, 'project');
    await mkdir(project);
    await writeFile(join(project, 'package.json'), '{ "name": "empty", "type": "module", "private": true }');
    const packed = await Promise.all(
      [join(folder, 'package'), join(ROOT, 'node_modules/zod')].map(async (source) => {
        const { stdout } = await npm(project, 'pack', source, '--silent');
        return `./${stdout.trim()}`;
      }),
    );
    await npm(project, 'install', ...packed);
    const answers = JSON.parse(await readFile(join(GOLDEN, 'answers.json'), 'utf8')) as {
      recommended: { item: string; score: number }[];
    }[];
    expected = answers[0]!.recommended.map(({ item, score }) => ({
      item,
      score: expect.closeTo(score, 5) as number,
    }));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('answers on Node, and in a worker of Node, from the path of a folder', async () => {
    await writeFile(join(project, 'main.js'), ON_NODE);
    const env = { ...process.env, MODEL: GOLDEN };
    const { stdout } = await run(process.execPath, ['main.js'], { cwd: project, env });
    expect(JSON.parse(stdout)).toEqual({ best: expected, code: 'unknown-column', inWorker: expected });
  });

  it('says that the graph of items needs a package that is not there, and is none of its own', async () => {
    const code = `
      import { open } from '@trainyard/recommender';
      import { hnsw } from '@trainyard/recommender/hnsw';
      await open(process.env.MODEL, { index: hnsw }).catch((error) => console.log(error.code));`;
    await writeFile(join(project, 'graph.js'), code);
    const env = { ...process.env, MODEL: GOLDEN };
    const { stdout } = await run(process.execPath, ['graph.js'], { cwd: project, env });
    expect(stdout.trim()).toBe('not-of-this-model');
    const installed = await readFile(join(project, 'package-lock.json'), 'utf8');
    expect(installed).not.toContain('node_modules/usearch');
  });

  it.skipIf(withoutGraphs)(
    `finds items by a graph with the package that the project has installed${withoutGraphs && ` (skipped: ${withoutGraphs})`}`,
    async () => {
      const model = join(folder, 'with graph');
      await cp(GOLDEN, model, { recursive: true });
      const other = join(folder, 'graphs');
      await cp(project, other, { recursive: true });
      await symlink(join(ROOT, 'node_modules/usearch'), join(other, 'node_modules/usearch'), 'junction');
      await writeFile(join(other, 'graph.js'), BY_GRAPH);
      const env = { ...process.env, MODEL: model };
      const { stdout } = await run(process.execPath, ['graph.js'], { cwd: other, env });
      expect(JSON.parse(stdout)).toEqual(expected);
    },
  );

  it('has types that a strict project takes, those of what it is made of included', async () => {
    await writeFile(join(project, 'typed.ts'), TYPED);
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const options = '--noEmit --strict --target es2023 --module nodenext --lib es2023,dom typed.ts'.split(
      ' ',
    );
    await expect(run(process.execPath, [compiler, ...options], { cwd: project })).resolves.toMatchObject({
      stdout: '',
    });
  });

  it.skipIf(!hasChromium)(
    `answers in a page and in its worker, from an address (${WITHOUT_CHROMIUM})`,
    async () => {
      const standalone = join(project, 'node_modules/@trainyard/recommender/dist/standalone.js');
      const address = await serve({
        '/': ['text/html', '<title>page</title>'],
        '/worker.js': ['text/javascript', `${IN_BROWSER}\npostMessage(best);`],
        '/page.js': ['text/javascript', `${IN_BROWSER}\nexport { best };`],
        '/standalone.js': ['text/javascript', await readFile(standalone, 'utf8')],
      });
      const browser = await openChromium();
      onTestFinished(() => browser.close());
      const page = await browser.newPage();
      await page.goto(address);
      const answers = await page.evaluate(`(async () => {
        const worker = new Worker('/worker.js', { type: 'module' });
        const inWorker = new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => reject(new Error(message));
        });
        const { best } = await import('/page.js');
        return { best, inWorker: await inWorker };
      })()`);
      expect(answers).toEqual({ best: expected, inWorker: expected });
    },
  );
});

/** Serves texts by path, and the golden model below `/model/`; returns the address. */
async function serve(
  texts: Readonly<Record<string, readonly [type: string, text: string]>>,
): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const known = texts[path];
    if (known) {
      response.writeHead(200, { 'content-type': known[0] }).end(known[1]);
      return;
    }
    readFile(join(GOLDEN, path.replace('/model/', ''))).then(
      (content) => response.writeHead(200).end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
