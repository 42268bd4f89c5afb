/** What a result came from: the rows, the model, and the training. Reports show it beside the figures. */
import { z } from 'zod';
import { described } from '../described.js';

const count = (what: string, example: number) => described(z.int().min(0), what, example);

const splitRowsSchema = z.strictObject({
  train: count('Rows that the model learned from.', 160_000),
  validation: count('Rows that choices were made by.', 30_000),
  test: count('Rows that the result was measured on.', 10_000),
});

const checkSchema = z.strictObject({
  outcome: described(z.enum(['met', 'violated', 'notChecked']), 'What became of the expectation.'),
  severity: described(z.enum(['error', 'warning']), 'How much it matters.'),
  message: described(
    z.string().max(1000),
    'What was found and what is allowed, or why it was not checked.',
    'column "city": 2 % of the values are null, and 5 % are allowed',
  ),
});

const dataDriftSchema = z.strictObject({
  column: described(z.string().max(200), 'The column.', 'city'),
  psi: described(z.number(), 'The population stability index, against the reference.', 0.04),
  kl: described(z.number(), 'The divergence of Kullback and Leibler from the reference, in nats.', 0.02),
  ks: described(
    z.number().nullable(),
    'The statistic of Kolmogorov and Smirnov; null where the values have no order.',
    0.06,
  ),
});

export const dataSummarySchema = z.strictObject({
  source: described(z.string().max(2048), 'Where the rows came from.', 'gs://my-bucket/purchases/*.parquet'),
  fingerprint: described(
    z.string().max(500),
    'What changes where the content of the source does.',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
  snapshot: described(
    z.string().max(500).nullable(),
    'The state of the table that was read; null for files.',
    '2026-11-20T19:18:25.000Z',
  ),
  rowsRead: count('The number of rows of the source.', 200_000),
  rowsKept: count('The number of rows that meet the conditions of the specification.', 198_964),
  rows: described(splitRowsSchema.clone(), 'How many rows each split has.'),
  items: count('The number of items of the catalogue.', 1500),
  passed: described(z.boolean(), 'Whether no expectation of severity `error` is violated.'),
  reference: described(
    z.string().max(1000),
    'What the data were compared with, or why with nothing.',
    'the data of shop#46',
  ),
  checks: described(z.array(checkSchema).max(200), 'What became of each expectation: the first 200.'),
  notes: described(
    z.array(z.string().max(1000)).max(50),
    'What no expectation asks for and one should know.',
    ['column "colour" is new'],
  ),
  drift: described(
    z.array(dataDriftSchema),
    'How far each column is from the reference: the farthest first.',
  ),
});

const towerSummarySchema = z.strictObject({
  features: described(
    z.array(
      z.strictObject({
        name: described(z.string().max(200), 'The name of the feature.', 'city'),
        transform: described(z.string().max(63), 'What its values become.', 'lookup'),
        width: count("How much of the tower's input it makes.", 8),
      }),
    ),
    'What the tower sees.',
  ),
  layers: count('The number of its layers.', 2),
  parameters: count('The number of its trainable numbers.', 412_000),
});

export const modelSummarySchema = z.strictObject({
  similarity: described(z.string().max(63), 'What makes a score of two vectors.', 'dot'),
  width: count('The width of the vectors.', 56),
  parameters: count('The number of all trainable numbers.', 512_000),
  query: described(towerSummarySchema.clone(), 'The tower of users.'),
  candidate: described(towerSummarySchema.clone(), 'The tower of items.'),
});

export const trainingSummarySchema = z.strictObject({
  epochsTrained: count('The number of epochs that were trained.', 14),
  earlyStoppedAtEpoch: described(
    z.int().min(1).nullable(),
    'The epoch after which early stopping ended the training; null where it did not.',
    14,
  ),
  examplesPerSecond: described(z.number().min(0), 'The number of training rows per second.', 51_200),
  stageSeconds: described(z.record(z.string(), z.number().min(0)), 'How long each stage took, in seconds.', {
    ingest: 1.4,
    train: 43.1,
  }),
});
