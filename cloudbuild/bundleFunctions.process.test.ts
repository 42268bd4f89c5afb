import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../bench/stores/emulators.js';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { until } from '../test/support/until.js';
import { bundleFunctions, ENTRIES, type Bundle, type Entry } from './bundleFunctions.js';
import { readLock } from './lockedPackage.js';
import { deploymentOf } from '../test/deploy/commands.js';
import { environmentOf } from './plan/functions.js';
import { FUNCTIONS } from './plan/functionTable.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Of a function's own code, all parts together: a library that slips in shows here. The API has most, and all words of its document. */
const MAX_BYTES = { api: 1_300_000, others: 800_000 };

describe('the bundles of the functions', () => {
  it('load no heavy client before it is used: callbacks need the framework alone', async () => {
    const bundles = await bundleFunctions(await temporaryFolder());
    const packages = Object.fromEntries(bundles.map((bundle) => [bundle.entry, bundle.packages]));
    const framework = ['@google-cloud/functions-framework'];
    expect(packages).toEqual({
      api: framework,
      dispatch: framework,
      history: ['firebase-functions/v2/firestore'],
      mlflow: framework,
      notify: framework,
      reconcile: framework,
      retrain: framework,
      summaries: framework,
      sweeps: framework,
      webhooks: framework,
    });
    const webhooks = bundles.find(({ entry }) => entry === 'webhooks');
    // Tokens are checked and messages sent elsewhere.
    expect(webhooks?.modules.filter((module) => /jose|ipaddr|notify|history/.test(module))).toEqual([]);
  });

  it('are small, and deployed with the versions of the lockfile', async () => {
    const lock = await readLock(ROOT);
    for (const { entry, folder, bytes } of await bundleFunctions(await temporaryFolder())) {
      expect(bytes, `bytes of ${entry}`).toBeLessThan(entry === 'api' ? MAX_BYTES.api : MAX_BYTES.others);
      const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
      expect(manifest.main).toBe(`${entry}.js`);
      const names = Object.keys(manifest.dependencies);
      expect(names).toContain('@google-cloud/functions-framework');
      expect(names.filter((name) => /trainyard|libsql|zod/.test(name))).toEqual([]);
      expect(names.includes('firebase-functions')).toBe(entry === 'history');
      const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
        packages: Record<string, { version: string }>;
      };
      for (const name of names) {
        const locked = lock.packages[`node_modules/${name}`] as { version: string };
        expect(packages[`node_modules/${name}`]?.version).toBe(locked.version);
        expect(manifest.dependencies[name]).toBe(locked.version);
      }
    }
  });
});

interface Manifest {
  main: string;
  dependencies: Record<string, string>;
}

/** What the buildpack starts: the function that `--entry-point` names, with the signature of its trigger. */
const TARGETS: readonly { entry: Entry; target: string; signature: 'http' | 'cloudevent' }[] = [
  ...ENTRIES.filter((entry) => entry !== 'history').map((entry) => ({
    entry,
    target: entry,
    signature: 'http' as const,
  })),
  { entry: 'history', target: 'runHistory', signature: 'cloudevent' },
  { entry: 'history', target: 'epochHistory', signature: 'cloudevent' },
];

describe('a bundle alone, with nothing but what npm would install beside it,', () => {
  let room: string;
  let bundles: Bundle[];
  beforeAll(async () => {
    room = await mkdtemp(join(tmpdir(), 'trainyard-bundles-'));
    bundles = await bundleFunctions(room);
    for (const { folder } of bundles) await linkPackages(folder);
  });
  afterAll(() => rm(room, { recursive: true, force: true }));

  it.each(TARGETS)('serves $target', async ({ entry, target, signature }) => {
    const { folder } = bundles.find((bundle) => bundle.entry === entry)!;
    const port = await freePort();
    const output = start(folder, target, signature, port);
    await until(`${target} to listen`, () => output().includes(`http://localhost:${port}/`));
    const response = await fetch(`http://127.0.0.1:${port}/`, requestTo(target));
    const answer = await response.text();
    // It came to the code that reads its configuration, of which it was given none, and no module was missing on the way.
    expect(response.status).toBe(500);
    await until('the log to name what is missing', () => /GOOGLE_CLOUD_PROJECT/.test(output()));
    expect(`${answer}${output()}`).not.toMatch(/Cannot find (module|package)|ERR_MODULE_NOT_FOUND/);
  });

  it.each(ENTRIES)('finds every package that %s may come to load', async (entry) => {
    await importAll(bundles.find((bundle) => bundle.entry === entry)!);
  });

  it('answers with the environment that trainyard deploy gives it', async () => {
    const { folder } = bundles.find(({ entry }) => entry === 'api')!;
    const port = await freePort();
    const api = FUNCTIONS.find(({ entry }) => entry === 'api')!;
    const output = start(folder, 'api', 'http', port, environmentOf(deploymentOf(), api));
    await until('the API to listen', () => output().includes(`http://localhost:${port}/`));
    // Nobody is logged in here, so what asks the store, as the health does, has no answer.
    const document = await fetch(`http://127.0.0.1:${port}/openapi.json`);
    expect(await document.json()).toMatchObject({ openapi: '3.1.0' });
    const unknown = await fetch(`http://127.0.0.1:${port}/api/models`);
    expect(unknown.status).toBe(401);
  });
});

/** Modules that a bundle imports from the packages beside it, at once and later. */
async function importAll({ folder, packages, laterPackages }: Bundle): Promise<void> {
  const script = [...packages, ...laterPackages].map((name) => `await import(${JSON.stringify(name)});`);
  await writeFile(join(folder, 'all.js'), `${script.join('\n')}\nprocess.exit(0);\n`);
  const flags = ['--preserve-symlinks', '--preserve-symlinks-main'];
  const env = { PATH: process.env['PATH'], METADATA_SERVER_DETECTION: 'none' };
  await promisify(execFile)(process.execPath, [...flags, join(folder, 'all.js')], { cwd: folder, env });
}

/** As `npm ci` would: the packages of the lockfile, and no others. Symbolic links, which Node is told to take for the place itself. */
async function linkPackages(folder: string): Promise<void> {
  const { packages } = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  const outer = Object.keys(packages).filter((path) => path.split('node_modules/').length === 2);
  for (const path of outer) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(join(ROOT, path), join(folder, path));
  }
}

/** As Google's buildpack does: the framework of the function's own packages, started in its folder. */
function start(
  folder: string,
  target: string,
  signature: string,
  port: number,
  environment: Record<string, string> = {},
): () => string {
  const main = join(folder, 'node_modules/@google-cloud/functions-framework/build/src/main.js');
  const child = spawn(
    process.execPath,
    ['--preserve-symlinks', '--preserve-symlinks-main', main, `--target=${target}`],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        FUNCTION_SIGNATURE_TYPE: signature,
        FUNCTION_TARGET: target,
        ...environment,
        METADATA_SERVER_DETECTION: 'none',
      },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return () => output;
}

/** What calls it in the cloud: Pub/Sub pushes, Eventarc delivers a document, others ask. */
function requestTo(target: string): RequestInit {
  const json = { 'content-type': 'application/json' };
  if (target.endsWith('History')) {
    return {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-datacontenttype': 'application/json',
        'ce-id': '1',
        'ce-specversion': '1.0',
        'ce-source': '//firestore.googleapis.com/projects/p/databases/(default)',
        'ce-type': 'google.cloud.firestore.document.v1.written',
        'ce-subject': 'documents/runs/abcdefghijklmnopqrst/epochs/0001',
        'ce-document': 'runs/abcdefghijklmnopqrst/epochs/0001',
        'ce-project': 'p',
        'ce-database': '(default)',
        'ce-location': 'europe-west4',
        'ce-namespace': '(default)',
        'ce-time': new Date().toISOString(),
      },
      body: JSON.stringify({
        value: {
          name: 'projects/p/databases/(default)/documents/runs/abcdefghijklmnopqrst',
          fields: { status: { stringValue: 'completed' }, attempt: { integerValue: '1' } },
          createTime: '2025-06-01T00:00:00Z',
          updateTime: '2025-06-01T00:00:00Z',
        },
      }),
    };
  }
  if (['dispatch', 'notify', 'retrain', 'summaries', 'sweeps'].includes(target)) {
    const message = { messageId: '1', publishTime: '2025-06-01T00:00:00Z', data: 'e30=', attributes: {} };
    return {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ subscription: `projects/p/subscriptions/trainyard-${target}`, message }),
    };
  }
  return { method: 'POST', headers: json, body: '{}' };
}
