import { modelIdSchema } from '@trainyard/shared';
import { resolve } from 'node:path';
import { type Command, EXIT, listValue, stringValue, UsageError, wholeValue } from './command.js';
import { connect, connectionOptions, isThisMachine } from './connect.js';
import { estimateLines } from './estimateLines.js';
import { watchOrLeave } from './watch.js';
import { parseTags, prepareSpec, readSpec } from './specFile.js';

export const start: Command = {
  summary: 'Starts a run of a model.',
  usage: '--model ID --spec FILE [--data FILE] [--force-recompute STAGES] [--watch | --dry-run]',
  options: {
    model: { type: 'string', short: 'm', value: 'ID', help: 'the model that the run belongs to' },
    spec: { type: 'string', short: 's', value: 'FILE', help: 'the training spec, YAML or JSON' },
    data: {
      type: 'string',
      short: 'd',
      value: 'FILE',
      help: 'the rows, instead of those that the spec names',
    },
    tag: {
      type: 'string',
      multiple: true,
      value: 'NAME=VALUE',
      help: 'adds a tag; may be given several times',
    },
    'force-recompute': {
      type: 'string',
      value: 'STAGES',
      help: 'does ingest, validate or transform again (with commas between) although the cache has their output',
    },
    'dry-run': { type: 'boolean', help: 'starts nothing: checks the spec and says what a run would take' },
    rows: { type: 'string', value: 'N', help: 'with --dry-run: how many rows the data has' },
    watch: { type: 'boolean', short: 'w', help: 'draws the run until it is over' },
    ...connectionOptions,
  },
  examples: [
    'trainyard start --model shop --spec examples/sample.yaml --data purchases.csv --watch',
    'trainyard start --model retail --spec examples/online-retail.yaml --data online-retail.parquet --tag team=shop',
    'trainyard start --model shop --spec my-spec.yaml --dry-run --rows 2_000_000',
  ],
  positionals: { least: 0, most: 0 },
  async run({ values }, world) {
    const modelId = modelValue(stringValue(values, 'model'));
    const spec = stringValue(values, 'spec');
    if (spec === undefined)
      throw new UsageError('--spec is missing: name a spec file, such as examples/sample.yaml');
    const tags = parseTags(listValue(values, 'tag'));
    const client = await connect(values, world);
    const specFile = resolve(world.cwd, spec);
    const prepared = prepareSpec(
      await readSpec(specFile),
      {
        data: stringValue(values, 'data'),
        forceRecompute: stringValue(values, 'force-recompute')?.split(','),
        tags,
      },
      { specFile, cwd: world.cwd, local: isThisMachine(client.url) },
    );
    if (values['dry-run'] === true) {
      const rows = wholeValue(values, 'rows', 1, 999_999_999);
      const { estimate } = await client.dryRun(modelId, prepared, rows);
      world.terminal.draw(estimateLines(modelId, estimate, world.terminal.layout.width));
      return EXIT.ok;
    }
    const run = await client.start(modelId, prepared);
    if (values['watch'] === true) return watchOrLeave(client, run, world);
    world.terminal.draw([
      `${run.name} (run ${run.runId}) was started at ${client.url}`,
      `watch it: trainyard watch ${run.name}`,
    ]);
    return EXIT.ok;
  },
};

export function modelValue(text: string | undefined): string {
  if (text === undefined) throw new UsageError('--model is missing: name the model that the run belongs to');
  const parsed = modelIdSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--model is "${text}"; a model id ${parsed.error.issues[0]?.message}`);
}
