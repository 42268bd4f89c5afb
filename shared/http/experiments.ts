import { z } from 'zod';
import { metricNameSchema, modelTypeSchema } from '../common.js';
import { described } from '../described.js';
import { experimentSchema, experimentTextSchemas } from '../firestore/experiment.js';
import { experimentIdSchema } from '../runs/identity.js';
import { unsearched } from './unsearched.js';

const { description, purpose, owner, tags } = experimentTextSchemas;

/** What is not given stays as it is; of a new experiment it is empty. */
export const experimentRequestSchema = z.strictObject({
  id: described(
    experimentIdSchema.optional(),
    'The id of the experiment, which is made where there is none; `experiment_` with day and time unless given.',
    'wider-towers',
  ),
  description: description.optional(),
  purpose: purpose.optional(),
  owner: owner.optional(),
  tags: tags.optional(),
});
export const experimentViewSchema = experimentSchema.omit({ schemaVersion: true });
export const experimentPageSchema = z.strictObject({
  experiments: described(z.array(experimentViewSchema), 'The experiments of the page, by their ids.'),
  nextCursor: described(
    z.string().nullable(),
    'What to give as `cursor` for the next page; null after the last.',
    'eyJpZCI6IndpZGVyLXRvd2VycyJ9',
  ),
});

const number = (words: string, example: number) => described(z.number().nullable(), words, example);

const bestRunSchema = z.strictObject({
  runId: described(z.string(), 'The id of the run.', 'k3v7q2mzx5ahc4tnwy6d'),
  name: described(z.string(), 'The name that people use for the run.', 'shop#47'),
  title: described(z.string(), 'The title of the run.', 'ablation-learningRate-0.01'),
  experiment: described(
    z.string().nullable(),
    'The experiment that it is in; null for none.',
    'wider-towers',
  ),
  dataset: described(
    z.string().nullable(),
    'The preset or the place of its rows.',
    'gs://shop-data/purchases/*.parquet',
  ),
  features: described(z.string(), 'The columns of the two towers.', 'user, country | product, title'),
  model: described(z.string(), 'The units of the layers of the two towers.', '128-64 | 64'),
  learningRate: number('The learning rate; null where the specification has none.', 0.1),
  batchSize: number('The rows of a batch; null where the specification has none.', 8192),
  epochs: described(z.number(), 'The number of epochs that were trained.', 20),
  value: described(z.number(), 'The value of the metric.', 0.687),
  loss: number('The loss on the validation split, else on train; null where neither is known.', 4.53),
});

/** Best runs of all models that the caller sees, by the type of their models. */
export const bestExperimentsSchema = z.strictObject({
  modelTypes: described(
    z.array(
      z.strictObject({
        modelType: described(modelTypeSchema.clone(), 'The type of the models.'),
        count: described(
          z.int().min(0),
          'The number of completed runs that are compared: those on all rows, trials of sweeps among them.',
          15,
        ),
        leftOut: described(
          z.strictObject({
            quickTests: described(z.int().min(0), 'Quick tests.', 4),
            samples: described(
              z.int().min(0),
              'Other runs on a sample of the rows (`dataset.sample`), such as quick trials of a sweep.',
              30,
            ),
            repetitions: described(
              z.int().min(0),
              'Repetitions of a run with other seeds: the best of many seeds would stand for the specification.',
              3,
            ),
          }),
          'The completed runs that are not compared: a sample has other rows and fewer items, of which the right one is found more easily.',
        ),
        kpis: described(
          z.array(
            z.strictObject({
              metric: described(metricNameSchema.clone(), 'The metric.', 'test_recall_at_100'),
              title: described(z.string(), 'Its name for people.', 'Recall@100 (test)'),
              best: number('The best value of the runs that are compared; null where none has it.', 0.823),
            }),
          ),
          'The figures that models of the type go by, each the best of the runs that are compared.',
        ),
        metric: described(metricNameSchema.clone(), 'What the runs are ordered by.', 'test_recall_at_100'),
        runs: described(
          z.array(bestRunSchema),
          'The ten best of the runs that are compared, the best first.',
        ),
      }),
    ),
    'Retrieval, ranking, hybrid.',
  ),
  unsearched: unsearched.clone(),
});
export type BestExperiments = z.infer<typeof bestExperimentsSchema>;
