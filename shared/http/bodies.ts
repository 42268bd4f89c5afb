import { z } from 'zod';
import { epochSchema, logLineSchema, runEventRecordSchema, runSchema, stageSchema } from '../runs/run.js';
import { runStatusSchema } from '../runs/status.js';
import { trainingSpecSchema } from '../spec/trainingSpec.js';

/** Request bodies larger than this are refused with 413. */
export const MAX_BODY_BYTES = 256_000;

export const startRequestSchema = z.strictObject({ spec: trainingSpecSchema });

/** A run as the API shows it: the listener's document without the dispatcher's claim. */
export const runViewSchema = runSchema.omit({ lease: true }).extend({ name: z.string() });
export type RunView = z.infer<typeof runViewSchema>;

export const pageQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export const logsQuerySchema = z
  .strictObject({
    cursor: z.string().max(500).optional(),
    /** Only the last lines, as many as given. */
    tail: z.coerce.number().int().min(1).max(5000).optional(),
  })
  .refine(({ cursor, tail }) => cursor === undefined || tail === undefined, 'give cursor or tail, not both');
export const listRunsQuerySchema = pageQuerySchema.extend({ status: runStatusSchema.optional() });

export const runPageSchema = z.strictObject({
  runs: z.array(runViewSchema),
  nextCursor: z.string().nullable(),
});
export const metricsPageSchema = z.strictObject({ epochs: z.array(epochSchema) });
export const stagesPageSchema = z.strictObject({ stages: z.array(stageSchema) });
export const eventsPageSchema = z.strictObject({ events: z.array(runEventRecordSchema) });
export const logPageSchema = z.strictObject({
  lines: z.array(logLineSchema.extend({ attempt: z.int() })),
  nextCursor: z.string().nullable(),
});

/**
 * Server-Sent Events of `/stream`: `run` (the whole run view) and `epoch`, `stage` (a row each). The stream begins with
 * all that is stored and ends after a terminal `run`.
 */
export const streamEventSchema = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('run'), data: runViewSchema }),
  z.strictObject({ event: z.literal('epoch'), data: epochSchema }),
  z.strictObject({ event: z.literal('stage'), data: stageSchema }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
