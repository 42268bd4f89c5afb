/** `GET /api/stream`: all that a page watches, over one connection. */
import { z } from 'zod';
import { described } from '../described.js';
import { epochSchema, logChunkSchema, runEventRecordSchema, stageSchema } from '../runs/records.js';
import { modelViewSchema, runViewSchema } from './bodies.js';

/** Each topic opens at most four listeners. */
const MOST_TOPICS = 20;

export const TOPIC = /^(runs|models|(run|logs):[a-z2-7]{20})$/;

export const topicSchema = described(
  z.string().regex(TOPIC, 'must be `runs`, `models`, or `run:` or `logs:` and the id of a run'),
  'What is watched. `runs`: the runs that are not over, and the end of each. `models`: the models. `run:ID`: one run with its stages, epochs and events. `logs:ID`: the lines that the trainer of a run has logged.',
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
