/**
 * Envelopes of version 0.1: data had no kind and the fields of a run, whatever the event was about. They wait in outboxes, on
 * topics and in dead letters for as long as those are kept.
 */
import { z } from 'zod';
import { modelIdSchema, runIdSchema } from '../common.js';
import { paths } from '../firestore/paths.js';

const earlierEnvelopeSchema = z.looseObject({
  type: z.string(),
  data: z.strictObject({
    runId: runIdSchema,
    modelId: modelIdSchema,
    runNumber: z.int().min(1),
    attempt: z.int().min(1),
    status: z.string(),
    detail: z.record(z.string(), z.unknown()).default({}),
  }),
});

/** The envelope as it is written today, where it is one of version 0.1; otherwise what was given. */
export function withKind(given: unknown): unknown {
  const earlier = earlierEnvelopeSchema.safeParse(given);
  if (!earlier.success) return given;
  const { data, ...envelope } = earlier.data;
  if (envelope.type.startsWith('run.')) return { ...envelope, data: { kind: 'run', ...data } };
  const { modelId, runId, detail } = data;
  return { ...envelope, subject: paths.model(modelId), data: { kind: 'model', modelId, runId, detail } };
}
