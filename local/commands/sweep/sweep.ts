import { sweepIdSchema, sweepPrunerSchema, sweepStrategyNameSchema } from '@trainyard/shared';
import { commaSeparated, pairs, wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { defineCommand, experimentArgument, modelArgument } from '../command.js';
import { connect, connectionFlags } from '../connect.js';
import { settingSchema } from '../sent/setting.js';
import { ACTIONS, refuseStray } from './actions.js';
import { addTrial, change } from './change.js';
import { finalize } from './finalize.js';
import { listSweeps } from './listSweeps.js';
import { show, watchUntilOver } from './look.js';
import { startSweep } from './startSweep.js';

const usd = z.string().transform((text, context) => {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && Number.isFinite(value)) return value;
  context.addIssue({ code: 'custom', message: 'allowed is a number above 0' });
  return z.NEVER;
});

const flags = {
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
      'what is tried: a YAML file of settings and their values, a whole sweep file, or "default" for the usual ranges, which are tried unless it is given',
  },
  data: { short: 'd', value: 'FILE', description: 'the rows, instead of those that the spec names' },
  name: {
    value: 'TEXT',
    description: 'what the sweep is called',
    schema: z
      .string()
      .regex(/\S/, 'write a name, or leave it out: the sweep is called by its id then')
      .optional(),
  },
  experiment: {
    value: 'ID',
    description: "the experiment that the trials belong to; the model's own unless given",
    schema: experimentArgument.optional(),
  },
  strategy: {
    value: 'NAME',
    description: 'how settings are chosen',
    schema: sweepStrategyNameSchema.clone().optional(),
  },
  pruner: {
    value: 'NAME',
    description: 'what stops trials that fall behind',
    schema: sweepPrunerSchema.shape.kind.clone().optional(),
  },
  objective: {
    value: 'METRIC',
    description: 'the metric of the validation rows that decides, such as val_recall_at_10',
  },
  trials: {
    value: 'N',
    description: 'how many trials at most; with list, how many sweeps',
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
  set: {
    multiple: true,
    value: 'KEY=VALUE',
    description: 'with add-trial: a setting that the trial has; may be given several times',
    schema: pairs(settingSchema),
  },
  override: {
    multiple: true,
    value: 'KEY=VALUE',
    description: 'with finalize: a setting that the last training has otherwise',
    schema: pairs(settingSchema),
  },
  trial: {
    value: 'N',
    description: 'with finalize: the number of the trial that is trained, the best unless given',
    schema: wholeNumber(1, 1_000_000).optional(),
  },
  repeats: {
    value: 'N',
    description:
      'with finalize: how often it is trained again with other seeds, 3 unless given; 0 for not at all',
    schema: wholeNumber(0, 100).optional(),
  },
  'no-baseline': {
    description: 'with finalize: does not train the specification that the sweep began with beside it',
  },
  out: {
    value: 'DIR',
    description:
      'where sweep.json, best.yaml and pictures go; sweeps/ID unless given. With show, and once it was finalized, they are written there again',
  },
  detach: { description: 'returns at once, without a table' },
  json: {
    description:
      'prints JSON alone: what sweep.json holds of a sweep that is shown or was watched, else what changed',
  },
  ...connectionFlags,
} as const;

export const sweepCommand = defineCommand(
  {
    name: 'trainyard sweep',
    summary:
      'Looks for the best settings of a specification by many runs, and shows or changes such a sweep.',
    positionals: {
      action: {
        value: 'ACTION',
        description: 'what is done; all but start, which it is unless given, and list need the id of a sweep',
        schema: z.enum(ACTIONS).default('start'),
      },
      id: {
        value: 'ID',
        description: 'the id of the sweep; with list, of a model',
        schema: z.string().optional(),
      },
    },
    flags,
    examples: [
      'trainyard sweep --model shop --spec shop.yaml --space default --trials 30',
      'trainyard sweep --model shop --spec shop.yaml --space space.yaml --strategy tpe --pruner asha --parallel 2',
      'trainyard sweep list shop',
      'trainyard sweep watch q5w2kzt7mbx3hvac4ndy',
      'trainyard sweep add-trial q5w2kzt7mbx3hvac4ndy --set training.optimizer.learningRate=0.01 --set training.batchSize=512',
      'trainyard sweep extend q5w2kzt7mbx3hvac4ndy --trials 60',
      'trainyard sweep finalize q5w2kzt7mbx3hvac4ndy --override training.epochs=20',
    ],
  },
  async (values, context) => {
    const { action } = values;
    refuseStray(action, values);
    const client = await connect(values, context);
    const asked = { client, values, context };
    if (action === 'start') return startSweep(asked);
    if (action === 'list') return listSweeps(asked);
    const sweepId = sweepIdOf(action, values.id);
    switch (action) {
      case 'show':
        return show(asked, sweepId);
      case 'watch':
        return watchUntilOver(asked, sweepId);
      case 'add-trial':
        return addTrial(asked, sweepId);
      case 'finalize':
        return finalize(asked, sweepId);
      default:
        return change(asked, action, sweepId);
    }
  },
);

function sweepIdOf(action: string, given: string | undefined): string {
  const parsed = sweepIdSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UserError(
    'wrong-arguments',
    `trainyard sweep ${action} got ${given === undefined ? 'no id' : `"${given}"`}: give the id of a sweep, 20 letters and digits; trainyard sweep list MODEL shows them`,
  );
}
