/** What says which run a run is: the group it is in, its title, what it is for, and the runs that it comes from. */
import { z } from 'zod';
import { instantSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { inSweepSchema } from './inSweep.js';
import { sweepIdSchema } from './sweepId.js';

export { sweepIdSchema };

/** It stands in paths and in addresses, as the id of a model does. */
export const experimentIdSchema = described(
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
    ),
  'The id of an experiment: a named group of runs of one model.',
  'wider-towers',
);

export const runIntentSchema = described(
  z.enum(['baseline', 'ablation', 'hyperparameter-search', 'quick-test', 'production-candidate']),
  'What a run is for. `baseline`: others are held against it. `ablation`: something was left out or changed on purpose. ' +
    '`hyperparameter-search`: one of many that look for the best settings. `quick-test`: small and cheap, before the whole. ' +
    '`production-candidate`: it is meant to serve.',
);
export type RunIntent = z.infer<typeof runIntentSchema>;

const TITLE = 'hyperparameter-search-learningRate-0.01';
export const runTitleSchema = described(
  z.string().min(1).max(200),
  'The title of the run, for people.',
  TITLE,
);

/** Facts that come with a run, beside the tags of its specification: they are no part of it and not of its digest. */
export const systemTagsSchema = described(
  z
    .record(z.string().min(1).max(63), z.string().max(255))
    .refine((tags) => Object.keys(tags).length <= 32, 'at most 32 tags'),
  'What is known of the run beside its specification, up to 32: `git_commit`, `dataset_version`, `experiment_type`.',
  { git_commit: '4f0c1d2', dataset_version: 'datasets/purchases@3', experiment_type: 'ablation' },
);

export const attachmentSchema = z.strictObject({
  path: described(z.string().min(1).max(512), 'Where it lies among the artifacts of the run.', 'notes.md'),
  bytes: described(z.int().min(0), 'Its size.', 1843),
  sha256: described(z.string().regex(/^[0-9a-f]{64}$/), 'Its SHA-256, hexadecimal.', 'ab'.repeat(32)),
  attachedBy: described(z.string(), 'Who attached it.', 'ada@example.com'),
  attachedAt: described(instantSchema.clone(), 'When it was attached.', '2026-11-20T19:18:25.000Z'),
});
export type Attachment = z.infer<typeof attachmentSchema>;
export const MAX_ATTACHMENTS = 50;

const MLFLOW_PAGE = 'https://mlflow.example/#/experiments/12/runs/0f3b6c1d2e4a5978';
const externalSchema = z.strictObject({
  mlflowExperimentId: described(z.string().max(200), 'The id of the experiment there.', '12'),
  mlflowRunId: described(z.string().max(200), 'The id of the run there.', '0f3b6c1d2e4a5978'),
  mlflowUrl: described(z.string().max(2048), 'The page of the run there.', MLFLOW_PAGE),
});

/** What somebody may say of where a run is: people follow the link. */
export const externalRequestSchema = externalSchema
  .extend({
    mlflowExperimentId: described(
      externalSchema.shape.mlflowExperimentId.min(1),
      'The id of the experiment there.',
      '12',
    ),
    mlflowRunId: described(
      externalSchema.shape.mlflowRunId.min(1),
      'The id of the run there.',
      '0f3b6c1d2e4a5978',
    ),
    mlflowUrl: described(
      z
        .string()
        .max(2048)
        .refine((text) => /^https?:\/\/[^/@\s]+(\/|$)/.test(text) && URL.canParse(text), {
          error: `must be the http or https URL of the page of the run, without a user name, such as ${MLFLOW_PAGE}`,
        }),
      'The page of the run there: an http or https URL.',
      MLFLOW_PAGE,
    ),
  })
  .meta({
    examples: [{ mlflowExperimentId: '12', mlflowRunId: '0f3b6c1d2e4a5978', mlflowUrl: MLFLOW_PAGE }],
  });

/** Runs of before have none of these. */
export const identityFields = {
  experiment: described(
    experimentIdSchema.nullable().default(null),
    "The experiment that the run is in; null where it is in the model's own.",
    'wider-towers',
  ),
  title: described(
    z.string().max(200).default(''),
    'The title of the run, for people: as given, else made of the intent and of what differs from the run before. Empty for runs from before there were titles.',
    TITLE,
  ),
  intent: described(
    runIntentSchema.nullable().default(null),
    'What the run is for; null where nobody said.',
    'ablation',
  ),
  parentRunId: described(
    runIdSchema.nullable().default(null),
    'The run, or the sweep, that the run is a child of; null for a run of its own.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  sweep: described(
    z
      .strictObject({
        sweepId: sweepIdSchema,
        trial: described(z.int().min(1), 'The number of the trial, from 1.', 7),
      })
      .nullable()
      .default(null),
    'The trial of a sweep that the run is; null for all others.',
  ),
  inSweep: described(
    inSweepSchema.nullable().default(null),
    'What the run has to do with a sweep, as it was when it was started, for its report; null for all that have nothing.',
  ),
  quickRunId: described(
    runIdSchema.nullable().default(null),
    'The quick test that the run came from; null for all others.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  repeat: described(
    z
      .strictObject({
        of: described(runIdSchema.clone(), 'The run that is repeated.', 'k3v7q2mzx5ahc4tnwy6d'),
        number: described(z.int().min(1), 'The number of the repetition, from 1.', 3),
        seed: described(z.int().min(0), 'The seed that it trains with.', 655),
      })
      .nullable()
      .default(null),
    'Which repetition of which run the run is; null for all others.',
  ),
  systemTags: described(
    systemTagsSchema.clone().default({}),
    'What is known of the run beside its specification: `git_commit`, `dataset_version`, `experiment_type`.',
    { git_commit: '4f0c1d2' },
  ),
  attachments: described(
    z.array(attachmentSchema).max(MAX_ATTACHMENTS).default([]),
    'The files that were attached by hand.',
  ),
  external: described(
    externalSchema.nullable().default(null),
    'The run in an MLflow tracking server; null where it was not written to one.',
  ),
};

/** What a request for a run may say of it beside its specification. */
export const startIdentityFields = {
  experiment: described(
    experimentIdSchema.optional(),
    "The experiment that the run is in; the model's own unless given.",
    'wider-towers',
  ),
  title: described(
    runTitleSchema.optional(),
    'The title of the run, for people; made of the intent and of what differs unless given.',
    TITLE,
  ),
  intent: described(runIntentSchema.optional(), 'What the run is for.', 'ablation'),
  parentRunId: described(
    runIdSchema.optional(),
    'The run, or the sweep, that the run is a child of.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  quickRunId: described(
    runIdSchema.optional(),
    'The quick test that the run came from.',
    'k3v7q2mzx5ahc4tnwy6d',
  ),
  systemTags: described(
    systemTagsSchema.optional(),
    'What is known of the run beside its specification: `git_commit`, `dataset_version`, `experiment_type`.',
    { git_commit: '4f0c1d2' },
  ),
};
const identitySchema = z.strictObject(identityFields);
export type RunIdentity = z.infer<typeof identitySchema>;

/** What a new run may be given of it; the rest is as of a run of its own. */
export type GivenIdentity = {
  [Field in Exclude<keyof RunIdentity, 'attachments' | 'external'>]?: RunIdentity[Field] | undefined;
};
