import { z } from 'zod';
import { described } from './described.js';

/** Text order of these instants is their order in time. */
export const instantSchema = described(
  z.iso.datetime({ precision: 3 }),
  'An instant, ISO 8601 in UTC with milliseconds.',
  '2026-11-20T19:18:25.000Z',
);

/** It stands in paths, attributes of topics and names of files: therefore no slash, blank or capital. */
export const modelIdSchema = described(
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
    ),
  'The id of the model.',
  'shop',
);

/** Made by `newRunId`. */
export const runIdSchema = described(
  z.string().regex(/^[a-z2-7]{20}$/, 'must be a run id: 20 characters of a-z and 2-7'),
  'The id of the run: 20 random characters of a-z and 2-7.',
  'k3v7q2mzx5ahc4tnwy6d',
);

export const modelTypeSchema = described(
  z.enum(['retrieval', 'ranking', 'hybrid']),
  'What the model is for. `retrieval` finds the items that go with a query, by the products of the outputs of two towers. ' +
    '`ranking` predicts the target of a pair of user and item, by a rating head on top of the two towers. ' +
    '`hybrid` trains the same towers for both.',
);
export type ModelType = z.infer<typeof modelTypeSchema>;

/** Metrics that Trainyard computes are declared in `shared/metrics`. */
export const metricNameSchema = described(
  z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be snake_case'),
  'The name of a metric, as it is stored and shown.',
  'test_recall_at_10',
);

export const metricsSchema = described(
  z.record(metricNameSchema, z.number()),
  'Values of metrics by their names. A metric that is not a finite number is left out, never null.',
  { loss: 6.48, recall_at_10: 0.213 },
);
export type Metrics = z.infer<typeof metricsSchema>;

export const traceparentSchema = described(
  z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/),
  'A span and its trace, as [W3C trace context](https://www.w3.org/TR/trace-context/) writes them.',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
);

/** Marks a switch or table as exhaustive: the compiler refuses a call that can happen. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

/** What a record has of a key itself: a column may be called as something that every object has, such as `constructor`. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
