import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { dryRunSchema } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { z } from 'zod';
import { readConfig } from './config.js';
import { runCommandLine } from '../test/support/runCommandLine.js';
import { runView } from '../test/support/runView.js';
import { temporaryFolder } from '../test/support/temporaryFolder.js';
import { UserError } from '@trainyard/shared/commandLine/userError';

/** A server that remembers bodies and answers everything with a run, lists with one of it. */
const L4 = {
  tier: 'l4',
  seconds: { low: 7200, high: 14_400 },
  usdPerHour: 1.42,
  usd: { low: 2.84, high: 5.68 },
  tooSmall: null,
  machine: null,
};
const DRY_RUN: z.infer<typeof dryRunSchema> = {
  dryRun: true,
  together: null,
  spec: runView().spec,
  presets: [],
  quickTest: null,
  estimate: {
    basis: { runId: 'abcdefghijklmnopqrst', name: 'shop#2' },
    rows: { low: 5000, high: 5000 },
    ...L4,
    tiers: [
      L4,
      { tier: 'own', machine: null, seconds: null, usdPerHour: null, usd: null, tooSmall: null },
      { tier: 'vertex', machine: null, seconds: null, usdPerHour: 3, usd: null, tooSmall: null },
      { tier: 'tiny', machine: null, seconds: null, usdPerHour: 1, usd: null, tooSmall: 'it needs 20.0 GB' },
    ],
    recommendedTier: 'l4',
    memoryMb: 2048,
    gpuMemoryMb: null,
    notes: ['measured on the newest completed run of the model'],
  },
};

async function serve() {
  const urls: string[] = [];
  const bodies: unknown[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (body) bodies.push(JSON.parse(body));
      urls.push(request.url ?? '');
      const isList = request.method === 'GET' && request.url?.includes('/training-runs?');
      const isDryRun = request.url?.includes('dryRun=true');
      const answer = isList ? { runs: [runView()], nextCursor: null } : isDryRun ? DRY_RUN : runView();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, urls };
}

describe('the command line', () => {
  it('tells all commands, and of each its options and examples', async () => {
    const overview = await runCommandLine(['--help']);
    expect(overview.code).toBe(0);
    for (const name of [
      'up',
      'start',
      'watch',
      'list',
      'cancel',
      'retry',
      'reproduce',
      'logs',
      'cost',
      'sample',
      'demo',
    ]) {
      expect(overview.out).toContain(`\n  ${name} `);
      const help = await runCommandLine([name, '--help']);
      expect(help.code).toBe(0);
      expect(help.out).toContain('Options\n');
      expect(help.out).toMatch(/Examples\n {2}(trainyard|npm start)/);
    }
  });

  it.each([
    [[], /^$/],
    [['strat'], /there is no command "strat"; allowed are up, init, start/],
    [['constructor'], /there is no command "constructor"/],
    [['start', '--modle', 'x'], /Unknown option '--modle'/],
    [['start', '--spec', 'x.yaml'], /--model is missing/],
    [['start', '--model', 'A/b', '--spec', 'x.yaml'], /--model is "A\/b"; a model id must be 1 to 63 of/],
    [['start', '--model', 'shop'], /--spec is missing/],
    [
      ['start', '--model', 'shop', '--spec', 'missing.yaml'],
      /there is no spec file .*missing\.yaml: name one with --spec/,
    ],
    [['start', '--model', 'shop', '--spec', 'x.yaml', '--tag', 'team'], /--tag is "team"; write NAME=VALUE/],
    [
      ['start', '--model', 'shop', '--spec', 'x.yaml', '--quick', '--quick-share', '2'],
      /--quick-share is "2"; allowed is a number above 0 and below 1/,
    ],
    [
      ['start', '--model', 'shop', '--spec', 'x.yaml', '--quick', '--intent', 'ablation'],
      /--quick and --intent ablation exclude each other/,
    ],
    [['train-full', 'shop'], /"shop" names no run: give its id/],
    [['start', 'extra', '--model', 'shop'], /write: trainyard start --model ID/],
    [['watch'], /write: trainyard watch RUN/],
    [['watch', 'shop'], /"shop" names no run: give its id/],
    [['watch', 'shop#1', '--url', 'localhost:8080'], /--url is "localhost:8080"; write it with its protocol/],
    [['list', 'shop', '--status', 'done'], /--status is "done"; allowed are pending, provisioning/],
    [['list', 'shop', '--limit', '0'], /--limit is "0"; allowed is a whole number from 1 to 10000/],
    [['export', 'shop#1', '--to', ''], /--to is empty: name a folder, or leave it out/],
    [['sweep', 'show', 'q5w2kzt7mbx3hvac4ndy', '--out', ''], /--out is empty: name a folder/],
    [
      ['start', '--model', 'shop', '--spec', 'x.yaml', '--tag', 'a=1', '--tag', 'a=2'],
      /--tag is "a=2"; a is given twice/,
    ],
    [['sample'], /--output is missing/],
    [['sample', '--output', 'x.csv', '--rows', '1e6'], /--rows is "1e6"; allowed is a whole number/],
    [
      ['sample', '--output', 'x.csv', '--products', '10'],
      /--products: must be at least as many as subcategories/,
    ],
    [['up', '--port', '70000'], /--port is "70000"; allowed is a whole number from 0 to 65535/],
    [['demo', '--backend', 'gpu'], /--backend is "gpu"; allowed are auto, tensorflow, wasm, cpu/],
    [['demo', '--data', 'missing.csv'], /there is no data file \/missing\.csv/],
  ])('%j is refused with what to change', async (argv, message) => {
    const { code, err } = await runCommandLine(argv);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('refuses a wrong environment', () => {
    expect(() => readConfig({ TRAINYARD_URL: 'nonsense' })).toThrow(
      /TRAINYARD_URL must be an http or https URL/,
    );
    expect(readConfig({ TRAINYARD_URL: '', TRAINYARD_TOKEN: 't' }).trainerEnvironment).toEqual({});
  });

  it('reads who hears how runs end, keeps that from trainers, and refuses it without quoting it', () => {
    const channel = { type: 'slack', name: 'ops', url: 'https://hooks.slack.com/very-secret' };
    const read = (parts: object) =>
      readConfig({ TRAINYARD_NOTIFICATIONS: JSON.stringify([{ ...channel, ...parts }]) });
    expect(read({}).notifications.channels).toMatchObject([channel]);
    expect(read({}).trainerEnvironment).toEqual({});
    const refused = () => read({ url: 'https://192.168.0.1/very-secret' });
    expect(refused).toThrow(UserError);
    expect(refused).toThrow(
      /^the environment: TRAINYARD_NOTIFICATIONS\[0\]\.url: must have a public address/,
    );
    expect(refused).not.toThrow(/very-secret/);
    expect(() => readConfig({ TRAINYARD_RUN_URL: 'https://x.example' })).toThrow(
      /TRAINYARD_RUN_URL: must have \{runId\}/,
    );
  });
});

describe('trainyard demo --data', () => {
  it.each([
    ['rows.csv', '"who";what;when\n1;2;3\n', /rows\.csv has who, what, when\): copy examples/],
    ['rows.jsonl', '{"who":1,"what":2}\n', /rows\.jsonl has who, what\): copy examples/],
    [
      'rows.parquet',
      'PAR1',
      /--data needs a --spec that says which columns are the user, the item and the time: copy/,
    ],
  ])('without a spec names the columns of %s', async (name, content, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), content);
    const { code, err } = await runCommandLine(['demo', '--data', name], folder);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('trainyard start', () => {
  it('sends the spec with absolute data paths and tags', async () => {
    const folder = await temporaryFolder();
    const { url, bodies } = await serve();
    await writeFile(join(folder, 'rows.csv'), 'a,b\n');
    await writeFile(
      join(folder, 'spec.yaml'),
      'dataset:\n  source: { uri: rows.csv, format: csv }\ntags: { a: b }\n',
    );
    const started = ['start', '--model', 'shop', '--spec', 'spec.yaml', '--url', url];
    const { code, out } = await runCommandLine([...started, '--tag', 'team=shop=1'], folder);
    expect(code).toBe(0);
    expect(out).toContain('shop#3 (run abcdefghijklmnopqrst) was started');
    await runCommandLine([...started, '--data', '*.csv'], folder);
    expect((await runCommandLine([...started, '--data', 'gs://bucket/rows.parquet'], folder)).code).toBe(0);
    expect(bodies).toMatchObject([
      {
        spec: {
          dataset: { source: { uri: join(folder, 'rows.csv'), format: 'csv' } },
          tags: { a: 'b', team: 'shop=1' },
        },
      },
      { spec: { dataset: { source: { uri: join(folder, '*.csv') } } } },
      { spec: { dataset: { source: { uri: 'gs://bucket/rows.parquet' } } } },
    ]);
  });

  it.each([
    ['a: [', /spec\.yaml is neither YAML nor JSON: .+ at line 1/],
    ['- 1\n', /spec\.yaml is no spec: the whole: .*expected object/i],
    ['dataset: { source: { uri: 3 } }', /is no spec: dataset\.source\.uri: .*expected string/i],
    ['dataset: { source: { uri: none.csv } }', /there is no data file .+none\.csv: name one with --data/],
  ])('refuses the spec %s', async (content, message) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'spec.yaml'), content);
    const { code, err } = await runCommandLine(['start', '--model', 'shop', '--spec', 'spec.yaml'], folder);
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('trainyard start --dry-run', () => {
  it('starts nothing and tells of each tier how long and how much', async () => {
    const folder = await temporaryFolder();
    const { url, urls } = await serve();
    await writeFile(join(folder, 'spec.yaml'), 'dataset: { source: { uri: "gs://b/rows.csv" } }\n');
    const command = ['start', '--model', 'shop', '--spec', 'spec.yaml', '--url', url, '--dry-run'];
    const { code, out } = await runCommandLine([...command, '--rows', '5_000'], folder);
    expect(code).toBe(0);
    expect(urls).toEqual(['/api/models/shop/training-runs?dryRun=true&rows=5000']);
    expect(out.trimEnd().split('\n')).toEqual([
      'what a run of shop would take, measured on shop#2 (nothing was started)',
      '  l4      duration 2 h 00 min – 4 h 00 min, cost $2.84 – $5.68',
      '  own     duration not known, the tier has no price',
      '  vertex  duration not known, $3.00 an hour',
      '  tiny    left out: it needs 20.0 GB',
      '  the cheapest that is large enough is l4',
      '  that run used 2.0 GB of memory',
      '  measured on the newest completed run of the model',
    ]);
  });
});

describe('trainyard cost', () => {
  it('tells what ten models trained nightly cost, as docs/cost.md has it', async () => {
    const { code, out } = await runCommandLine(['cost']);
    expect(code).toBe(0);
    const docs = await readFile(new URL('../docs/cost.md', import.meta.url), 'utf8');
    expect(docs).toContain(`\`\`\`text\n${out}\`\`\``);
  });

  it('goes by prices of a file before the table', async () => {
    const folder = await temporaryFolder();
    const prices = ['vcpu', 'gib', 'nvidia-l4'].map((part) => ({ sku: `cloudRun.${part}`, usd: 1 / 3600 }));
    await writeFile(join(folder, 'prices.json'), JSON.stringify(prices));
    const { out } = await runCommandLine(['cost', '--prices', 'prices.json'], folder);
    expect(out).toContain('run-l4       $41.00');
    await writeFile(join(folder, 'wrong.json'), '[{"sku":"cloudRun.tpu","usd":1}]');
    const wrong = await runCommandLine(['cost', '--prices', 'wrong.json'], folder);
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringMatching(/wrong\.json is no list of prices/)]);
  });

  it('says which price is missing', async () => {
    const { code, err } = await runCommandLine(['cost', '--region', 'africa-south1']);
    expect(err).toMatch(
      /price of run-cpu is not known: .*no cloudRun\.vcpu in africa-south1; give it by --prices/,
    );
    expect(code).toBe(1);
  });
});

describe('trainyard list and cancel', () => {
  it('list runs as a table or as JSON', async () => {
    const { url } = await serve();
    const table = await runCommandLine(['list', 'shop'], '/', { TRAINYARD_URL: url });
    expect(table.out.split('\n')[0]).toMatch(
      /^run +status +epochs +recall@100 +warnings +created \(UTC\) +id +title$/,
    );
    expect(table.out).toContain('shop#3  running  2/6');
    const json = await runCommandLine(['list', 'shop', '--json', '--url', url]);
    expect(JSON.parse(json.out)).toMatchObject({ name: 'shop#3' });
  });

  it('cancel by name', async () => {
    const { url } = await serve();
    const { code, out } = await runCommandLine(['cancel', 'shop#3', '--url', url]);
    expect([code, out]).toEqual([0, 'shop#3 is running\n']);
  });

  it('fail with 1 when nobody answers', async () => {
    const { code, err } = await runCommandLine(['list', 'shop', '--url', 'http://127.0.0.1:1']);
    expect(code).toBe(1);
    expect(err).toMatch(/nobody answers at http:\/\/127\.0\.0\.1:1/);
  });
});

describe('trainyard sample', () => {
  it('writes the file, and replaces it only when told to', async () => {
    const folder = await temporaryFolder();
    const command = ['sample', '--rows', '1_000', '--customers', '50', '--output', 'rows.csv'];
    const { code, out } = await runCommandLine(command, folder);
    expect(code).toBe(0);
    expect(out).toContain('1,000 purchases of 1,500 products by 50 customers');
    expect((await readFile(join(folder, 'rows.csv'), 'utf8')).split('\n')).toHaveLength(1_002);
    expect((await runCommandLine(command, folder)).err).toContain(
      'is there already: name another one, or replace it with --force',
    );
    expect((await runCommandLine([...command, '--force'], folder)).code).toBe(0);
    // What the look at the start does not see is not written over at the end either.
    await symlink('nowhere', join(folder, 'link.csv'));
    expect((await runCommandLine([...command.slice(0, -1), 'link.csv'], folder)).err).toContain(
      'link.csv is there already: name another one',
    );
    expect((await readdir(folder)).toSorted()).toEqual(['link.csv', 'rows.csv']);
  });
});

describe('trainyard deploy', () => {
  const settings = 'project: shop-prod\nprojectNumber: 123456789012\nfirebaseProject: shop-prod\n';

  it('prints the plan of the settings in this folder, corrected by flags', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'trainyard.deploy.yaml'), settings);
    const { code, out } = await runCommandLine(
      ['deploy', '--plan', '--only', 'jobs,functions', '--region', 'us-central1', '--tag', 'v1', '--bundled'],
      cwd,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^#!\/bin\/sh\nset -eu\n/);
    expect(out).toContain('us-central1-docker.pkg.dev/shop-prod/trainyard/trainer-gpu:v1');
    expect(out).not.toMatch(/terraform|npm run/);
  });

  it('names images by the commit unless a tag is given', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 's.yaml'), settings);
    const { out } = await runCommandLine(
      ['deploy', '--plan', '--only', 'images', '--settings', 's.yaml'],
      cwd,
    );
    expect(out).toMatch(/COMMIT_SHA=[0-9a-f]{40}/);
  });

  it.each([
    ['project: shop-prod\n', [], /projectNumber: .*gcloud projects describe/s],
    [`${settings}regoin: eu\n`, [], /regoin/],
    ['project: shop-prod\nprojectNumber: 123456789012\n', [], /auth: "tokens" needs somebody/],
    [`${settings}auth: platform\napiCallers: [allUsers]\n`, [], /let everybody do everything/],
    [`${settings}tiers: [{name: l4, launcher: cloudRunJobs}]\n`, [], /tiers of the deployment/],
    [`${settings}members: {ana: {role: queen}}\n`, [], /members of the deployment/],
    ['a: [', [], /neither YAML nor JSON/],
    [
      settings,
      ['--only', 'function'],
      /--only has "function"; allowed are infrastructure, images, jobs, functions/,
    ],
    [settings, ['--settings', 'none.yaml'], /none.yaml cannot be read/],
  ])('refuses %j %j', async (file, flags, says) => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'trainyard.deploy.yaml'), file);
    const { code, err } = await runCommandLine(['deploy', '--plan', '--tag', 'v1', ...flags], cwd);
    expect(code).toBe(2);
    expect(err).toMatch(says);
  });
});
