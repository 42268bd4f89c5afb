/** What is sent to begin a sweep and to change one. Files of other tools say the same in other names, which are read as well. */
import { z } from 'zod';
import { described } from '../described.js';
import { jsonValueSchema } from '../jsonValue.js';
import { DEFAULT_MONITOR } from '../metrics/availability.js';
import { repeatCountSchema } from '../repeats/repeats.js';
import { unresolvedSpecSchema } from '../spec/presets.js';
import { sweepPrunerSchema, sweepStrategySchema } from './settings.js';
import { sweepLimits, sweepSchema } from './sweep.js';
import { parametersSchema } from './trial.js';

/** Names that other tools have for our strategies. */
const METHODS = {
  grid: 'grid',
  random: 'random',
  quasiRandom: 'quasiRandom',
  sobol: 'quasiRandom',
  tpe: 'tpe',
  bayesian: 'tpe',
  bayes: 'tpe',
} as const;
const methodSchema = z.enum(Object.keys(METHODS) as [keyof typeof METHODS, ...(keyof typeof METHODS)[]]);

const rawSpaceSchema = z.union([
  z.literal('default'),
  z.record(z.string().min(1).max(200), jsonValueSchema).refine((space) => Object.keys(space).length > 0, {
    error: 'must have a parameter at least',
  }),
]);
const directionSchema = z.enum(['minimize', 'maximize']);

/** By their own names; `ALIASES` says which other ones mean the same. */
const fields = {
  spec: described(
    unresolvedSpecSchema.clone().optional(),
    'The specification that trials differ from; its sections may name presets. It has to be there, here or as `base_config`.',
  ),
  space: described(
    rawSpaceSchema.clone().optional(),
    'What is tried: parameters by their dotted keys in the specification, or `default` for the usual ranges. A list is a choice, ' +
      '`{"min": …, "max": …}` a range, anything else a constant; `{"type": "logFloat", …}` says it in full. It has to be there, here or as `param_space`.',
    { 'training.optimizer.learningRate': { min: 0.01, max: 0.5 }, 'training.batchSize': [1024, 4096] },
  ),
  objective: described(
    z
      .union([
        z.string().max(100),
        z.strictObject({
          metric: described(z.string().max(100), 'The metric.', DEFAULT_MONITOR),
          direction: described(
            directionSchema.optional(),
            'Whether less or more is better. The table of metrics says it: what contradicts it is refused.',
          ),
        }),
      ])
      .optional(),
    `The metric of the validation split that trials are compared by; \`${DEFAULT_MONITOR}\` unless given.`,
    { metric: DEFAULT_MONITOR },
  ),
  strategy: described(
    z.union([methodSchema, sweepStrategySchema]).optional(),
    'How parameters are chosen: the name of a strategy, or all of its settings; `tpe` unless given.',
    'grid',
  ),
  maxTrials: sweepLimits.maxTrials.optional(),
  maxParallel: sweepLimits.maxParallel.optional(),
  timeoutSeconds: sweepLimits.timeoutSeconds.optional(),
  seed: sweepSchema.shape.seed.optional(),
} as const;
type Field = keyof typeof fields;

/** Names of other tools, and ours that each stands for. */
const ALIASES = {
  base_config: 'spec',
  param_space: 'space',
  objective_metric: 'objective',
  method: 'strategy',
  max_evals: 'maxTrials',
  n_trials: 'maxTrials',
  n_jobs: 'maxParallel',
  timeout: 'timeoutSeconds',
  random_state: 'seed',
} as const satisfies Record<string, Field>;
type Alias = keyof typeof ALIASES;

/** What other tools call a field of a request. */
export function otherSweepNames(field: string): string[] {
  return Object.entries(ALIASES).flatMap(([other, name]) => (name === field ? [other] : []));
}

const alias = <T extends z.ZodType>(field: Field, schema: T): T =>
  described(schema.clone(), `The same as \`${field}\`, as other tools call it.`);

const sentSweepSchema = z.strictObject({
  name: described(
    sweepSchema.shape.name.clone().optional(),
    'The name of the sweep; its id unless given.',
    'wider-towers',
  ),
  description: described(
    sweepSchema.shape.description.clone().optional(),
    'What it is to find out, in words.',
    'Do wider towers pay?',
  ),
  experiment: described(
    sweepSchema.shape.experiment.clone().optional(),
    'The experiment that the trials belong to; the own one of the model unless given.',
    'towers',
  ),
  ...fields,
  direction: described(
    directionSchema.optional(),
    'Whether less or more of the objective is better. The table of metrics says it: what contradicts it is refused.',
  ),
  pruner: described(
    z.union([z.enum(['none', 'asha']), sweepPrunerSchema]).optional(),
    'Which trials are stopped before their end: `none` unless given.',
    'asha',
  ),
  budgetUsd: sweepLimits.budgetUsd.optional(),
  maxFailures: sweepLimits.maxFailures.optional(),
  tiers: described(
    z.array(z.string()).min(1).optional(),
    'The compute tiers of the trials; those of the specification unless given, else the spot tiers of the deployment, else all.',
    ['gpu-spot'],
  ),
  base_config: alias('spec', fields.spec),
  param_space: alias('space', fields.space),
  objective_metric: alias('objective', fields.objective),
  method: alias('strategy', fields.strategy),
  max_evals: alias('maxTrials', fields.maxTrials),
  n_trials: alias('maxTrials', fields.maxTrials),
  n_jobs: alias('maxParallel', fields.maxParallel),
  timeout: alias('timeoutSeconds', fields.timeoutSeconds),
  random_state: alias('seed', fields.seed),
});
type Sent = z.output<typeof sentSweepSchema>;

const DEFAULTS = { maxTrials: 100, maxParallel: 4, timeoutSeconds: 3600, seed: 42, maxFailures: 10 } as const;

/** A request for a sweep, by our own names and with every default but those of the specification and the space filled in. */
export const sweepRequestSchema = sentSweepSchema.transform((sent, context) => {
  const own = withOwnNames(sent, context);
  const { spec, space, objective = DEFAULT_MONITOR, strategy = 'tpe', pruner = 'none' } = own;
  const missing = (path: Field, other: Alias) =>
    context.addIssue({
      code: 'custom',
      path: [path],
      input: sent,
      message: `is needed, here or as ${other}`,
    });
  if (spec === undefined) missing('spec', 'base_config');
  if (space === undefined) missing('space', 'param_space');
  if (spec === undefined || space === undefined) return z.NEVER;
  const { metric, direction } =
    typeof objective === 'string' ? { metric: objective, direction: undefined } : objective;
  return {
    name: own.name ?? null,
    description: own.description ?? '',
    experiment: own.experiment ?? null,
    spec,
    space,
    objective: { metric, direction: direction ?? own.direction ?? null },
    strategy:
      typeof strategy === 'string' ? sweepStrategySchema.parse({ kind: METHODS[strategy] }) : strategy,
    pruner: typeof pruner === 'string' ? sweepPrunerSchema.parse({ kind: pruner }) : pruner,
    maxTrials: own.maxTrials ?? DEFAULTS.maxTrials,
    maxParallel: own.maxParallel ?? DEFAULTS.maxParallel,
    timeoutSeconds: own.timeoutSeconds ?? DEFAULTS.timeoutSeconds,
    seed: own.seed ?? DEFAULTS.seed,
    budgetUsd: own.budgetUsd ?? null,
    maxFailures: own.maxFailures ?? DEFAULTS.maxFailures,
    tiers: own.tiers ?? null,
  };
});
export type SweepRequest = z.output<typeof sweepRequestSchema>;

/** Each thing under one name: two names for the same are refused, for nobody could tell which one is meant. */
function withOwnNames(sent: Sent, context: z.RefinementCtx): Sent {
  const own: Partial<Record<Field, unknown>> = {};
  for (const [other, name] of Object.entries(ALIASES) as [Alias, Field][]) {
    if (sent[other] === undefined) continue;
    if (sent[name] !== undefined || own[name] !== undefined) {
      const message = `says the same as ${name} under another name: give one of them`;
      context.addIssue({ code: 'custom', path: [other], input: sent[other], message });
    }
    own[name] = sent[other];
  }
  // Each alias has the schema of the name that it stands for.
  return { ...sent, ...own } as Sent;
}

export const extendRequestSchema = z
  .strictObject({
    maxTrials: sweepLimits.maxTrials.optional(),
    maxParallel: sweepLimits.maxParallel.optional(),
    timeoutSeconds: described(
      sweepLimits.timeoutSeconds.clone().optional(),
      'How long trials may be started from now on, in seconds; of a sweep that has ended, as long as at its start unless given.',
      3600,
    ),
    budgetUsd: sweepLimits.budgetUsd.optional(),
    maxFailures: sweepLimits.maxFailures.optional(),
  })
  .refine((sent) => Object.values(sent).some((value) => value !== undefined), {
    error: 'must have one of maxTrials, maxParallel, timeoutSeconds, budgetUsd and maxFailures',
  });
export type ExtendRequest = z.output<typeof extendRequestSchema>;

export const addTrialRequestSchema = z.strictObject({
  parameters: parametersSchema,
});

export const finalizeRequestSchema = z.strictObject({
  trial: described(
    z.int().min(1).optional(),
    'The number of the completed trial that is trained; the best unless given. Trials on a sample tell roughly: where the best lie close together, train each of them and keep what is best on validation.',
    7,
  ),
  overrides: described(
    parametersSchema.clone().optional(),
    'What the last training has otherwise than the trial, by dotted keys: all rows instead of a sample, more epochs.',
    { 'training.epochs': 20 },
  ),
  repeats: described(
    z.union([z.literal(0), repeatCountSchema.clone()]).default(3),
    'How often it is trained again with other seeds, as its children, to see what its figures owe to chance; 0 for not at all.',
    10,
  ),
  baseline: described(
    z.boolean().default(true),
    'Whether the specification that the sweep began with is trained alike, to see what the search was worth. It becomes no version.',
  ),
});
export type FinalizeRequest = z.output<typeof finalizeRequestSchema>;
