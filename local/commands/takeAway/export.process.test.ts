/** `trainyard export` against a host, after a real training: what is in the folder does what its README says. */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunView, TrainingSpecInput } from '@trainyard/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  stackSpec,
  TRAINER,
  TRAINER_ENVIRONMENT,
  untilJobsRecorded,
  untilOver,
  writePurchases,
} from '../../../test/support/hosts/stack.js';
import { TrainyardClient } from '../../client/trainyardClient.js';
import { startHost } from '../../host/host.js';
import { openOneMachine } from '../../host/oneMachine.js';
import { readConfig } from '../../config.js';
import { runCommand } from '../../main.js';
import { Terminal } from '../../watch/terminal.js';

const run = promisify(execFile);
const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const { PYTHON } = process.env;
if (!PYTHON) console.warn('examples/tables.py is skipped: PYTHON names no interpreter that has pandas');
/** Whatever reads archives here and is not ours. */
const UNZIP = [
  { program: PYTHON ?? 'python3', args: ['-m', 'zipfile', '-e'] },
  { program: 'unzip', args: ['-q'] },
].find(({ program }) => !spawnSync(program, ['-h']).error);
if (!UNZIP) console.warn('archives are not opened by others: there is neither Python nor unzip');

/** What the command has said, and its exit code. */
async function trainyard(args: readonly string[], interrupted = new AbortController()) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const code = await runCommand(args, {
    config: readConfig({}),
    cwd: '/',
    terminal: new Terminal({ write: (text) => lines.push(text) }, false),
    note(line) {
      notes.push(line);
      if (line.includes(' MB')) interrupts?.abort(new Error('stopped by SIGINT'));
    },
    interrupted: interrupted.signal,
  });
  return { code, out: lines.join(''), notes: notes.join('\n') };
}
let interrupts: AbortController | undefined;

let folder = '';
let client: TrainyardClient;
let spec: TrainingSpecInput;
let trained: RunView;
const exported = (reference: string, to: string, interrupted?: AbortController) =>
  trainyard(['export', reference, '--to', to, '--url', client.url], interrupted);

let early: Awaited<ReturnType<typeof trainyard>>;
let host: Awaited<ReturnType<typeof startHost>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainyard-export-'));
  host = await startHost({
    directory: folder,
    port: 0,
    openPorts: openOneMachine,
    trainerCommand: [process.execPath, TRAINER],
    trainerEnvironment: TRAINER_ENVIRONMENT,
    print: () => {},
  });
  client = new TrainyardClient({ url: host.url, retries: 0 });
  spec = stackSpec(await writePurchases(folder, 2000), { tags: { experiment_id: 'größer 1' } });
  spec.training = { ...spec.training, epochs: 2 };
  const { runId } = await client.start('shop', spec);
  early = await exported(runId, join(folder, 'early'));
  trained = await untilOver(client, runId, 100_000);
});

afterAll(async () => {
  await host.stop();
  await untilJobsRecorded(folder);
  await rm(folder, { recursive: true, force: true });
});

describe('trainyard export', () => {
  it('refuses an archive of another kind than it writes', async () => {
    const { code, notes } = await exported(trained.name, join(folder, 'shop.tar.gz'));
    expect([code, notes]).toEqual([2, expect.stringContaining('of archives only .zip is written')]);
  });

  it('writes a folder of the run’s name that has all of it, trains again, and whose examples run', async () => {
    const to = join(folder, 'exports');
    const { code, out } = await exported(trained.name, to);
    expect([code, out]).toEqual([0, expect.stringContaining('files of the model')]);
    // Not the loss of training, nor the learning rate.
    const metadataFile = join(to, (await readdir(to))[0] ?? '', 'artifacts', 'metadata.json');
    const { performance_metrics: measured } = JSON.parse(await readFile(metadataFile, 'utf8')) as {
      performance_metrics: { validation: Record<string, number> };
    };
    expect(Object.keys(measured.validation)).toContain('val_loss');
    expect(Object.keys(measured.validation)).not.toContain('loss');
    const [name = ''] = await readdir(to);
    expect(await readdir(to)).toEqual([name]);
    expect(name).toMatch(/^shop_\d{8}_\d{6}_gr-er-1$/);
    const taken = join(to, name);
    expect((await readdir(taken)).toSorted()).toEqual([
      'README.md',
      'artifacts',
      'checkpoints',
      'config.yaml',
      'examples',
      'logs',
      'metrics',
      'predictions',
    ]);
    const inside = (part: string) => readdir(join(taken, part));
    expect(await inside('checkpoints')).toEqual([
      'README.md',
      expect.stringMatching(/^e0001-/),
      expect.stringMatching(/^e0002-/),
    ]);
    expect(await inside('metrics')).toEqual(
      expect.arrayContaining(['result.json', 'epochs.json', 'history.csv']),
    );
    expect(await inside('predictions')).toEqual(['inference_examples.json']);
    const [first = ''] = (await readFile(join(taken, 'logs/trainer.jsonl'), 'utf8')).split('\n');
    expect(JSON.parse(first)).toHaveProperty('message');

    await symlink(MODULES, join(taken, 'node_modules'));
    const example = (...args: string[]) =>
      run(process.execPath, ['examples/recommend.mjs', ...args], { cwd: taken });
    expect((await example('u7')).stdout).toMatch(/│ 9 +│ 'i\d+' +│ -?\d/);
    await expect(example()).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Usage: .*user/) as string,
    });
    if (PYTHON) {
      const { stdout } = await run(PYTHON, [join(taken, 'examples/tables.py')], { cwd: folder });
      expect(stdout).toMatch(/rows x 4 columns\][^]*rows x 5 columns\]/);
    }

    const command =
      /trainyard (start [^`]+)`/.exec(await readFile(join(taken, 'README.md'), 'utf8'))?.[1] ?? '';
    const words = command.replace('config.yaml', join(taken, 'config.yaml')).split(' ');
    expect((await trainyard([...words, '--url', client.url])).code).toBe(0);
    const { runs } = await client.list('shop');
    const again = await untilOver(client, runs[0]?.runId ?? '', 100_000);
    expect(again.result?.metrics).toEqual(trained.result?.metrics);
    expect(parse(await readFile(join(taken, 'config.yaml'), 'utf8'))).toEqual(trained.spec);

    const twice = await exported(trained.name, to);
    expect([twice.code, twice.notes]).toEqual([
      2,
      expect.stringMatching(/is there already: remove it, or name/),
    ]);
    expect(await readdir(to)).toEqual([name]);
  });

  it.skipIf(!UNZIP)('writes an archive that others open', async () => {
    const to = join(folder, 'archives', 'shop.zip');
    expect((await exported(trained.runId, to)).code).toBe(0);
    expect(await readdir(join(folder, 'archives'))).toEqual(['shop.zip']);
    const { program = '', args = [] } = UNZIP ?? {};
    await run(program, [...args, to, ...(program === 'unzip' ? ['-d'] : []), join(folder, 'opened')]);
    const [name = ''] = await readdir(join(folder, 'opened'));
    const manifest = await readFile(join(folder, 'opened', name, 'artifacts', 'manifest.json'), 'utf8');
    const original = fileURLToPath(trained.result?.artifacts['manifest'] ?? '');
    expect(manifest).toBe(await readFile(original, 'utf8'));
    const twice = await exported(trained.runId, to);
    expect([twice.code, twice.notes]).toEqual([2, expect.stringContaining('is there already')]);
  });

  it.each(['both.zip', 'both'])(
    'lets one of two that write to %s at once win, and tells the other',
    async (name) => {
      const to = join(folder, 'at once', name);
      const ended = await Promise.all([exported(trained.runId, to), exported(trained.runId, to)]);
      expect(new Set(ended.map(({ code }) => code))).toEqual(new Set([0, 2]));
      expect(ended.find(({ code }) => code === 2)?.notes).toMatch(/is there already: remove it, or name/);
      expect(await readdir(name === 'both' ? to : join(to, '..'))).toHaveLength(1);
    },
  );

  it('leaves nothing where it is interrupted, a file is damaged or gone, or the place cannot be written', async () => {
    const to = join(folder, 'never');
    interrupts = new AbortController();
    const interrupted = await exported(trained.runId, to, interrupts);
    interrupts = undefined;
    expect([interrupted.code, interrupted.notes]).toEqual([
      130,
      expect.stringContaining('nothing was written to'),
    ]);

    const file = join(fileURLToPath(trained.result?.artifacts['manifest'] ?? ''), '..', 'items.parquet');
    const content = await readFile(file);
    const damaged = Buffer.from(content);
    damaged[100]! ^= 1;
    await rename(file, `${file}.kept`);
    const gone = await exported(trained.runId, to);
    expect([gone.code, gone.notes]).toEqual([1, expect.stringContaining('is not there any more')]);
    await writeFile(file, damaged);
    const changed = await exported(trained.runId, to);
    expect([changed.code, changed.notes]).toEqual([
      1,
      expect.stringContaining('items.parquet of shop#1 is not the file that its manifest lists'),
    ]);
    await writeFile(file, Buffer.concat([content, Buffer.from('x')]));
    const longer = await exported(trained.runId, to);
    expect([longer.code, longer.notes]).toEqual([
      1,
      expect.stringMatching(
        /Not the file that is listed \(409\): .*items\.parquet has \d+ bytes, and \d+ are listed/,
      ),
    ]);
    await rename(`${file}.kept`, file);

    expect(await readdir(to)).toEqual([]);
    await writeFile(join(folder, 'a file'), '');
    const below = await exported(trained.runId, join(folder, 'a file', 'below'));
    expect([below.code, below.notes]).toEqual([
      1,
      expect.stringMatching(/cannot be written: a folder above it is a file/),
    ]);
    if (existsSync('/proc/self')) {
      const system = await exported(trained.runId, '/proc/x');
      expect([system.code, system.notes]).toEqual([
        1,
        expect.stringMatching(/cannot be written: there is no/),
      ]);
    }
  });

  it('says where there is no such run, or none that is completed', async () => {
    expect([early.code, early.notes]).toEqual([
      1,
      expect.stringMatching(/is \w+: only a completed run has a model/),
    ]);
    const none = await exported('shop#99', join(folder, 'none'));
    expect([none.code, none.notes]).toEqual([1, expect.stringMatching(/there is no run shop#99/)]);
    const name = await exported('shop', join(folder, 'none'));
    expect([name.code, name.notes]).toEqual([2, expect.stringContaining('"shop" names no run')]);
    const bad = await client.start('shop', {
      ...spec,
      dataset: { ...spec.dataset, source: { uri: join(folder, 'none.csv') } },
    });
    await untilOver(client, bad.runId);
    const failed = await exported(bad.runId, join(folder, 'none'));
    expect([failed.code, failed.notes]).toEqual([
      1,
      expect.stringMatching(/is failed: only a completed run has a model/),
    ]);
  });
});
