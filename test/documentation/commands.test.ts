/** The commands that the pages show: all are read by their tables, and those that need no account and no network are run. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArguments } from '@trainyard/shared/commandLine/parseArguments';
import { isTerminal } from '@trainyard/shared';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { commandOf, COMMANDS } from '../../local/commands/program.js';
import type { TrainyardClient } from '../../local/client/trainyardClient.js';
import { TRAINER as TRAINER_TABLE } from '../../trainer-job/pipeline/commandLine.js';
import { hostHere, stackSpec, TRAINER, TRAINER_ENVIRONMENT, writePurchases } from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { writeParquet } from '../support/data/purchases.js';
import { until } from '../support/until.js';
import { PAGES, readPage, ROOT } from './markdown.js';

/** A command line as a shell would take it apart, up to a pipe, a redirection or a comment. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
  const end = words.findIndex((word) => ['|', '>', '&&', '#'].includes(word));
  return end < 0 ? words : words.slice(0, end);
}

/** The lines of the blocks of code of a page that a shell runs; a line that ends with a backslash goes on. */
function shellLinesOf(page: string): string[] {
  const blocks = [...readPage(page).matchAll(/^ *```(?:sh|bash)\n([^]*?)^ *```$|((?:^ {4}\S.*\n)+)/gm)];
  return blocks
    .flatMap(([, fenced, indented]) => (fenced ?? indented ?? '').replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => line.trim().split(' && '));
}

interface Shown {
  page: string;
  line: string;
}
const SHOWN: readonly Shown[] = PAGES.filter((page) => !page.startsWith('docs/decisions/')).flatMap((page) =>
  shellLinesOf(page).map((line) => ({ page, line })),
);
const shownWith = (...starts: string[]): Shown[] =>
  SHOWN.filter(({ line }) => starts.some((start) => line === start || line.startsWith(`${start} `)));

/** The arguments of `trainyard` that a line gives; `npm start` is `trainyard demo`. */
function trainyardArguments(line: string): string[] {
  const words = wordsOf(line);
  if (words[0] === 'npm')
    return ['demo', ...words.slice(words.indexOf('--') < 0 ? words.length : words.indexOf('--') + 1)];
  return words.slice(words.indexOf('trainyard') + 1);
}

describe('a command that a page shows', () => {
  const trainyard = shownWith('npx trainyard', 'trainyard', 'npm start');
  it('is found in the pages', () => {
    expect(trainyard.length).toBeGreaterThan(50);
  });

  it.each(trainyard)('is read by its table: $line ($page)', ({ line }) => {
    // The reference shows the form of each command, too.
    if (/\[(options|[A-Z]+)\]|COMMAND/.test(line))
      return expect(COMMANDS.has(trainyardArguments(line)[0] ?? '')).toBe(true);
    const found = commandOf(trainyardArguments(line));
    expect(found && parseArguments(found.command.table, found.rest)).toBeDefined();
  });

  it.each(shownWith('node trainer-job/dist/main.js').filter(({ line }) => !line.includes('[options]')))(
    'is read by the table of the trainer: $line ($page)',
    ({ line }) => {
      expect(parseArguments(TRAINER_TABLE, wordsOf(line).slice(2))).toBeDefined();
    },
  );

  it('is a script of the repository, where npm runs it', () => {
    const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
    const inProse = PAGES.flatMap((page) =>
      [...readPage(page).matchAll(/`npm run ([\w:-]+)/g)].map(([, name = '']) => name),
    );
    const inBlocks = shownWith('npm run').map(
      ({ line }) => wordsOf(line).find((word, i) => i > 1 && !word.startsWith('-')) ?? '',
    );
    const named = new Set([...inProse, ...inBlocks]);
    expect(named.size).toBeGreaterThan(5);
    expect([...named].filter((name) => !(name in scripts))).toEqual([]);
  });

  it('is a bench that there is', async () => {
    const { output } = await run([process.execPath, join(ROOT, 'bench/dist/main.js'), '--list'], ROOT);
    const benches = output.trim().split('\n');
    const named = PAGES.filter((page) => !page.startsWith('docs/decisions/')).flatMap((page) =>
      [...readPage(page).matchAll(/npm run bench -- ([a-z][\w-]*)/g)].map(([, name]) => name ?? ''),
    );
    expect(named.length).toBeGreaterThan(10);
    // `get` is no bench, but brings the data of some.
    expect(named.filter((name) => name !== 'get' && !benches.includes(name))).toEqual([]);
  });
});

interface Ended {
  code: number | null;
  output: string;
}

/** Runs a program to its end. */
async function run([program = '', ...args]: readonly string[], cwd: string): Promise<Ended> {
  const child = spawn(program, args, { cwd, env: TRAINER_ENVIRONMENT, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Runs a line that must stand in one of the pages. */
function runShown(line: string, cwd: string): Promise<Ended> {
  expect(SHOWN.map((shown) => wordsOf(shown.line).join(' '))).toContain(line);
  const words = wordsOf(line);
  const program =
    words[0] === 'node'
      ? [TRAINER, ...words.slice(2)]
      : [join(ROOT, 'local/bin/trainyard.js'), ...trainyardArguments(line)];
  return run([process.execPath, ...program], cwd);
}

/** Cancels what is open of a model, and waits until all is over. */
async function cancelAll(client: TrainyardClient, modelId: string): Promise<void> {
  const allOver = async () => {
    const open = (await client.list(modelId)).runs.filter(({ status }) => !isTerminal(status));
    for (const { runId, status } of open) if (status !== 'cancelling') await client.cancel(runId);
    return open.length === 0;
  };
  await until('the end of every run', allOver, 60_000);
}

describe('the commands that need neither account nor network', () => {
  it.each([
    ['npx trainyard doctor --local', /node/i],
    ['trainyard cost', /together/],
    ['trainyard cost --models 3 --train-minutes 45 --tier l4x4-spot', /together/],
    ['npx trainyard sample --output purchases.csv', /purchases\.csv/],
  ])('%s', async (line, says) => {
    const { code, output } = await runShown(line, await temporaryFolder());
    expect(output).toMatch(says);
    expect(code).toBe(0);
  });

  it('plan a deployment by the settings that docs/deploy.md shows', async () => {
    const folder = await temporaryFolder();
    const [, settings = ''] = /```yaml\n([^]*?)```/.exec(readPage('docs/deploy.md')) ?? [];
    writeFileSync(join(folder, 'trainyard.deploy.yaml'), settings);
    for (const line of [
      'npx trainyard deploy --plan',
      'npx trainyard deploy --only infrastructure --first --plan',
    ]) {
      const { code, output } = await runShown(line, folder);
      expect(output).toContain('shop-prod');
      expect(code).toBe(0);
    }
  });

  it('train with the trainer alone', async () => {
    const folder = await temporaryFolder();
    const spec = stackSpec(await writePurchases(folder, 500));
    await writeFile(join(folder, 'spec.json'), JSON.stringify(spec));
    const line =
      'node trainer-job/dist/main.js --spec spec.json --output out --epochs 40 --learning-rate 0.05 --warmup-steps 500';
    const { code, output } = await runShown(line, folder);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(await readFile(join(folder, 'out/model/model_metadata.json'), 'utf8')).toContain(
      'hyperparameters',
    );
  });

  it('start, list, cancel, follow and retry a run on one host', async () => {
    const folder = await temporaryFolder();
    const client = await hostHere(join(folder, '.trainyard'));
    onTestFinished(() => cancelAll(client, 'shop'));
    const rows = await writePurchases(folder);
    await writeParquet(join(folder, 'purchases.parquet'), `SELECT * FROM '${rows}'`);
    const training = { epochs: 10_000, batchSize: 256, earlyStopping: false } as const;
    writeFileSync(join(folder, 'my-spec.yaml'), stringify(stackSpec(rows, { training })));
    const watched = runShown(
      'npx trainyard start --model shop --spec my-spec.yaml --data purchases.parquet --watch',
      folder,
    );
    await until(
      'the first epoch',
      async () => ((await client.list('shop')).runs[0]?.currentEpoch ?? 0) > 0,
      60_000,
    );
    expect((await runShown('npx trainyard list shop', folder)).output).toMatch(/shop#1 .*running/);
    const followed = runShown('npx trainyard logs shop#1 --follow', folder);
    expect(await runShown('npx trainyard cancel shop#1', folder)).toMatchObject({ code: 0 });
    expect((await watched).output).toContain('cancelled');
    expect(await followed).toMatchObject({ code: 0 });
    expect(await runShown('npx trainyard retry shop#1', folder)).toMatchObject({ code: 0 });
    expect((await client.list('shop')).runs.map(({ runNumber }) => runNumber)).toEqual([2, 1]);
    expect(await runShown('npx trainyard retrain --model shop --new-rows 12000', folder)).toMatchObject({
      code: 0,
    });
    await until('the run that the message starts', async () => (await client.list('shop')).runs.length === 3);
  }, 120_000);
});
