import { join, resolve } from 'node:path';
import { sweepIdSchema, type SweepView } from '@trainyard/shared';
import { commaSeparated, wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { type CommandContext, defineCommand, EXIT, modelArgument } from '../command.js';
import { connect, connectionFlags, isThisMachine } from '../connect.js';
import { prepareSpec, readSpec } from '../specFile.js';
import { watchOrLeave } from '../watch.js';
import { outcomeLines, sweepFileOf, writeOutcome } from './outcome.js';
import { readSweepFile, type SentSweep } from './sweepFile.js';
import { progressLine, trialLine } from './trialTable.js';
import { readSweep, watchSweep, type Seen } from './watchSweep.js';

const ACTIONS = ['start', 'show', 'watch', 'pause', 'resume', 'extend', 'cancel', 'finalize'] as const;
type Action = (typeof ACTIONS)[number];

const usd = z.string().transform((text, context) => {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  context.addIssue({ code: 'custom', message: 'allowed is a number above 0' });
  return z.NEVER;
});
const overrideSchema = z.string().transform((text, context): [string, unknown] => {
  const at = text.indexOf('=');
  if (at < 1) {
    context.addIssue({ code: 'custom', message: 'write KEY=VALUE, such as training.epochs=20' });
    return z.NEVER;
  }
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value)];
  } catch {
    // A word without quotes is a text.
    return [text.slice(0, at), value];
  }
});

export const sweepCommand = defineCommand(
  {
    name: 'trainyard sweep',
    summary:
      'Looks for the best settings of a specification by many runs, and shows or changes such a sweep.',
    positionals: {
      action: {
        value: 'ACTION',
        description: `start unless given; ${ACTIONS.slice(1).join(', ')} need the id of a sweep`,
        schema: z.enum(ACTIONS).default('start'),
      },
      id: { value: 'ID', description: 'the id of the sweep', schema: z.string().optional() },
    },
    flags: {
      model: {
        short: 'm',
        value: 'ID',
        description: 'the model that the runs belong to',
        schema: modelArgument.optional(),
      },
      spec: {
        short: 's',
        value: 'FILE',
        description: 'the training spec that trials differ from, YAML or JSON',
      },
      space: {
        value: 'FILE',
        description:
          'what is tried: a YAML file of settings and their values, a whole sweep file, or "default" for the usual ranges',
      },
      data: { short: 'd', value: 'FILE', description: 'the rows, instead of those that the spec names' },
      name: { value: 'TEXT', description: 'what the sweep is called' },
      strategy: { value: 'NAME', description: 'how settings are chosen: grid, random, quasiRandom or tpe' },
      pruner: { value: 'NAME', description: 'what stops trials that fall behind: none or asha' },
      objective: {
        value: 'METRIC',
        description: 'the metric of the validation rows that decides, such as val_recall_at_10',
      },
      trials: {
        value: 'N',
        description: 'how many trials at most',
        schema: wholeNumber(1, 10_000).optional(),
      },
      parallel: { value: 'N', description: 'how many run at a time', schema: wholeNumber(1, 100).optional() },
      timeout: {
        value: 'SECONDS',
        description: 'how long trials may be started',
        schema: wholeNumber(1, 31_536_000).optional(),
      },
      budget: { value: 'USD', description: 'what all trials may cost together', schema: usd.optional() },
      seed: {
        value: 'N',
        description: 'the same seed draws the same',
        schema: wholeNumber(0, 4_294_967_295).optional(),
      },
      tiers: {
        value: 'NAMES',
        description: 'the compute tiers of the trials, with commas between',
        schema: commaSeparated.optional(),
      },
      override: {
        multiple: true,
        value: 'KEY=VALUE',
        description: 'with finalize: a setting that the last training has otherwise',
        schema: z.array(overrideSchema).default([]),
      },
      out: {
        value: 'DIR',
        description: 'where sweep.json, best.yaml and pictures go; sweeps/ID unless given',
      },
      detach: { description: 'returns at once, without a table' },
      ...connectionFlags,
    },
    examples: [
      'trainyard sweep --model shop --spec shop.yaml --space default --trials 30',
      'trainyard sweep --model shop --spec shop.yaml --space space.yaml --strategy tpe --pruner asha --parallel 2',
      'trainyard sweep show q5w2kzt7mbx3hvac4ndy',
      'trainyard sweep extend q5w2kzt7mbx3hvac4ndy --trials 60',
      'trainyard sweep finalize q5w2kzt7mbx3hvac4ndy --override training.epochs=20',
    ],
  },
  async (values, context) => {
    const client = await connect(values, context);
    if (values.action === 'start') return started(client, values, context);
    const parsed = sweepIdSchema.safeParse(values.id);
    if (parsed.success) return onSweep(client, values.action, parsed.data, values, context);
    const given = values.id === undefined ? 'no id' : `"${values.id}"`;
    throw new UserError(
      'wrong-arguments',
      `trainyard sweep ${values.action} got ${given}: give the id of a sweep, 20 letters and digits, as its start said`,
    );
  },
);

interface SweepValues {
  model: string | undefined;
  spec: string | undefined;
  space: string | undefined;
  data: string | undefined;
  name: string | undefined;
  strategy: string | undefined;
  pruner: string | undefined;
  objective: string | undefined;
  trials: number | undefined;
  parallel: number | undefined;
  timeout: number | undefined;
  budget: number | undefined;
  seed: number | undefined;
  tiers: string[] | undefined;
  override: [string, unknown][];
  out: string | undefined;
  detach: boolean;
}

async function started(
  client: TrainyardClient,
  values: SweepValues,
  context: CommandContext,
): Promise<number> {
  const { model } = values;
  if (model === undefined)
    throw new UserError('wrong-arguments', '--model is missing: name the model of the runs');
  const sweep = await client.startSweep(model, await sentSweep(values, context, isThisMachine(client.url)));
  context.terminal.draw([
    `sweep ${sweep.sweepId} of up to ${sweep.maxTrials} trials was started at ${client.url}`,
  ]);
  if (values.detach) {
    context.terminal.draw([`see it: trainyard sweep watch ${sweep.sweepId}`]);
    return EXIT.ok;
  }
  return watched(client, sweep.sweepId, values, context);
}

/** The request: what the files say, and what flags say instead of it. */
async function sentSweep(values: SweepValues, context: CommandContext, local: boolean): Promise<SentSweep> {
  const { space = 'default', data } = values;
  const { sent, specFile: named } = await readSweepFile(space, context.cwd);
  const specFile = values.spec === undefined ? named : resolve(context.cwd, values.spec);
  if (specFile === undefined && sent['spec'] === undefined)
    throw new UserError(
      'wrong-arguments',
      '--spec is missing: name the specification that trials differ from',
    );
  const spec =
    specFile === undefined
      ? sent['spec']
      : prepareSpec(await readSpec(specFile), { data }, { specFile, cwd: context.cwd, local });
  return withFlags({ ...sent, spec }, values);
}

/** A flag takes the place of what a file says, also under the name of another tool. */
function withFlags(sent: SentSweep, values: SweepValues): SentSweep {
  const given: [name: string, value: unknown, others: readonly string[]][] = [
    ['name', values.name, []],
    ['strategy', values.strategy && { kind: values.strategy }, ['method']],
    ['pruner', values.pruner && { kind: values.pruner }, []],
    ['objective', values.objective, ['objective_metric', 'direction']],
    ['maxTrials', values.trials, ['max_evals', 'n_trials']],
    ['maxParallel', values.parallel, ['n_jobs']],
    ['timeoutSeconds', values.timeout, ['timeout']],
    ['budgetUsd', values.budget, []],
    ['seed', values.seed, ['random_state']],
    ['tiers', values.tiers, []],
  ];
  const all = { ...sent };
  for (const [name, value, others] of given) {
    if (value === undefined) continue;
    for (const other of others) delete all[other];
    all[name] = value;
  }
  return all;
}

async function onSweep(
  client: TrainyardClient,
  action: Exclude<Action, 'start'>,
  sweepId: string,
  values: SweepValues,
  context: CommandContext,
): Promise<number> {
  switch (action) {
    case 'show':
      return shown(await readSweep(client, sweepId), values, context);
    case 'watch':
      return watched(client, sweepId, values, context);
    case 'extend': {
      const { trials: maxTrials, parallel: maxParallel, timeout: timeoutSeconds, budget: budgetUsd } = values;
      const limits = { maxTrials, maxParallel, timeoutSeconds, budgetUsd };
      return said(await client.changeSweep(sweepId, action, defined(limits)), context);
    }
    case 'finalize': {
      const overrides = Object.fromEntries(values.override);
      const run = await client.finalizeSweep(sweepId, overrides);
      context.terminal.draw([
        `${run.name} (run ${run.runId}) trains the best trial as a version of ${run.modelId}`,
      ]);
      return values.detach ? EXIT.ok : watchOrLeave(client, run, context);
    }
    default:
      return said(await client.changeSweep(sweepId, action, {}), context);
  }
}

function defined(values: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function said(sweep: SweepView, { terminal }: CommandContext): number {
  terminal.draw([`sweep ${sweep.sweepId}`, progressLine(sweep)]);
  return EXIT.ok;
}

async function watched(
  client: TrainyardClient,
  sweepId: string,
  values: Pick<SweepValues, 'out'>,
  context: CommandContext,
): Promise<number> {
  const seen = await watchSweep(client, sweepId, context.terminal, context.interrupted);
  if (context.interrupted.aborted) {
    context.note(
      `sweep ${sweepId} goes on: trainyard sweep watch ${sweepId} looks again, trainyard sweep cancel ${sweepId} ends it`,
    );
    return EXIT.interrupted;
  }
  return concluded(seen, resolve(context.cwd, values.out ?? join('sweeps', sweepId)), context);
}

function shown({ sweep, trials }: Seen, { out }: SweepValues, context: CommandContext): Promise<number> {
  const { layout } = context.terminal;
  context.terminal.draw([progressLine(sweep), ...trials.map((trial) => trialLine(trial, sweep, layout))]);
  return concluded({ sweep, trials }, out === undefined ? undefined : resolve(context.cwd, out), context);
}

/** Says what was found, and writes it where a folder is given. 1 where no trial has a result. */
export async function concluded(
  { sweep, trials }: Seen,
  folder: string | undefined,
  { terminal }: Pick<CommandContext, 'terminal'>,
): Promise<number> {
  const file = sweepFileOf(sweep, trials);
  terminal.draw(outcomeLines(sweep, file, terminal.layout.width));
  if (folder !== undefined) {
    const names = await writeOutcome(sweep, file, folder);
    terminal.draw([`  ${names.join(', ')} are in ${folder}`]);
  }
  return sweep.best === null && sweep.endedAt !== null ? EXIT.failed : EXIT.ok;
}
