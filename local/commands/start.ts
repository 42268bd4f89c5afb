import { dirname, resolve } from 'node:path';
import {
  repeatCountSchema,
  runIdSchema,
  runIntentSchema,
  runTitleSchema,
  type RunIntent,
} from '@trainyard/shared';
import { commaSeparated, wholeNumber, pairs } from '@trainyard/shared/commandLine/flags';
import { z } from 'zod';
import type { StartIdentity, TrainyardClient } from '../client/trainyardClient.js';
import { plain } from '../watch/layout.js';
import { defineCommand, EXIT, experimentArgument, modelArgument, printJson } from './command.js';
import { connect, connectionFlags, findRun, isThisMachine } from './connect.js';
import { estimateLines, togetherLines } from './estimateLines.js';
import { gitCommit } from './gitCommit.js';
import { cutLines, quickFlags, quickTestAsked, refuseOtherIntent } from './quick/quickTest.js';
import { withNamedPlaces } from './sent/namedPlaces.js';
import { refuseJsonOfWatch, watchOrLeave } from './watch.js';
import { prepareSpec, readSpec, tagSchema } from './specFile.js';

export const start = defineCommand(
  {
    name: 'trainyard start',
    summary: 'Starts a run of a model.',
    positionals: {},
    flags: {
      model: {
        short: 'm',
        value: 'ID',
        description: 'the model that the run belongs to',
        schema: modelArgument,
      },
      spec: {
        short: 's',
        value: 'FILE',
        description: 'the training spec, YAML or JSON, such as examples/sample.yaml',
        schema: z.string(),
      },
      data: { short: 'd', value: 'FILE', description: 'the rows, instead of those that the spec names' },
      tag: {
        multiple: true,
        value: 'NAME=VALUE',
        description: 'adds a tag; may be given several times',
        schema: pairs(tagSchema),
      },
      title: {
        value: 'TEXT',
        description: 'what the run is called for people; made of its intent and of what differs unless given',
        schema: runTitleSchema.optional(),
      },
      intent: { value: 'INTENT', description: 'what the run is for', schema: runIntentSchema.optional() },
      experiment: {
        value: 'ID',
        description: "the group of runs that it is in; the model's own unless given",
        schema: experimentArgument.optional(),
      },
      parent: {
        value: 'RUN',
        description: 'the run, or the id of the sweep, that it is a child of',
        schema: z.string().optional(),
      },
      'force-recompute': {
        value: 'STAGES',
        description:
          'does ingest, validate or transform again (with commas between) although the cache has their output',
        schema: commaSeparated.optional(),
      },
      ...quickFlags,
      repeats: {
        value: 'N',
        description:
          'has the run repeated so many times with other seeds, to see what its figures owe to chance',
        schema: wholeNumber(2, repeatCountSchema.maxValue ?? 100).optional(),
      },
      'dry-run': { description: 'starts nothing: checks the spec and says what a run would take' },
      rows: {
        value: 'N',
        description: 'with --dry-run: how many rows the data has',
        schema: wholeNumber(1, 999_999_999).optional(),
      },
      watch: { short: 'w', description: 'draws the run until it is over' },
      json: { description: 'prints the run, or with --dry-run what it would take, as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard start --model shop --spec examples/sample.yaml --data purchases.csv --watch',
      'trainyard start --model retail --spec examples/online-retail.yaml --data online-retail.parquet --tag team=shop',
      "trainyard start --model shop --spec wide.yaml --experiment wider-towers --intent ablation --title '64 wide'",
      'trainyard start --model shop --spec my-spec.yaml --quick --watch',
      'trainyard start --model shop --spec my-spec.yaml --dry-run --rows 2_000_000',
    ],
  },
  async (values, context) => {
    const { model: modelId, data, tag } = values;
    refuseJsonOfWatch(values);
    refuseOtherIntent(values);
    const client = await connect(values, context);
    const specFile = resolve(context.cwd, values.spec);
    const prepared = prepareSpec(
      await readSpec(specFile),
      {
        data,
        forceRecompute: values['force-recompute'],
        tags: Object.fromEntries(tag),
      },
      { specFile, cwd: context.cwd, local: isThisMachine(client.url) },
    );
    const quickTest = quickTestAsked(values);
    const named = <T>(work: Promise<T>) =>
      withNamedPlaces(
        work,
        ([part, ...keys]) => (part === 'spec' ? { file: specFile, keys } : undefined),
        context.cwd,
      );
    const asked = {
      ...(await identityOf(client, values, dirname(specFile))),
      ...(quickTest && { quickTest }),
      ...(values.repeats !== undefined && { repeats: values.repeats }),
    };
    if (values['dry-run']) {
      const answer = await named(client.dryRun(modelId, prepared, values.rows, asked));
      if (values.json) return printJson(answer, context);
      context.terminal.draw([
        ...cutLines(answer, context.terminal.layout.width),
        ...estimateLines(modelId, answer.estimate, context.terminal.layout.width),
        ...togetherLines(answer.together),
      ]);
      return EXIT.ok;
    }
    const run = await named(client.start(modelId, prepared, asked));
    if (values.json) return printJson(run, context);
    context.terminal.draw(cutLines(run, context.terminal.layout.width));
    if (values.repeats !== undefined)
      context.terminal.draw([`what its repetitions tell: trainyard repeats ${run.name} --watch`]);
    if (values.watch) return watchOrLeave(client, run, context);
    context.terminal.draw([
      `${run.name} (run ${run.runId}) was started at ${client.url}`,
      ...(run.title === '' ? [] : [plain(run.title)]),
      `watch it: trainyard watch ${run.name}`,
    ]);
    return EXIT.ok;
  },
);

interface AskedIdentity {
  title: string | undefined;
  intent: RunIntent | undefined;
  experiment: string | undefined;
  parent: string | undefined;
}

/** What the run is said to be, with the commit of the repository that its specification lies in, where it lies in one. */
async function identityOf(
  client: TrainyardClient,
  { title, intent, experiment, parent }: AskedIdentity,
  folder: string,
): Promise<StartIdentity> {
  const commit = await gitCommit(folder);
  // A sweep is named by its id alone, which looks like that of a run.
  const isId = parent === undefined || runIdSchema.safeParse(parent).success;
  const parentRunId = isId ? parent : (await findRun(client, parent)).runId;
  return {
    ...(title !== undefined && { title }),
    ...(intent && { intent }),
    ...(experiment !== undefined && { experiment }),
    ...(parentRunId !== undefined && { parentRunId }),
    ...(commit !== undefined && { systemTags: { git_commit: commit } }),
  };
}
