import { z } from 'zod';

/** ISO 8601 in UTC with milliseconds, so that text order is time order: `2026-11-20T19:18:25.000Z`. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** A model's id: it stands in paths, topics' attributes and file names, so it has no slash, blank or capital. */
export const modelIdSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
  );

/** A run's random id, made by `newRunId`. */
export const runIdSchema = z
  .string()
  .regex(/^[a-z2-7]{20}$/, 'must be a run id: 20 characters of a-z and 2-7');

/** What a model is for: to find items, to predict a target, or both. */
export const modelTypeSchema = z.enum(['retrieval', 'ranking', 'hybrid']);
export type ModelType = z.infer<typeof modelTypeSchema>;

/** Names of metrics as they are stored and shown. Those that Trainyard computes are declared in `shared/metrics`. */
export const metricNameSchema = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be snake_case');

/** Metric values by name. A metric that is not a finite number is left out, never written as null. */
export const metricsSchema = z.record(metricNameSchema, z.number());
export type Metrics = z.infer<typeof metricsSchema>;

/** A span and its trace, as W3C trace context writes them (https://www.w3.org/TR/trace-context/). */
export const traceparentSchema = z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

/** Marks a switch or table as exhaustive: the compiler refuses a call that can happen. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
