import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_MONITOR } from '@trainyard/shared';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { TrainyardClient } from '../../client/trainyardClient.js';
import { DEFAULT_DIRECTORY } from '../../config.js';
import type { Host } from '../../host/host.js';
import { withHost } from '../withHost.js';
import { repositoryFile } from '../../repositoryFile.js';
import { sampleOptionsSchema } from '../../sample/options.js';
import { writeSample } from '../../sample/writeSample.js';
import { duration } from '../../watch/numbers.js';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { prepareSpec, readSpec } from '../specFile.js';
import { conclude, exitCodeOf } from './look.js';
import { watchSweep } from './watchSweep.js';

/** What is worth a try on the sample, beginning with what matters most. */
const SPACE = {
  'training.optimizer.learningRate': { type: 'logFloat', min: 0.001, max: 0.1 },
  'training.batchSize': [512, 1024, 2048, 4096],
  'training.embeddingL2': { type: 'logFloat', min: 1e-7, max: 1e-4 },
};

export const demoSweep = defineCommand(
  {
    name: 'trainyard demo-sweep',
    summary: 'Looks for the best settings on sample purchases, through the whole path on this machine.',
    positionals: {},
    flags: {
      trials: { value: 'N', description: 'how many trials', schema: wholeNumber(1, 1000).default(12) },
      parallel: { value: 'N', description: 'how many run at a time', schema: wholeNumber(1, 100).default(2) },
      rows: {
        value: 'N',
        description: 'how many purchases',
        schema: wholeNumber(1000, 100_000_000).default(20_000),
      },
      epochs: { value: 'N', description: 'the epochs of a trial', schema: wholeNumber(1, 10_000).default(3) },
      directory: {
        value: 'DIR',
        description: 'where everything is kept',
        schema: z.string().default(DEFAULT_DIRECTORY),
      },
    },
    examples: ['npm run demo:sweep', 'npm run demo:sweep -- --trials 30 --rows 200000'],
  },
  (values, context) =>
    withHost(context, { directory: values.directory }, (host) => runSweep(host, values, context)),
);

/** What is touched of the training of the example. */
const trainingSchema = z.looseObject({ epochs: z.number() });

interface Sizes {
  trials: number;
  parallel: number;
  rows: number;
  epochs: number;
}

async function runSweep(host: Host, sizes: Sizes, context: CommandContext): Promise<number> {
  const began = performance.now();
  const client = new TrainyardClient({ url: host.url });
  const file = await sampleFile(host, sizes.rows);
  const specFile = repositoryFile('examples/sample.yaml');
  const spec = prepareSpec(
    await readSpec(specFile),
    { data: file },
    { specFile, cwd: context.cwd, local: true },
  );
  const training = trainingSchema.parse(spec['training']);
  const { sweepId } = await client.startSweep('sample', {
    name: 'demo',
    spec: { ...spec, training: { ...training, epochs: sizes.epochs } },
    space: SPACE,
    objective: DEFAULT_MONITOR,
    strategy: 'tpe',
    maxTrials: sizes.trials,
    maxParallel: sizes.parallel,
  });
  context.terminal.draw([`sweep ${sweepId}: ${sizes.trials} trials on ${sizes.rows} sample purchases`]);
  const seen = await watchSweep(client, sweepId, {
    terminal: context.terminal,
    signal: context.interrupted,
  });
  if (context.interrupted.aborted) {
    await client.changeSweep(sweepId, 'cancel', {});
    context.note(`sweep ${sweepId} is cancelled`);
    return EXIT.interrupted;
  }
  const { root } = host.directory;
  const folder = join(root, 'sweeps', sweepId);
  const next = [
    `  in ${duration((performance.now() - began) / 1000)}`,
    `  look at it: ${join(folder, 'report.html')}`,
    `  train the best with all epochs: trainyard up --directory ${root}, and beside it trainyard sweep finalize ${sweepId} --override training.epochs=${training.epochs}`,
  ];
  await conclude(client, seen, { folder, json: false, next }, context);
  return exitCodeOf(seen);
}

/** Writes the sample unless it is there from an earlier time: equal options make equal files. */
async function sampleFile(host: Host, rows: number): Promise<string> {
  const options = sampleOptionsSchema.parse({ rows, customers: Math.ceil(rows / 25) });
  const { customers, products, seed } = options;
  const file = join(host.directory.samples, `${rows}-${customers}-${products}-${seed}.csv`);
  if (existsSync(file)) return file;
  await makeFolder(host.directory.samples);
  await writeSample(options, file);
  return file;
}
