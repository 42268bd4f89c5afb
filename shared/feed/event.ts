/** `GET /api/stream`: all that a page watches, over one connection. */
import { z } from 'zod';
import { described } from '../described.js';
import { epochSchema, logChunkSchema, runEventRecordSchema, stageSchema } from '../runs/records.js';
import { presetKindSchema } from '../spec/presets.js';
import { sweepEndSchema, sweepSchema } from '../sweeps/sweep.js';
import { finalRunSchema, queuedTrialViewSchema, trialViewSchema } from '../sweeps/view.js';
import { modelViewSchema, presetFaceSchema, runViewSchema } from '../http/bodies.js';
import { experimentViewSchema } from '../http/experiments.js';
import { modelVersionViewSchema } from '../http/versions.js';

/** Each topic opens at most five listeners. */
const MOST_TOPICS = 20;

export const TOPIC =
  /^(runs|models|presets|(run|logs|sweep):[a-z2-7]{20}|(model|sweeps):[a-z0-9][a-z0-9._-]{0,62})$/;

export const topicSchema = described(
  z
    .string()
    .regex(
      TOPIC,
      'must be `runs`, `models`, `presets`, `run:` or `logs:` and the id of a run, `sweep:` and the id of a sweep, or `model:` or `sweeps:` and the id of a model',
    ),
  'What is watched. `runs`: the runs that are not over, and the end of each. `models`: the models. `run:ID`: one run with its stages, epochs and events. `logs:ID`: the lines that the trainer of a run has logged. `model:ID`: a model with its versions and experiments. `sweeps:ID`: the sweeps of a model, without what they have come to. `sweep:ID`: a sweep with its trials, those that wait to be started, how its rounds ended and the runs that retrain its best. `presets`: all presets, without their content.',
  'runs',
);

export const feedQuerySchema = z.strictObject({
  topics: described(
    z
      .string()
      .max(1000)
      .transform((text) => [...new Set(text.split(','))])
      .pipe(z.array(topicSchema.clone()).min(1).max(MOST_TOPICS)),
    `The topics, with commas between them; ${MOST_TOPICS} at most.`,
    'runs,models',
  ),
});

const topic = topicSchema.clone();
const key = described(
  z.string(),
  'Names the thing within its topic: what comes later under the same key takes its place.',
  'runs/k3v7q2mzx5ahc4tnwy6d',
);

/** An event that tells of a thing. */
const told = <N extends string, V extends z.ZodType>(name: N, words: string, value: V) =>
  z.strictObject({
    event: described(z.literal(name), words),
    data: described(
      z.strictObject({ topic, key, value: described(value.clone(), words) }),
      'The thing, and where it belongs.',
    ),
  });

const toldPresetSchema = z.strictObject({
  kind: described(presetKindSchema.clone(), 'What it is a preset of.', 'datasets'),
  preset: described(presetFaceSchema.clone(), 'The preset without its content.'),
});

/** An event of the feed: something of a topic as it is now, that it is gone, or that all of the topic has been told. */
export const feedEventSchema = z.discriminatedUnion('event', [
  told('run', 'A run as it is now.', runViewSchema),
  told('stage', 'A stage of a run.', stageSchema),
  told('epoch', 'An epoch of a run.', epochSchema),
  told('record', 'An event of a run, as the run keeps it.', runEventRecordSchema),
  told(
    'log',
    'Lines that the trainer sent together. Their place in the log is told by `attempt`, and within it by `seq`.',
    logChunkSchema,
  ),
  told('model', 'A model as it is now.', modelViewSchema),
  told('version', 'A version of a model.', modelVersionViewSchema),
  told('experiment', 'An experiment of a model.', experimentViewSchema),
  told('preset', 'A preset without its content.', toldPresetSchema),
  told(
    'sweep',
    'A sweep without what it has come to, which its trials and ends tell.',
    sweepSchema.omit({ schemaVersion: true }),
  ),
  told('trial', 'A trial of a sweep.', trialViewSchema),
  told('queued', 'A trial that somebody has added to a sweep, until it is started.', queuedTrialViewSchema),
  told('end', 'How a round of a sweep has ended.', sweepEndSchema),
  told('final', 'A run that retrains the best trial of a sweep.', finalRunSchema),
  z.strictObject({
    event: described(z.literal('gone'), 'What the key names is no part of the topic any more.'),
    data: described(z.strictObject({ topic, key }), 'What is gone.'),
  }),
  z.strictObject({
    event: described(
      z.literal('ready'),
      'All that was there when the topic was opened has been told; changes follow.',
    ),
    data: described(z.strictObject({ topic }), 'The topic.'),
  }),
]);
export type FeedEvent = z.infer<typeof feedEventSchema>;
