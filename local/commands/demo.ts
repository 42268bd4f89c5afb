import { isTerminal, runStatusSchema, type RunStatus, type RunView } from '@trainyard/shared';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TrainyardClient } from '../client/trainyardClient.js';
import { DEFAULT_DIRECTORY, DEFAULT_PORT } from '../config.js';
import type { Host } from '../host/host.js';
import { withHost } from './withHost.js';
import { repositoryFile } from '../repositoryFile.js';
import type { SampleOptions } from '../sample/options.js';
import { writeSample } from '../sample/writeSample.js';
import { duration, whole } from '../watch/numbers.js';
import { asPath } from '../watch/outcome.js';
import { watchRun } from '../watch/watchRun.js';
import { columnsOf } from './columns.js';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { type CommandContext, defineCommand, EXIT, modelArgument } from './command.js';
import { SAMPLE_SIZES, sampleOptions, sampleSizeFlags, type SampleSizes } from './sample.js';
import { type OuterSpec, prepareSpec, readSpec } from './specFile.js';
import { serveUntilInterrupted } from './up.js';

const BACKENDS = ['auto', 'tensorflow', 'wasm', 'cpu'] as const;
/** Marks the runs of this command, so that it can end what an interrupted one left. */
const ORIGIN = { origin: 'trainyard demo' };

export const demo = defineCommand(
  {
    name: 'trainyard demo',
    summary: 'Trains on sample purchases, or on your own data, through the whole path on this machine.',
    positionals: {},
    flags: {
      data: { short: 'd', value: 'FILE', description: 'your rows: CSV, JSONL or Parquet; needs --spec' },
      spec: { short: 's', value: 'FILE', description: 'the training spec, YAML or JSON; examples/ has some' },
      model: {
        short: 'm',
        value: 'ID',
        description: 'the model that the run belongs to; sample, or the name of the spec, unless given',
        schema: modelArgument.optional(),
      },
      ...sampleSizeFlags,
      epochs: {
        value: 'N',
        description: 'how often the rows are gone through, instead of the number in the spec',
        schema: wholeNumber(1, 10_000).optional(),
      },
      backend: {
        value: 'NAME',
        description: 'what computes; auto takes the fastest there is',
        schema: z.enum(BACKENDS).optional(),
      },
      keep: {
        description: 'goes on serving until Ctrl-C when the run is over, as it does unasked at a terminal',
      },
      exit: { description: 'ends with the run, at a terminal too' },
      directory: {
        value: 'DIR',
        description: 'where everything is kept',
        schema: z.string().default(DEFAULT_DIRECTORY),
      },
    },
    examples: [
      'npm start',
      'npm start -- --rows 20000 --epochs 2',
      'npm start -- --data online-retail.parquet --spec examples/online-retail.yaml',
      'npm start -- --exit',
    ],
  },
  async (values, context) => {
    const plan = await planDemo(values, context);
    const keep = keepsServing(values, context.terminal.isLive);
    return withHost(context, values, (host) => runDemo(plan, host, keep, context));
  },
);

interface DemoValues extends SampleSizes {
  data: string | undefined;
  spec: string | undefined;
  model: string | undefined;
  epochs: number | undefined;
}

/** Somebody at a terminal wants to look at what came out; a script waits for the end. */
function keepsServing({ keep, exit }: { keep: boolean; exit: boolean }, isLive: boolean): boolean {
  if (keep && exit) throw new UserError('wrong-arguments', '--keep and --exit say the opposite: give one');
  return keep || (isLive && !exit);
}

interface Plan {
  modelId: string;
  spec: OuterSpec;
  /** The sample to generate and train on; null for the user's own data. */
  sample: SampleOptions | null;
}

/** Everything that the command line can get wrong is found here, before anything starts. */
async function planDemo(
  { data, spec: given, model, epochs, ...values }: DemoValues,
  context: CommandContext,
): Promise<Plan> {
  if (data !== undefined && given === undefined) throw await specMissing(resolve(context.cwd, data));
  const specFile = given === undefined ? repositoryFile('examples/sample.yaml') : resolve(context.cwd, given);
  const spec = withEpochs(await readSpec(specFile), epochs);
  if (given === undefined) return { modelId: model ?? 'sample', spec, sample: sampleOptions(values) };
  const sizes = SAMPLE_SIZES.filter((name) => values[name] !== undefined);
  if (sizes.length > 0)
    throw new UserError(
      'wrong-arguments',
      `--${sizes[0]} is of the generated sample: leave it out with --spec`,
    );
  const place = { specFile, cwd: context.cwd, local: true };
  const modelId = model ?? modelNamedBy(specFile);
  return { modelId, spec: prepareSpec(spec, { data, tags: ORIGIN }, place), sample: null };
}

/** `online-retail` of `examples/online-retail.yaml`. */
function modelNamedBy(specFile: string): string {
  const name = basename(specFile)
    .replace(/\.[^.]*$/, '')
    .toLowerCase();
  const parsed = modelArgument.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'wrong-arguments',
    `--model is missing, and the spec's name makes "${name}"; ${parsed.error.issues[0]?.message}`,
  );
}

async function specMissing(file: string): Promise<UserError> {
  if (!existsSync(file)) return new UserError('wrong-arguments', `there is no data file ${file}`);
  const columns = await columnsOf(file);
  return new UserError(
    'wrong-arguments',
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

async function runDemo(plan: Plan, host: Host, keep: boolean, context: CommandContext): Promise<number> {
  const client = new TrainyardClient({ url: host.url });
  context.terminal.draw([`Trainyard serves at ${host.url}, and keeps its data in ${host.directory.root}`]);
  await endLeftovers(client, plan.modelId);
  const spec = plan.sample ? await sampleSpec(plan.spec, plan.sample, host, context) : plan.spec;
  const run = await client.start(plan.modelId, spec);
  context.terminal.draw([`look at it  ${host.url}/runs/${run.runId}`]);
  try {
    const ended = await watchRun(client, run.runId, context.terminal, context.interrupted);
    context.terminal.draw(nextSteps(ended, host, keep, context.cwd));
    if (keep) await keepServing(host, context);
    return ended.status === 'completed' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    context.note(`stopping ${run.name}: Ctrl-C again leaves it to itself`);
    context.note(`${run.name} is ${await endRun(client, run.runId)}`);
    if (context.interrupted.aborted) return EXIT.interrupted;
    throw error;
  }
}

async function keepServing(host: Host, context: CommandContext): Promise<void> {
  context.terminal.draw(['', `serving at ${host.url} until Ctrl-C`]);
  await serveUntilInterrupted(host, context);
}

/** Writes the sample unless it is there from an earlier time: equal options make equal files. */
async function sampleSpec(
  spec: OuterSpec,
  sample: SampleOptions,
  host: Host,
  context: CommandContext,
): Promise<OuterSpec> {
  const { rows, customers, products, seed } = sample;
  const file = join(host.directory.samples, `${rows}-${customers}-${products}-${seed}.csv`);
  const facts = `${whole(rows)} purchases of ${whole(products)} products by ${whole(customers)} customers`;
  if (existsSync(file)) {
    context.terminal.draw([`sample purchases: ${facts} (there already)`]);
  } else {
    const began = performance.now();
    await makeFolder(host.directory.samples);
    await writeSample(sample, file);
    context.terminal.draw([`sample purchases: ${facts} in ${duration((performance.now() - began) / 1000)}`]);
  }
  return prepareSpec(spec, { data: file, tags: ORIGIN }, { specFile: file, cwd: context.cwd, local: true });
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

function nextSteps(run: RunView, host: Host, keep: boolean, cwd: string): string[] {
  const page = `${host.url}/runs/${run.runId}`;
  if (run.status !== 'completed')
    return [
      `  the trainer's own output: ${join(host.directory.jobs, `${run.runId}-${run.attempt}`, 'output.log')}`,
      ...(keep ? [`  the run on the page: ${page}`] : []),
    ];
  const report = run.result?.artifacts['report'];
  const { root } = host.directory;
  const elsewhere = root === resolve(cwd, DEFAULT_DIRECTORY) ? '' : ` --directory ${root}`;
  const steps = [
    ...(report === undefined
      ? []
      : [[asPath(report), 'the report, to open in a browser: whether to ship it, and why']]),
    ...(keep
      ? [[page, 'the page of the run, until Ctrl-C']]
      : [[`npx trainyard up${elsewhere}`, `serves this and later runs on port ${DEFAULT_PORT}`]]),
    [
      // In its usual folder the command finds the host by itself.
      `npx trainyard list ${run.modelId}${keep && elsewhere !== '' ? ` --url ${host.url}` : ''}`,
      'the runs of this model, while it is served',
    ],
    ['npm start -- --data FILE --spec FILE', 'your own data: examples/README.md'],
  ];
  const width = Math.max(...steps.map(([command = '']) => command.length));
  return [
    '',
    '  what to do next',
    ...steps.map(([command = '', meaning = '']) => `    ${command.padEnd(width)}  ${meaning}`),
  ];
}
