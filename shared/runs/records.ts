/** Documents below a run: its epochs, stages, events and lines. */
import { z } from 'zod';
import { instantSchema, metricsSchema } from '../common.js';
import { described } from '../described.js';
import { lineageFields } from './lineage.js';
import { countsSchema, logLineSchema, reportFields } from './reported.js';
import { runStatusSchema, stageNameSchema } from './statusSchemas.js';
import { stageWarningsSchema } from './warnings.js';
import { EPOCH_METRICS } from '../metrics/examples.js';

const { attempt, epoch, seconds, examples, examplesPerSecond, byTies, cacheHit, detail, seq } = reportFields;
const at = described(instantSchema.clone(), 'When it was recorded.', '2026-11-20T19:18:25.000Z');

/** `runs/{runId}/epochs/{0001}`: stored once per (run, epoch); a newer attempt's row replaces an older attempt's. */
export const epochSchema = z.strictObject({
  epoch,
  attempt,
  metrics: described(metricsSchema.clone(), 'The metrics of the epoch.', EPOCH_METRICS),
  seconds,
  examples,
  examplesPerSecond,
  byTies,
  at,
});
export type Epoch = z.infer<typeof epochSchema>;

/** `runs/{runId}/stages/{stage}`. */
export const stageSchema = z.strictObject({
  stage: stageNameSchema,
  attempt,
  seconds,
  cacheHit,
  counts: countsSchema,
  detail,
  warnings: stageWarningsSchema,
  ...lineageFields,
  at,
});
export type Stage = z.infer<typeof stageSchema>;

/** `runs/{runId}/events/{eventId}`: what happened to the run, append-only; creating it is the duplicate check. */
export const runEventRecordSchema = z.strictObject({
  id: described(z.string(), 'The id of the event, or of the callback that told of it.', 'a-1-17'),
  at: described(instantSchema.clone(), 'When it happened.', '2026-11-20T19:18:25.000Z'),
  what: described(
    z.string(),
    'What happened: the kind of a callback, or the name of an event of the life cycle.',
    'epoch-complete',
  ),
  attempt,
  seq: described(
    seq.nullable(),
    'The number of the callback in the order of its attempt, from 1; null for what did not come from the trainer.',
    17,
  ),
  status: described(runStatusSchema.clone(), 'The status of the run after it.'),
  published: described(z.array(z.string()), 'The types of the events that were published because of it.', [
    'run.epoch.completed',
  ]),
});
export type RunEventRecord = z.infer<typeof runEventRecordSchema>;

/** `runs/{runId}/logs/{chunk}`. */
export const logChunkSchema = z.strictObject({
  attempt,
  seq,
  lines: described(z.array(logLineSchema), 'The lines, in their order.'),
});
