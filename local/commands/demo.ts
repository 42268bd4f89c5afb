import { isTerminal, runStatusSchema, type RunStatus, type RunView } from '@trainyard/shared';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TrainyardClient } from '../client/trainyardClient.js';
import { DEFAULT_DIRECTORY, DEFAULT_PORT } from '../config.js';
import { type Host, startHost } from '../host/host.js';
import { openOneMachine } from '../host/oneMachine.js';
import { trainerCommand } from '../host/trainerCommand.js';
import { repositoryFile } from '../repositoryFile.js';
import type { SampleOptions } from '../sample/options.js';
import { writeSample } from '../sample/writeSample.js';
import { duration, whole } from '../watch/numbers.js';
import { watchRun } from '../watch/watchRun.js';
import { columnsOf } from './columns.js';
import {
  choiceValue,
  type Command,
  EXIT,
  stringValue,
  UsageError,
  type Values,
  wholeValue,
  type World,
} from './command.js';
import { sampleOptions, sampleSizeOptions } from './sample.js';
import { type OuterSpec, prepareSpec, readSpec } from './specFile.js';
import { modelValue } from './start.js';
import { serveUntilInterrupted } from './up.js';

const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;
/** Marks the runs of this command, so that it can end what an interrupted one left. */
const ORIGIN = { origin: 'trainyard demo' };

export const demo: Command = {
  summary: 'Trains on sample purchases, or on your own data, through the whole path on this machine.',
  usage: '[--rows N …] | [--data FILE] --spec FILE',
  options: {
    data: {
      type: 'string',
      short: 'd',
      value: 'FILE',
      help: 'your rows: CSV, JSONL or Parquet; needs --spec',
    },
    spec: {
      type: 'string',
      short: 's',
      value: 'FILE',
      help: 'the training spec, YAML or JSON; examples/ has some',
    },
    model: { type: 'string', short: 'm', value: 'ID', help: 'the model that the run belongs to' },
    ...sampleSizeOptions,
    epochs: { type: 'string', value: 'N', help: "instead of the spec's" },
    backend: { type: 'string', value: 'NAME', help: BACKENDS.join(', ') },
    keep: { type: 'boolean', help: 'goes on serving until Ctrl-C' },
    directory: {
      type: 'string',
      value: 'DIR',
      help: `where everything is kept, ${DEFAULT_DIRECTORY} unless given`,
    },
  },
  examples: [
    'npm start',
    'npm start -- --rows 20000 --epochs 2',
    'npm start -- --data online-retail.parquet --spec examples/online-retail.yaml',
    'npm start -- --keep',
  ],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const plan = await planDemo(values, world);
    const directory = resolve(world.cwd, stringValue(values, 'directory') ?? DEFAULT_DIRECTORY);
    const backend = choiceValue(values, 'backend', BACKENDS);
    const host = await startHost({
      directory,
      port: 0,
      openColumn: openOneMachine,
      trainerCommand: trainerCommand(),
      trainerEnvironment: {
        ...world.config.trainerEnvironment,
        TRAINYARD_DATA_BASE: world.cwd,
        ...(backend && { TRAINYARD_BACKEND: backend }),
      },
      tell: (line) => world.terminal.draw([line]),
    });
    try {
      return await runDemo(plan, host, values['keep'] === true, world);
    } finally {
      await host.stop();
    }
  },
};

interface Plan {
  modelId: string;
  spec: OuterSpec;
  /** The sample to generate and train on; null for the user's own data. */
  sample: SampleOptions | null;
}

/** Everything that the command line can get wrong is found here, before anything starts. */
async function planDemo(values: Values, world: World): Promise<Plan> {
  const data = stringValue(values, 'data');
  const given = stringValue(values, 'spec');
  const model = stringValue(values, 'model');
  if (data !== undefined && given === undefined) throw await specMissing(resolve(world.cwd, data));
  const specFile = given === undefined ? repositoryFile('examples/sample.yaml') : resolve(world.cwd, given);
  const epochs = wholeValue(values, 'epochs', 1, 10_000);
  const spec = withEpochs(await readSpec(specFile), epochs);
  if (given === undefined)
    return { modelId: modelValue(model ?? 'sample'), spec, sample: sampleOptions(values) };
  const sizes = Object.keys(sampleSizeOptions).filter((name) => values[name] !== undefined);
  if (sizes.length > 0)
    throw new UsageError(`--${sizes[0]} is of the generated sample: leave it out with --spec`);
  const place = { specFile, cwd: world.cwd, local: true };
  const modelId = modelValue(
    model ??
      basename(specFile)
        .replace(/\.[^.]*$/, '')
        .toLowerCase(),
  );
  return { modelId, spec: prepareSpec(spec, { data, tags: ORIGIN }, place), sample: null };
}

async function specMissing(file: string): Promise<UsageError> {
  if (!existsSync(file)) return new UsageError(`there is no data file ${file}`);
  const columns = await columnsOf(file);
  return new UsageError(
    `--data needs a --spec that says which columns are the user, the item and the time` +
      `${columns ? ` (${basename(file)} has ${columns.join(', ')})` : ''}: copy examples/online-retail.yaml and change its ` +
      'columns; examples/README.md tells how',
  );
}

function withEpochs(spec: OuterSpec, epochs: number | undefined): OuterSpec {
  if (epochs === undefined) return spec;
  const training = typeof spec['training'] === 'object' ? spec['training'] : {};
  return { ...spec, training: { ...training, epochs } };
}

async function runDemo(plan: Plan, host: Host, keep: boolean, world: World): Promise<number> {
  const client = new TrainyardClient({ url: host.url });
  world.terminal.draw([`Trainyard serves at ${host.url}, and keeps its data in ${host.directory.root}`]);
  await endLeftovers(client, plan.modelId);
  const spec = plan.sample ? await sampleSpec(plan.spec, plan.sample, host, world) : plan.spec;
  const run = await client.start(plan.modelId, spec);
  try {
    const ended = await watchRun(client, run.runId, world.terminal, world.interrupted);
    world.terminal.draw(nextSteps(ended, host, keep));
    if (keep) await serveUntilInterrupted(host, world);
    return ended.status === 'completed' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    world.note(`stopping ${run.name}: Ctrl-C again leaves it to itself`);
    world.note(`${run.name} is ${await endRun(client, run.runId)}`);
    if (world.interrupted.aborted) return EXIT.interrupted;
    throw error;
  }
}

/** Writes the sample unless it is there from an earlier time: equal options make equal files. */
async function sampleSpec(
  spec: OuterSpec,
  sample: SampleOptions,
  host: Host,
  world: World,
): Promise<OuterSpec> {
  const { rows, customers, products, seed } = sample;
  const file = join(host.directory.samples, `${rows}-${customers}-${products}-${seed}.csv`);
  const facts = `${whole(rows)} purchases of ${whole(products)} products by ${whole(customers)} customers`;
  if (existsSync(file)) {
    world.terminal.draw([`sample purchases: ${facts} (there already)`]);
  } else {
    const began = performance.now();
    await mkdir(host.directory.samples, { recursive: true });
    await writeSample(sample, file);
    world.terminal.draw([`sample purchases: ${facts} in ${duration((performance.now() - began) / 1000)}`]);
  }
  return prepareSpec(spec, { data: file, tags: ORIGIN }, { specFile: file, cwd: world.cwd, local: true });
}

/** What a killed demo left running would only take the processors from this one. */
async function endLeftovers(client: TrainyardClient, modelId: string): Promise<void> {
  for (const status of runStatusSchema.options.filter((each) => !isTerminal(each))) {
    for (const run of (await client.list(modelId, { status })).runs)
      if (run.spec.tags['origin'] === ORIGIN.origin) await endRun(client, run.runId);
  }
}

const END_MS = 40_000;

/** Cancels the run and waits until it is over, for as long as the platform may take to kill its trainer. */
async function endRun(client: TrainyardClient, runId: string): Promise<RunStatus> {
  let run = await client.cancel(runId);
  const end = Date.now() + END_MS;
  while (!isTerminal(run.status) && Date.now() < end) {
    await pause(100);
    run = await client.get(runId);
  }
  return run.status;
}

function nextSteps(run: RunView, host: Host, keep: boolean): string[] {
  if (run.status !== 'completed')
    return [
      `  the trainer's own output: ${join(host.directory.jobs, `${run.runId}-${run.attempt}`, 'output.log')}`,
    ];
  const steps = [
    ...(keep
      ? [[`${host.url}/api/training-runs/${run.runId}`, 'the API, until Ctrl-C']]
      : [['npx trainyard up', `serves this and later runs on port ${DEFAULT_PORT}`]]),
    [`npx trainyard list ${run.modelId}`, 'the runs of this model, while it is served'],
    ['npm start -- --data FILE --spec FILE', 'your own data: examples/README.md'],
  ];
  const width = Math.max(...steps.map(([command = '']) => command.length));
  return [
    '',
    '  what to do next',
    ...steps.map(([command = '', meaning = '']) => `    ${command.padEnd(width)}  ${meaning}`),
  ];
}
