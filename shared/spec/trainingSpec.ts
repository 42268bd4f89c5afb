import { z } from 'zod';
import { described } from '../described.js';
import { datasetSchema } from './dataset.js';
import { evaluationSchema } from './evaluation/evaluation.js';
import { featuresSchema } from './features.js';
import { brokenMetricRules, monitorsOf } from './metricRules.js';
import { modelSchema } from './model.js';
import { brokenAugmentationRules } from './rules/augmentation.js';
import { brokenLossRules } from './rules/retrievalLoss.js';
import { brokenModelRules, type RuleBroken } from './modelRules.js';
import { outputsSchema } from './outputs/outputs.js';
import { brokenDecayRules, brokenDepthRules } from './rules/bounds.js';
import { brokenBaselineRules } from './rules/baselines.js';
import { brokenColumnRules } from './rules/columns.js';
import { brokenExpectationRules } from './rules/expectations.js';
import { brokenFormatRules, brokenIndexRules } from './rules/formats.js';
import { brokenListRules } from './rules/lists.js';
import { brokenGateRules, brokenGateSlices, brokenWithoutIntervals } from './rules/gates.js';
import { brokenSliceRules } from './rules/slices.js';
import { brokenSourceRules } from './rules/sources.js';
import { brokenWidthRules } from './rules/widths.js';
import { trainingSchema } from './training.js';

const tierName = z.string().min(1).max(63);

export const computeSchema = z.strictObject({
  tiers: described(
    z.array(tierName).min(1).max(20).optional(),
    'The names of compute tiers of the deployment, tried in order; all of them unless given.',
    ['gpu', 'cpu'],
  ),
  prepare: described(
    tierName.nullable().optional(),
    'The tier of a job of its own for `ingest`, `validate` and `transform`, so that bad data fail before a GPU is paid for. ' +
      'With null, one job does all stages. As the deployment has it unless given.',
    'cpu',
  ),
  maxRetries: described(
    z.int().min(0).max(100).default(3),
    "The number of times that a lost, preempted or retriably failed attempt is launched again. Hand-overs at a platform's time limit are free.",
    3,
  ),
  deadlineSeconds: described(
    z
      .int()
      .min(10)
      .max(30 * 86_400)
      .default(86_400),
    'The time in seconds from the request to the latest end, waiting included.',
    86_400,
  ),
  cancelGraceSeconds: described(
    z.int().min(0).max(3600).default(30),
    'The time in seconds that a cancelled trainer has to save and stop before its job is killed.',
    30,
  ),
  heartbeatTimeoutSeconds: described(
    z.int().min(5).max(86_400).default(300),
    'The silence in seconds after which a launched attempt counts as lost.',
    300,
  ),
  idleTimeoutSeconds: described(
    z
      .int()
      .min(10)
      .max(7 * 86_400)
      .default(3600),
    'The time in seconds that a trainer may report without one more step, epoch or stage before its attempt counts as lost: it costs and does nothing.',
    3600,
  ),
  maxUsd: described(
    z.number().gt(0).max(1_000_000).optional(),
    'The US dollars that the run may cost, all attempts together; unlimited unless given. It is not started where it cannot be done for that, and stopped when that is reached.',
    5,
  ),
  forceRecompute: described(
    z
      .array(z.enum(['ingest', 'validate', 'transform']))
      .max(3)
      .default([]),
    'The stages of the data that are done again although the cache has their output, which is replaced.',
  ),
});

/** The sections of a specification. */
export const trainingSpecShape = {
  dataset: described(
    datasetSchema.clone(),
    'The rows: where they are, how they become a table, and how they are divided.',
  ),
  features: described(
    featuresSchema.clone(),
    'What the towers see of a row, and what is predicted: the features of the query, those of the candidate, the target and the weights of rows.',
  ),
  model: described(modelSchema.prefault({}), 'The two towers, and what is made of their outputs.'),
  training: described(trainingSchema.prefault({}), 'How the model is trained, and when that ends.'),
  evaluation: described(
    evaluationSchema.prefault({}),
    'What the model is measured by, and what its result must reach.',
  ),
  outputs: described(
    outputsSchema.prefault({}),
    'What a run leaves behind, besides the folder that the recommender opens.',
  ),
  compute: described(
    computeSchema.prefault({}),
    'Where the run is done, and how long and how much it may take.',
  ),
  tags: described(
    z.record(z.string().min(1).max(63), z.string().max(255)).default({}),
    'Names and texts of your own, up to 64, that runs can be found by.',
    { team: 'search', reason: 'nightly' },
  ),
};

interface Sections {
  dataset: z.infer<typeof datasetSchema> | { preset: string };
  features: z.infer<typeof featuresSchema> | { preset: string };
  model: z.infer<typeof modelSchema> | { preset: string };
  training: z.infer<typeof trainingSchema>;
  evaluation: z.infer<typeof evaluationSchema>;
  outputs: z.infer<typeof outputsSchema>;
  tags: Record<string, string>;
}

/** What holds between the sections, of whatever age the specification is. */
function withSpecRules<T extends z.ZodType<Sections>>(schema: T): T {
  return schema.superRefine(({ features, model, training, tags }, context) => {
    if (!('preset' in features) && !('preset' in model)) report(context, brokenModelRules(model, features));
    if (!('preset' in model)) report(context, brokenLossRules(model, training));
    if (Object.keys(tags).length > 64) {
      context.addIssue({ code: 'custom', path: ['tags'], message: 'at most 64 tags' });
    }
  });
}

/** The same, that what is asked for can be measured, and whatever else needs no data to be seen: what a request or a file of somebody must have. */
export function withRequestRules<T extends z.ZodType<Sections>>(schema: T): T {
  return withSpecRules(schema).superRefine((spec, context) =>
    report(context, [...brokenMetricRules(spec), ...brokenStartRules(spec)]),
  );
}

/** Of a model that a preset says it is not known. */
const findsItems = (model: Sections['model']) => !('preset' in model) && model.type !== 'ranking';

/** What a stage would refuse hours later, and the specification alone shows. */
function brokenStartRules({
  dataset,
  features,
  model,
  training,
  evaluation,
  outputs,
}: Sections): RuleBroken[] {
  const asked = [
    ...monitorsOf(training).map(({ section, monitor }) => ({
      path: ['training', section, 'monitor'],
      metric: monitor,
    })),
    ...evaluation.gates.map(({ metric }, i) => ({ path: ['evaluation', 'gates', i, 'metric'], metric })),
  ];
  return [
    ...('preset' in dataset ? [] : [...brokenSourceRules(dataset), ...brokenExpectationRules(dataset)]),
    ...('preset' in dataset ? [] : brokenBaselineRules(dataset, evaluation)),
    ...('preset' in dataset || 'preset' in features
      ? []
      : brokenColumnRules(dataset, features, findsItems(model), evaluation.relevant)),
    ...('preset' in model || 'preset' in features ? [] : brokenWidthRules(model, features)),
    ...('preset' in model || 'preset' in features ? [] : brokenFormatRules(outputs, model, features)),
    ...('preset' in model ? [] : brokenIndexRules(outputs, model)),
    ...('preset' in features ? [] : brokenListRules(outputs, features)),
    ...('preset' in features ? [] : brokenAugmentationRules(features, training)),
    ...('preset' in features ? [] : brokenDepthRules(asked, features)),
    ...('preset' in features ? [] : brokenSliceRules(evaluation.slices, features)),
    ...('preset' in features ? [] : brokenGateSlices(evaluation.gates, features)),
    ...brokenGateRules(evaluation.gates),
    ...(evaluation.bootstrapDraws > 0 ? [] : brokenWithoutIntervals(evaluation.gates)),
    ...brokenDecayRules(training),
  ];
}

function report(context: z.RefinementCtx, broken: readonly RuleBroken[]): void {
  for (const { path, message } of broken) context.addIssue({ code: 'custom', path, message });
}

/** What one run does: immutable, unknown keys refused. Parsing fills every default; the filled form is what is stored. */
export const trainingSpecSchema = withRequestRules(z.strictObject(trainingSpecShape));
export type TrainingSpec = z.infer<typeof trainingSpecSchema>;
/** A spec as a person writes it: defaults may be left out. */
export type TrainingSpecInput = z.input<typeof trainingSpecSchema>;

/** The specification of a run that is recorded: it may monitor or gate a metric that is known no more, or not yet. */
export const storedSpecSchema = withSpecRules(z.strictObject(trainingSpecShape));
